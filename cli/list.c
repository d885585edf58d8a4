// SPDX-License-Identifier: GPL-2.0-or-later
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "command.h"
#include "complain.h"
#include "device_json.h"
#include "json.h"
#include "select.h"
#include "status.h"
#include "text.h"

#define UNSORTED (-1)

/**
 * struct options - the command line
 * @output: names of columns, or NULL
 * @all_columns: all columns
 * @sort: the column to sort by, or UNSORTED
 * @headings: print a line of headings
 * @exact: sizes in bytes
 * @raw: values without alignment
 * @pairs: values as NAME="VALUE"
 * @tree: devices below their regions
 * @total: print a line of totals
 * @json: JSON instead of a table
 * @selection: the devices
 * @wanted: the columns to show, @count of them
 * @count: number of columns
 */
struct options {
	const char *output;
	bool all_columns;
	int sort;
	bool headings;
	bool exact;
	bool raw;
	bool pairs;
	bool tree;
	bool total;
	bool json;
	struct selection selection;
	unsigned int wanted[MOST_COLUMNS];
	int count;
};

static void print_help(void)
{
	unsigned int i;

	puts("usage: daxplug list [OPTION...] [DEVICE...]\n"
	     "\n"
	     "List DAX devices and the state of their memory.\n"
	     "\n"
	     "  -o, --output COLUMNS  columns, separated by commas; +COLUMNS adds them to\n"
	     "                        the usual ones\n"
	     "      --output-all      all columns\n"
	     "  -x, --sort COLUMN     sort by COLUMN\n"
	     "  -n, --noheadings      no headings\n"
	     "  -b, --bytes           sizes in bytes\n"
	     "  -r, --raw             values without alignment\n"
	     "  -P, --pairs           values as NAME=\"VALUE\"\n"
	     "  -T, --tree            devices below their regions\n"
	     "      --total           add a line of totals\n"
	     "  -J, --json            JSON, with all keys\n" SELECT_HELP GLOBAL_HELP SELECTOR_HELP
	     "\nColumns:");
	for (i = 0; i < column_count; i++)
		printf("  %-12s %s\n", columns[i].name, columns[i].help);
}

static bool wants(const struct options *options, const char *name)
{
	int i;

	for (i = 0; i < options->count; i++)
		if (!strcmp(columns[options->wanted[i]].name, name))
			return true;
	return false;
}

/* --- the table --- */

static int fill_line(struct libscols_line *line, const struct daxplug_device *device,
		     const struct options *options)
{
	char text[TEXT_SIZE];
	int i;

	for (i = 0; i < options->count; i++) {
		columns[options->wanted[i]].text(device, options->exact, text);
		if (scols_line_set_data(line, i, text))
			return -1;
	}
	return 0;
}

/* Finds the column of device names, on which the tree is drawn. */
static int name_column(const struct options *options)
{
	int i;

	for (i = 0; i < options->count; i++)
		if (!strcmp(columns[options->wanted[i]].name, "DEVICE"))
			return i;
	return 0;
}

static struct libscols_line *add_region(struct libscols_table *table,
					const struct daxplug_device *device,
					const struct options *options)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "region %u (%s)", daxplug_device_region(device),
		 daxplug_device_region_name(device));
	if (line && scols_line_set_data(line, name_column(options), text))
		return NULL;
	return line;
}

/* Adds a line for each device; in a tree, below a line for its region. */
static int add_lines(struct libscols_table *table, const struct options *options)
{
	const struct daxplug_device *last = NULL;
	struct libscols_line *region = NULL, *line;
	unsigned int i;

	for (i = 0; i < options->selection.count; i++) {
		const struct daxplug_device *device = options->selection.devices[i];

		if (options->tree &&
		    (!last || daxplug_device_region(last) != daxplug_device_region(device)))
			region = add_region(table, device, options);
		last = device;
		line = scols_table_new_line(table, region);
		if (!line || fill_line(line, device, options))
			return -1;
	}
	return 0;
}

static int add_total(struct libscols_table *table, const struct options *options)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[TEXT_SIZE];
	int i;

	for (i = 0; line && i < options->count; i++) {
		columns_total(options->wanted[i], options->selection.devices,
			      options->selection.count, options->exact, text);
		if (scols_line_set_data(line, i, i == name_column(options) ? "total" : text))
			return -1;
	}
	return line ? 0 : -1;
}

static int add_columns(struct libscols_table *table, const struct options *options)
{
	int i;

	for (i = 0; i < options->count; i++) {
		int flags = columns[options->wanted[i]].flags;

		if (options->tree && i == name_column(options))
			flags = SCOLS_FL_TREE;
		if (!scols_table_new_column(table, columns[options->wanted[i]].name, 0, flags))
			return -1;
	}
	return 0;
}

static int print_table(const struct options *options)
{
	struct libscols_table *table = scols_new_table();
	int status = EXIT_DONE;

	if (!table || scols_table_enable_noheadings(table, !options->headings) ||
	    scols_table_enable_raw(table, options->raw) ||
	    scols_table_enable_export(table, options->pairs) || add_columns(table, options) ||
	    add_lines(table, options) || (options->total && add_total(table, options)) ||
	    scols_print_table(table)) {
		/* output_finish() reports an error of standard output. */
		if (!ferror(stdout)) {
			complain("out of memory for the table");
			status = EXIT_CANNOT_TELL;
		}
	}
	scols_unref_table(table);
	return status;
}

/* --- memory that no device owns --- */

