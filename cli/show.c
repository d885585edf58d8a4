// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "complain.h"
#include "device_json.h"
#include "forecast.h"
#include "json.h"
#include "map.h"
#include "safe.h"
#include "select.h"
#include "status.h"
#include "text.h"

/**
 * struct options - the options of the command line
 * @exact: sizes in bytes
 * @json: JSON instead of text
 * @selection: the devices
 */
struct options {
	bool exact;
	bool json;
	struct selection selection;
};

static void print_help(void)
{
	puts("usage: daxplug show [OPTION...] DEVICE...\n"
	     "\n"
	     "Show all about devices, with a forecast and a map of the memory blocks.\n"
	     "\n"
	     "  -b, --bytes           sizes in bytes\n"
	     "  -J, --json            JSON\n" SELECT_HELP GLOBAL_HELP SELECTOR_HELP);
}

/* --- lines --- */

static void line(const char *label, const char *text)
{
	if (!*text)
		return;
	printf("  %-18s ", label);
	print_safe(text);
	putchar('\n');
}

static void number_line(const char *label, int64_t number, const char *unit)
{
	if (number >= 0)
		printf("  %-18s %lld%s\n", label, (long long)number, unit);
}

static void size_line(const char *label, uint64_t size, const struct options *options)
{
	char text[TEXT_SIZE];

	text_size(size, options->exact, text);
	if (size)
		line(label, text);
}

/* --- the values of the lines --- */

static void identity_lines(const struct daxplug_device *device)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%u%s%.64s%s", daxplug_device_region(device),
		 *daxplug_device_region_name(device) ? " (" : "",
		 daxplug_device_region_name(device),
		 *daxplug_device_region_name(device) ? ")" : "");
	line("region", text);
	line("namespace", daxplug_device_namespace(device));
	line("UUID", daxplug_device_uuid(device));
	text_serials(device, text);
	line("serial", text);
}

static void node_lines(const struct daxplug_device *device)
{
	int node = daxplug_device_target_node(device);

	if (node >= 0)
		number_line("target node", node, "");
	else
		line("target node",
		     node == -1 ? "none (firmware gave the device no NUMA node)" : "unknown");
	number_line("nearest CPU node", daxplug_device_numa_node(device), "");
	number_line("distance", daxplug_device_distance(device), "");
	number_line("read bandwidth", daxplug_device_read_bandwidth(device), " MiB/s");
	number_line("write bandwidth", daxplug_device_write_bandwidth(device), " MiB/s");
	number_line("read latency", daxplug_device_read_latency(device), " ns");
	number_line("write latency", daxplug_device_write_latency(device), " ns");
	number_line("memory tier", daxplug_device_tier(device), "");
}

static void memmap_line(const struct daxplug_device *device)
{
	switch (daxplug_device_memmap_on_memory(device)) {
	case 1:
		line("memmap on memory", "yes");
		break;
	case 0:
		line("memmap on memory",
		     daxplug_device_memmap_wanted(device) == 1
			     ? "no (the device asks for it, the kernel does not)"
			     : "no");
		break;
	}
}

static void blocks_line(const struct daxplug_device *device, const struct options *options)
{
	unsigned int total = daxplug_device_blocks(device);
	unsigned int unknown = daxplug_device_blocks_unknown(device);
	char size[TEXT_SIZE];

	if (!total)
		return;
	text_size(daxplug_device_block_size(device), options->exact, size);
	printf("  %-18s %u of %s: %u present, %u online (%u movable)", "memory blocks", total, size,
	       daxplug_device_blocks_present(device), daxplug_device_blocks_online(device),
	       daxplug_device_blocks_movable(device));
	if (unknown)
		printf(", %u unknown", unknown);
	putchar('\n');
}

static void range_lines(const struct daxplug_device *device, const struct options *options)
{
	unsigned int i;
	char size[TEXT_SIZE];

	for (i = 0; i < daxplug_device_ranges(device); i++) {
		uint64_t start = daxplug_device_range_start(device, i);
		uint64_t end = daxplug_device_range_end(device, i);

		text_size(end - start + 1, options->exact, size);
		printf("  %-18s %#llx-%#llx (%s)\n", i ? "" : "ranges", (unsigned long long)start,
		       (unsigned long long)end, size);
	}
	size_line("unusable", daxplug_device_unusable(device), options);
}

/* Omits a count that cannot be read. */
static void transitions_line(const struct daxplug_device *device)
{
	const struct {
		const char *outcome;
		int64_t count;
	} counts[] = {
		{ "done", daxplug_device_transitions_done(device) },
		{ "failed", daxplug_device_transitions_failed(device) },
		{ "cancelled", daxplug_device_transitions_cancelled(device) },
	};
	bool any = false;
	unsigned int i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].count < 0)
			continue;
		if (any)
			fputs(", ", stdout);
		else
			printf("  %-18s ", "transitions");
		printf("%lld %s", (long long)counts[i].count, counts[i].outcome);
		any = true;
	}
	if (any)
		putchar('\n');
}

