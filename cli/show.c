// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "map.h"
#include "select.h"
#include "text.h"

/**
 * struct options - what the command line asks for
 * @exact: sizes in bytes
 * @json: JSON instead of text
 * @selection: the devices
 */
struct options {
	bool exact;
	bool json;
	struct selection selection;
};

static void help(void)
{
	puts("usage: daxplug show [options] DEVICE...|all\n"
	     "\n"
	     "  -b, --bytes           sizes in bytes\n"
	     "  -J, --json            JSON in daxctl's shape\n" SELECT_HELP);
}

static void line(const char *label, const char *text)
{
	if (*text)
		printf("  %-18s %s\n", label, text);
}

static void number_line(const char *label, int number)
{
	char text[TEXT_SIZE];

	text_number(number, text);
	line(label, text);
}

static void size_line(const char *label, uint64_t size, const struct options *options)
{
	char text[TEXT_SIZE];

	text_size(size, options->exact, text);
	if (size)
		line(label, text);
}

static void region_line(const struct daxplug_device *device)
{
	const char *name = daxplug_device_region_name(device);

	printf("  %-18s %u%s%s%s\n", "region", daxplug_device_region(device), *name ? " (" : "",
	       name, *name ? ")" : "");
}

static void blocks_line(const struct daxplug_device *device, const struct options *options)
{
	unsigned int total = daxplug_device_blocks(device);
	char size[TEXT_SIZE];

	if (!total)
		return;
	text_size(daxplug_device_block_size(device), options->exact, size);
	printf("  %-18s %u of %s: %u present, %u online, %u of these movable\n", "memory blocks",
	       total, size, daxplug_device_blocks_present(device),
	       daxplug_device_blocks_online(device), daxplug_device_blocks_movable(device));
}

static void range_lines(const struct daxplug_device *device, const struct options *options)
{
	unsigned int i;
	char size[TEXT_SIZE];

	for (i = 0; i < daxplug_device_ranges(device); i++) {
		uint64_t start = daxplug_range_start(device, i);
		uint64_t end = daxplug_range_end(device, i);

		text_size(end - start + 1, options->exact, size);
		printf("  %-18s %#llx-%#llx (%s)\n", i ? "" : "ranges", (unsigned long long)start,
		       (unsigned long long)end, size);
	}
}

static void forecast_line(struct daxplug_device *device)
{
	char moves[TEXT_SIZE], space[TEXT_SIZE];
	uint64_t must_move, room;

	if (!daxplug_device_blocks_online(device) ||
	    daxplug_device_forecast(device, &must_move, &room))
		return;
	text_size(must_move & ~0xfffffULL, false, moves);
	text_size(room & ~0xfffffULL, false, space);
	printf("  %-18s about %s must move, and there is room for %s\n", "to unplug it", moves,
	       space);
}

static void print_text(struct daxplug_device *device, const struct options *options)
{
	char zones[TEXT_SIZE];

	text_zones(device, zones);
	printf("%s\n", daxplug_device_name(device));
	line("kind", daxplug_kind_name(daxplug_device_kind(device)));
	line("mode", daxplug_mode_name(daxplug_device_mode(device)));
	line("state", daxplug_state_name(daxplug_device_state(device)));
	line("backend", daxplug_backend_name(daxplug_device_backend(device)));
	size_line("size", daxplug_device_size(device), options);
	size_line("align", daxplug_device_align(device), options);
	region_line(device);
	number_line("target node", daxplug_device_target_node(device));
	number_line("NUMA node", daxplug_device_numa_node(device));
	number_line("memory tier", daxplug_device_tier(device));
	number_line("memmap on memory", daxplug_device_memmap_on_memory(device));
	range_lines(device, options);
	blocks_line(device, options);
	line("zones", zones);
	forecast_line(device);
	map_print(device);
}

static int print_all(struct daxplug *daxplug, void *data)
{
	const struct options *options = data;
	struct json_object *array = options->json ? json_object_new_array() : NULL, *object;
	unsigned int i;

	daxplug_read_tiers(daxplug);
	for (i = 0; i < options->selection.count; i++) {
		struct daxplug_device *device = options->selection.devices[i];

		/* Only root may know; what else there is to show is shown. */
		daxplug_device_read_use(device);
		if (!options->json) {
			print_text(device, options);
			continue;
		}
		object = json_device(device);
		json_add_details(object, device);
		json_object_array_add(array, object);
	}
	return options->json ? json_print(array) : EXIT_DONE;
}

static const struct option long_options[] = {
	{ "bytes", no_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	SELECT_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

/* -1 to go on, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "bJh", long_options, NULL)) != -1) {
		switch (option) {
		case 'b':
			options->exact = true;
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
	return select_any(&options->selection) ? -1 : usage_error("show which device?");
}

int command_show(int argc, char **argv)
{
	struct options options = { .selection.node = -1 };
	int status = parse(argc, argv, &options);

	return status >= 0 ? status : select_devices(&options.selection, print_all, &options);
}
