// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "columns.h"
#include "command.h"
#include "json.h"
#include "select.h"
#include "text.h"

/**
 * struct options - what the command line asks for
 * @columns: which columns
 * @headings: with a line of headings
 * @raw: values without alignment
 * @tree: devices below their regions
 * @json: JSON instead of a table
 * @selection: the devices
 */
struct options {
	struct column_options columns;
	bool headings;
	bool raw;
	bool tree;
	bool json;
	struct selection selection;
};

static void help(void)
{
	unsigned int i;

	puts("usage: daxplug list [options] [DEVICE...|all]\n"
	     "\n"
	     "  -o, --output COLUMNS  which columns, separated by commas\n"
	     "      --output-all      all columns\n"
	     "  -n, --noheadings      no headings\n"
	     "  -b, --bytes           sizes in bytes\n"
	     "  -r, --raw             values without alignment\n"
	     "  -T, --tree            devices below their regions\n"
	     "  -J, --json            JSON in daxctl's shape\n" SELECT_HELP "\nColumns:");
	for (i = 0; i < column_count; i++)
		printf("  %-12s %s\n", columns[i].name, columns[i].help);
}

static int fill_line(struct libscols_line *line, const struct daxplug_device *device,
		     const struct options *options, const unsigned int *wanted, int count)
{
	char text[TEXT_SIZE];
	int i;

	for (i = 0; i < count; i++) {
		columns[wanted[i]].text(device, &options->columns, text);
		if (scols_line_set_data(line, i, text))
			return -1;
	}
	return 0;
}

static struct libscols_line *add_region(struct libscols_table *table,
					const struct daxplug_device *device)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "region %u (%s)", daxplug_device_region(device),
		 daxplug_device_region_name(device));
	if (line && scols_line_set_data(line, 0, text))
		return NULL;
	return line;
}

/* In a tree, devices of the same region stand below a line of its own. */
static int add_lines(struct libscols_table *table, const struct options *options,
		     const unsigned int *wanted, int count)
{
	const struct daxplug_device *last = NULL;
	struct libscols_line *region = NULL, *line;
	unsigned int i;

	for (i = 0; i < options->selection.count; i++) {
		const struct daxplug_device *device = options->selection.devices[i];

		if (options->tree &&
		    (!last || daxplug_device_region(last) != daxplug_device_region(device)))
			region = add_region(table, device);
		last = device;
		line = scols_table_new_line(table, region);
		if (!line || fill_line(line, device, options, wanted, count))
			return -1;
	}
	return 0;
}

static int add_columns(struct libscols_table *table, const struct options *options,
		       const unsigned int *wanted, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		int flags = columns[wanted[i]].flags;

		if (options->tree && i == 0)
			flags = SCOLS_FL_TREE;
		if (!scols_table_new_column(table, columns[wanted[i]].name, 0, flags))
			return -1;
	}
	return 0;
}

static int print_table(const struct options *options)
{
	unsigned int wanted[MOST_COLUMNS];
	int count = columns_wanted(&options->columns, wanted), status = EXIT_DONE;
	struct libscols_table *table;

	if (count < 0)
		return EXIT_USAGE;
	table = scols_new_table();
	if (!table || scols_table_enable_noheadings(table, !options->headings) ||
	    scols_table_enable_raw(table, options->raw) ||
	    add_columns(table, options, wanted, count) ||
	    add_lines(table, options, wanted, count) || scols_print_table(table)) {
		complain("not enough memory for the table");
		status = EXIT_FAILED;
	}
	scols_unref_table(table);
	return status;
}

static int print_json(const struct options *options)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; i < options->selection.count; i++)
		json_object_array_add(array, json_device(options->selection.devices[i]));
	return json_print(array);
}

enum { OPTION_OUTPUT_ALL = SELECT_FIRST_FREE };

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "output-all", no_argument, NULL, OPTION_OUTPUT_ALL },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "bytes", no_argument, NULL, 'b' },
	{ "raw", no_argument, NULL, 'r' },
	{ "tree", no_argument, NULL, 'T' },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	SELECT_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

/* -1 to go on, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:nbrTJh", long_options, NULL)) != -1) {
		switch (option) {
		case 'o':
			options->columns.names = optarg;
			break;
		case OPTION_OUTPUT_ALL:
			options->columns.all = true;
			break;
		case 'n':
			options->headings = false;
			break;
		case 'b':
			options->columns.exact = true;
			break;
		case 'r':
			options->raw = true;
			break;
		case 'T':
			options->tree = true;
			break;
		case 'J':
			options->json = true;
			break;
		case 'h':
			help();
			return EXIT_DONE;
		default:
			if (select_option(option, &options->selection))
				return EXIT_USAGE;
		}
	}

	select_names(argc, argv, &options->selection);
	return -1;
}

static int print(struct daxplug *daxplug, void *data)
{
	const struct options *options = data;
	unsigned int wanted[MOST_COLUMNS];

	if (options->json && columns_wanted(&options->columns, wanted) < 0)
		return EXIT_USAGE;
	if (options->json || columns_want(&options->columns, "TIER"))
		daxplug_read_tiers(daxplug);
	return options->json ? print_json(options) : print_table(options);
}

int command_list(int argc, char **argv)
{
	struct options options = {
		.headings = true,
		.selection = { .node = -1, .may_be_empty = true },
	};
	int status = parse(argc, argv, &options);

	return status >= 0 ? status : select_devices(&options.selection, print, &options);
}