static void driver_lines(const struct daxplug_device *device)
{
	int guard = daxplug_device_guard(device);
	int64_t timeout = daxplug_device_timeout(device);

	if (guard >= 0)
		line("guard", guard ? "on" : "off");
	if (timeout)
		number_line("driver timeout", timeout, " ms");
	transitions_line(device);
	number_line("last transition", daxplug_device_last_duration(device), " ms");
	line("last failure", daxplug_device_last_failure(device));
	if (daxplug_device_refusals(device) > 0)
		number_line("refused switches", daxplug_device_refusals(device), "");
	if (daxplug_device_pages_poisoned(device) > 0)
		number_line("poisoned pages", daxplug_device_pages_poisoned(device), "");
}

/* Makes the forecast of an unplug if a block is online, otherwise of a plug. */
static struct daxplug_forecast *foresee(struct daxplug_device *device)
{
	bool online = daxplug_device_blocks_online(device);
	struct daxplug_forecast *forecast;

	if (!daxplug_device_blocks(device) ||
	    daxplug_forecast_new(&device, 1, online ? DAXPLUG_ACTION_UNPLUG : DAXPLUG_ACTION_PLUG,
				 DAXPLUG_STATE_ONLINE_MOVABLE, &forecast))
		return NULL;
	return forecast;
}

static void forecast_lines(struct daxplug_device *device)
{
	struct daxplug_forecast *forecast = foresee(device);

	if (forecast)
		forecast_print(forecast);
	daxplug_forecast_unref(forecast);
}

static void print_text(struct daxplug_device *device, const struct options *options)
{
	char zones[TEXT_SIZE];

	text_zones(device, zones);
	printf("%s\n", daxplug_device_name(device));
	line("kind", daxplug_kind_name(daxplug_device_kind(device)));
	line("mode", daxplug_mode_name(daxplug_device_mode(device)));
	line("driver", daxplug_device_driver(device));
	line("state", daxplug_state_name(daxplug_device_state(device)));
	line("backend", daxplug_backend_name(daxplug_device_backend(device)));
	size_line("size", daxplug_device_size(device), options);
	size_line("align", daxplug_device_align(device), options);
	identity_lines(device);
	node_lines(device);
	memmap_line(device);
	range_lines(device, options);
	blocks_line(device, options);
	line("zones", zones);
	driver_lines(device);
	forecast_lines(device);
	map_print(device);
}

/* --- */

static struct json_object *device_object(struct daxplug_device *device)
{
	struct json_object *object = json_device(device);
	struct daxplug_forecast *forecast = foresee(device);

	json_add_details(object, device);
	if (forecast)
		json_add(object, "forecast", forecast_json(forecast));
	daxplug_forecast_unref(forecast);
	return object;
}

/*
 * Reads the use of the memory, which only root may; other users see the rest.
 */
static void read_use(struct daxplug_device *device)
{
	int err = daxplug_device_read_use(device);

	(void)err;
}

static int print_all(struct daxplug *daxplug, void *data)
{
	const struct options *options = data;
	struct json_object *array = options->json ? json_new_array() : NULL;
	unsigned int i;

	select_read_tiers(daxplug);
	for (i = 0; i < options->selection.count; i++) {
		struct daxplug_device *device = options->selection.devices[i];

		read_use(device);
		if (array)
			json_append(array, device_object(device));
		else
			print_text(device, options);
	}
	return !options->json || json_print(array) ? EXIT_DONE : EXIT_CANNOT_TELL;
}

static const struct option long_options[] = {
	{ "bytes", no_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'J' },
	SELECT_OPTIONS,
	GLOBAL_OPTIONS,
};

/* Returns NO_STATUS to continue, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option, status = EXIT_DONE;

	while ((option = option_next(argc, argv, ":bJhV", long_options)) != OPTIONS_END) {
		if (option == 'b')
			options->exact = true;
		else if (option == 'J')
			options->json = true;
		else
			status = select_option(option, &options->selection);
		if (status == NO_STATUS)
			return option_stop(option, print_help);
		if (status)
			return status;
	}
	status = select_names(argc, argv, &options->selection);
	if (status)
		return status;
	return select_any(&options->selection) ? NO_STATUS : usage_error("no device given");
}

static int run(int argc, char **argv)
{
	struct options options = { .selection.node = -1 };
	int status = parse(argc, argv, &options);

	return status == NO_STATUS ? select_devices(&options.selection, print_all, &options)
				   : status;
}

const struct command show_command = {
	.name = "show",
	.summary = "show all about devices, with a map of the memory blocks",
	.help = print_help,
	.run = run,
};
