// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the machine match daxplug.conf(5). */
#include <stdio.h>

#include "apply.h"
#include "change.h"
#include "command.h"
#include "complain.h"
#include "json.h"
#include "select.h"
#include "signals.h"
#include "status.h"

/**
 * struct options - the command line
 * @apply: the command
 * @selection: the devices
 * @device: the selector of --device, or NULL
 * @files: files to read in place of the system's
 * @count: how many
 * @dump: print the current state as configuration
 * @boot: write module options
 * @json: print the results as JSON
 */
struct options {
	struct apply apply;
	struct selection selection;
	char *device;
	char **files;
	int count;
	bool dump;
	bool boot;
	bool json;
};

static void print_help(void)
{
	puts("usage: daxplug apply [OPTION...] [FILE...]\n"
	     "\n"
	     "Make DAX devices match /etc/daxplug.conf, or FILE; see daxplug.conf(5). A device\n"
	     "that matches already is left alone, and nothing is printed about it.\n"
	     "\n"
	     "  -n, --dry-run         change nothing, print what would change\n"
	     "      --device DEVICE   only this device, or the devices that a selector matches\n"
	     "      --boot            write module options, so that the driver gives devices\n"
	     "                        their state when it binds them\n"
	     "      --dump            print the current state as configuration\n"
	     "  -J, --json            print the results as JSON\n" GLOBAL_HELP);
}

/* Combines exit statuses: a device that would change takes precedence. */
static int combine(int so_far, int status)
{
	if (so_far == NO_STATUS)
		return status;
	if (so_far == EXIT_WOULD_CHANGE && status == EXIT_DONE)
		return so_far;
	if (so_far == EXIT_DONE && status == EXIT_WOULD_CHANGE)
		return status;
	return status_combine(so_far, status);
}

static int apply_one(const struct apply *apply, struct daxplug_device *device, bool *stopped)
{
	const struct section *section = declared_find(&apply->declared, device);
	char why[DECLARED_TEXT_SIZE];

	if (declared_unknown(&apply->declared, device, why))
		return apply_unknown(apply, device, why);
	return section ? apply_device(apply, section, device, stopped) : NO_STATUS;
}

static int apply_each(const struct options *options)
{
	const struct apply *apply = &options->apply;
	bool stopped = false, incomplete = false;
	int one, status = NO_STATUS;
	unsigned int i;

	for (i = 0; i < options->selection.count && !stopped; i++) {
		one = apply_one(apply, options->selection.devices[i], &stopped);
		incomplete |= one == EXIT_INCOMPLETE;
		if (one != NO_STATUS)
			status = combine(status, one);
		stopped = stopped || signals_came();
	}
	if (stopped && i < options->selection.count)
		complain("interrupted; %s and later devices not attempted",
			 daxplug_device_name(options->selection.devices[i]));
	if (status == NO_STATUS)
		status = EXIT_DONE;
	return stopped ? change_stopped(status, incomplete) : status;
}

static int use_devices(struct daxplug *daxplug, void *data)
{
	struct options *options = data;

	if (options->dump)
		return apply_dump(daxplug);
	if (!declared_check_ties(&options->apply.declared, daxplug))
		return apply_faults(&options->apply.declared);
	options->apply.signals = signals_open();
	return apply_each(options);
}

static int apply_all(struct options *options)
{
	int status;

	if (options->json)
		options->apply.results = json_new_array();
	status = select_devices(&options->selection, use_devices, options);
	if (options->json) {
		struct json_object *object = json_new_object();

		json_add_text(object, "version", DAXPLUG_VERSION);
		json_add(object, "devices", options->apply.results);
		if (!json_print(object))
			status = status_without_json(status, !options->apply.dry_run);
	}
	return status;
}

enum { OPTION_DEVICE = OPTION_OWN, OPTION_BOOT, OPTION_DUMP };

static const struct option long_options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "device", required_argument, NULL, OPTION_DEVICE },
	{ "boot", no_argument, NULL, OPTION_BOOT },
	{ "dump", no_argument, NULL, OPTION_DUMP },
	{ "json", no_argument, NULL, 'J' },
	GLOBAL_OPTIONS,
};

static bool take_option(int option, struct options *options)
{
	switch (option) {
	case 'n':
		options->apply.dry_run = true;
		return true;
	case OPTION_DEVICE:
		options->device = optarg;
		options->selection.names = &options->device;
		options->selection.name_count = 1;
		return true;
	case OPTION_BOOT:
		options->boot = true;
		return true;
	case OPTION_DUMP:
		options->dump = true;
		return true;
	case 'J':
		options->json = true;
		return true;
	default:
		return false;
	}
}

/* Returns NO_STATUS to go on, or an exit status. */
static int check_options(const struct options *options)
{
	if (options->boot && (options->json || options->selection.name_count))
		return usage_error("--boot takes neither --json nor --device");
	if (options->dump &&
	    (options->boot || options->json || options->apply.dry_run || options->count))
		return usage_error("--dump takes no other option and no FILE");
	return NO_STATUS;
}

static int parse(int argc, char **argv, struct options *options)
{
	int option, status;

	while ((option = option_next(argc, argv, ":nJhV", long_options)) != OPTIONS_END) {
		if (!take_option(option, options))
			return option_stop(option, print_help);
	}
	options->files = argv + optind;
	options->count = argc - optind;
	status = select_check(&options->selection);
	return status ? status : check_options(options);
}

static int run_options(struct options *options)
{
	struct declared *declared = &options->apply.declared;
	int status;

	if (options->dump)
		return apply_all(options);
	if (!declared_load(declared, options->files, options->count))
		status = apply_faults(declared);
	else if (options->boot)
		status = apply_boot(declared, options->apply.dry_run);
	else
		status = apply_all(options);
	declared_free(declared);
	return status;
}

static int run(int argc, char **argv)
{
	struct options options = {
		.selection = { .node = -1, .may_be_empty = true },
		.apply.signals = -1,
	};
	int status = parse(argc, argv, &options);

	return status == NO_STATUS ? run_options(&options) : status;
}

const struct command apply_command = {
	.name = "apply",
	.summary = "make devices match daxplug.conf",
	.changes_memory = true,
	.help = print_help,
	.run = run,
};