static void print_orphan(const struct daxplug_orphan *orphan, bool exact)
{
	int64_t online = daxplug_orphan_blocks_online(orphan),
		total = daxplug_orphan_blocks(orphan);
	char size[TEXT_SIZE], node[TEXT_SIZE], blocks[TEXT_SIZE] = "";

	text_size(daxplug_orphan_end(orphan) - daxplug_orphan_start(orphan) + 1, exact, size);
	text_number(daxplug_orphan_node(orphan), node);
	/* Blank if unknown, as for a device. */
	if (online >= 0 && total >= 0)
		snprintf(blocks, sizeof(blocks), "%lld/%lld", (long long)online, (long long)total);
	printf("%-25s %6s %4s %6s%s\n", daxplug_orphan_name(orphan), size, node, blocks,
	       daxplug_orphan_quarantined(orphan) > 0 ? " quarantined" : "");
}

/* Only for people: a program that reads the table selects columns, or no headings. */
static void print_orphans(struct daxplug *daxplug, const struct options *options)
{
	struct daxplug_orphan *orphan = daxplug_orphan_first(daxplug);

	if (!orphan || options->output || !options->headings || options->raw || options->pairs ||
	    select_any(&options->selection))
		return;
	printf("%sORPHANED MEMORY             SIZE NODE BLOCKS\n",
	       options->selection.count ? "\n" : "");
	for (; orphan; orphan = daxplug_orphan_next(orphan))
		print_orphan(orphan, options->exact);
	puts("Take it back with 'daxplug reclaim RANGE' or 'daxplug reclaim all'.");
}

/* --- */

static int print_json(const struct options *options)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < options->selection.count; i++)
		json_append(array, json_device(options->selection.devices[i]));
	return json_print(array) ? EXIT_DONE : EXIT_CANNOT_TELL;
}

static int compare(const void *a, const void *b, void *options)
{
	return columns_compare(((const struct options *)options)->sort,
			       *(struct daxplug_device *const *)a,
			       *(struct daxplug_device *const *)b);
}

static int print(struct daxplug *daxplug, void *data)
{
	struct options *options = data;
	int status;

	if (options->json || wants(options, "TIER"))
		select_read_tiers(daxplug);
	if (options->sort != UNSORTED)
		qsort_r(options->selection.devices, options->selection.count,
			sizeof(*options->selection.devices), compare, options);
	if (options->json)
		return print_json(options);
	status = options->selection.count ? print_table(options) : EXIT_DONE;
	print_orphans(daxplug, options);
	return status;
}

enum { OPTION_OUTPUT_ALL = OPTION_OWN, OPTION_TOTAL };

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "output-all", no_argument, NULL, OPTION_OUTPUT_ALL },
	{ "sort", required_argument, NULL, 'x' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "bytes", no_argument, NULL, 'b' },
	{ "raw", no_argument, NULL, 'r' },
	{ "pairs", no_argument, NULL, 'P' },
	{ "tree", no_argument, NULL, 'T' },
	{ "total", no_argument, NULL, OPTION_TOTAL },
	{ "json", no_argument, NULL, 'J' },
	SELECT_OPTIONS,
	GLOBAL_OPTIONS,
};

static int take_sort(struct options *options)
{
	options->sort = columns_find(optarg, strlen(optarg));
	return options->sort >= 0 ? EXIT_DONE : usage_error("--sort: unknown column '%s'", optarg);
}

/* Returns an exit status, or NO_STATUS if it is not an option of list. */
static int take_option(int option, struct options *options)
{
	switch (option) {
	case 'o':
		options->output = optarg;
		return EXIT_DONE;
	case OPTION_OUTPUT_ALL:
		options->all_columns = true;
		return EXIT_DONE;
	case 'x':
		return take_sort(options);
	case 'n':
		options->headings = false;
		return EXIT_DONE;
	case 'b':
		options->exact = true;
		return EXIT_DONE;
	case 'r':
		options->raw = true;
		return EXIT_DONE;
	case 'P':
		options->pairs = true;
		return EXIT_DONE;
	case 'T':
		options->tree = true;
		return EXIT_DONE;
	case OPTION_TOTAL:
		options->total = true;
		return EXIT_DONE;
	case 'J':
		options->json = true;
		return EXIT_DONE;
	default:
		return select_option(option, &options->selection);
	}
}

/* Refuses contradictory options; ignores options without effect, as lsblk(8) does. */
static int check_options(struct options *options)
{
	options->count = columns_parse(options->output, options->all_columns, options->wanted);
	if (options->count < 0)
		return EXIT_USAGE;
	if (options->json && (options->output || options->all_columns || options->raw ||
			      options->pairs || options->tree || options->total))
		return usage_error("--json has all keys and takes no options of the table");
	if (options->raw && options->pairs)
		return usage_error("--raw and --pairs exclude each other");
	if (options->raw || options->pairs)
		options->tree = false;
	return NO_STATUS;
}

/* Returns NO_STATUS to go on, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option, status;

	while ((option = option_next(argc, argv, ":o:x:nbrPTJhV", long_options)) != OPTIONS_END) {
		status = take_option(option, options);
		if (status == NO_STATUS)
			return option_stop(option, print_help);
		if (status)
			return status;
	}
	status = select_names(argc, argv, &options->selection);
	return status ? status : check_options(options);
}

static int run(int argc, char **argv)
{
	struct options options = {
		.headings = true,
		.sort = UNSORTED,
		.selection = { .node = -1, .may_be_empty = true },
	};
	int status = parse(argc, argv, &options);

	return status == NO_STATUS ? select_devices(&options.selection, print, &options) : status;
}

const struct command list_command = {
	.name = "list",
	.summary = "list DAX devices and the state of their memory",
	.help = print_help,
	.run = run,
};
