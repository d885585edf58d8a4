// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "complain.h"
#include "journal.h"
#include "options.h"
#include "output.h"
#include "monitor_line.h"
#include "selector.h"
#include "span.h"
#include "status.h"

#define NO_LOOK_BACK (-1)

/**
 * struct options - the command line
 * @json: print each record as a line of JSON instead of text
 * @since: the earliest journal entry to print, in microseconds since the epoch, or NO_LOOK_BACK
 * @follow: continue until interrupted
 * @names: selectors of the devices, @count of them; none for all
 * @count: number of selectors
 * @daxplug: the handle for looking up devices
 */
struct options {
	bool json;
	int64_t since;
	bool follow;
	char **names;
	int count;
	struct daxplug *daxplug;
};

static void print_help(void)
{
	puts("usage: daxplug monitor [OPTION...] [DEVICE...]\n"
	     "\n"
	     "Print all devices, then each change of their state, mode or number of\n"
	     "online blocks, until interrupted.\n"
	     "\n"
	     "      --since TIME      first print what the journal has since TIME, such as\n"
	     "                        2026-01-31T12:00:00Z, yesterday or '1h ago'\n"
	     "      --no-follow       do not wait for changes\n"
	     "  -J, --json            print each record as a line of JSON\n" GLOBAL_HELP);
}

/* --- which devices --- */

/* Looks a device up; one that has gone may still be in the list of the last scan. */
static struct daxplug_device *look_up(const struct options *options, const char *name)
{
	struct daxplug_device *device = daxplug_find(options->daxplug, name);

	if (!device && !daxplug_scan(options->daxplug))
		device = daxplug_find(options->daxplug, name);
	return device;
}

/* Matches only the name of a device that cannot be looked up. */
static bool is_wanted(const struct options *options, const char *name)
{
	struct daxplug_device *device;
	int i;

	if (!options->count || !*name)
		return true;
	device = look_up(options, name);
	for (i = 0; i < options->count; i++)
		if (device ? selector_fit(options->names[i], device) != SELECTOR_NO
			   : !fnmatch(options->names[i], name, 0))
			return true;
	return false;
}

/* --- the journal --- */

static void print_entry(const struct journal_entry *entry, void *data)
{
	const struct options *options = data;

	if (is_wanted(options, entry->device))
		monitor_line_entry(entry, options->json);
}

static int look_back(struct options *options)
{
	int err = journal_read(options_root(), options->since, print_entry, options);

	if (err == -EOPNOTSUPP) {
		complain("--since: this daxplug was built without the systemd journal");
		return EXIT_NOT_SUPPORTED;
	}
	if (err)
		complain("cannot read the journal: %s", strerror(-err));
	return err ? EXIT_CANNOT_TELL : EXIT_DONE;
}

/* --- events --- */

static int print_events(const struct options *options, struct daxplug_monitor *monitor, bool *ready)
{
	const struct daxplug_event *event;
	int more;

	while ((more = daxplug_monitor_next(monitor, &event)) == 1) {
		if (daxplug_event_get_type(event) == DAXPLUG_EVENT_READY)
			*ready = true;
		if (is_wanted(options, daxplug_event_device(event)))
			monitor_line_event(event, options->json);
	}
	if (more < 0) {
		complain("cannot read the devices: %s", strerror(-more));
		return EXIT_CANNOT_TELL;
	}
	return EXIT_DONE;
}

static int watch(const struct options *options, struct daxplug_monitor *monitor)
{
	struct pollfd polled[] = {
		{ .fd = daxplug_monitor_fd(monitor), .events = POLLIN },
		{ .fd = fileno(stdout), .events = 0 },
	};
	bool ready = false;
	int status;

	for (;;) {
		status = print_events(options, monitor, &ready);
		/* A closed pipe is not an error; output_finish() reports other errors. */
		if (status || !output_flush() || (ready && !options->follow))
			return status;
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return EXIT_CANNOT_TELL;
		if (polled[1].revents & (POLLERR | POLLHUP))
			return EXIT_DONE;
	}
}

static int look_on(const struct options *options)
{
	struct daxplug_monitor *monitor;
	int err = daxplug_monitor_new(options->daxplug, &monitor), status;

	if (err) {
		complain("cannot watch the devices: %s", strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	status = watch(options, monitor);
	daxplug_monitor_unref(monitor);
	return status;
}

static int monitor(struct options *options)
{
	bool looks_back = options->since != NO_LOOK_BACK;
	int status = looks_back ? look_back(options) : EXIT_DONE;

	if (status || (looks_back && !options->follow))
		return status;
	return look_on(options);
}

/* --- the command line --- */

enum { OPTION_SINCE = OPTION_OWN, OPTION_NO_FOLLOW };

static const struct option long_options[] = {
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "no-follow", no_argument, NULL, OPTION_NO_FOLLOW },
	{ "json", no_argument, NULL, 'J' },
	GLOBAL_OPTIONS,
};

static int check_names(const struct options *options)
{
	int i;

	for (i = 0; i < options->count; i++) {
		const char *wrong = selector_check(options->names[i]);

		if (wrong)
			return usage_error("'%s' is %s", options->names[i], wrong);
	}
	return NO_STATUS;
}

/* Returns NO_STATUS to go on, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = option_next(argc, argv, ":JhV", long_options)) != OPTIONS_END) {
		switch (option) {
		case OPTION_SINCE:
			if (!stamp_parse(optarg, stamp_now(), &options->since))
				return usage_error("--since: '%s' is not a time", optarg);
			break;
		case OPTION_NO_FOLLOW:
			options->follow = false;
			break;
		case 'J':
			options->json = true;
			break;
		default:
			return option_stop(option, print_help);
		}
	}
	options->names = argv + optind;
	options->count = argc - optind;
	return check_names(options);
}

static int run(int argc, char **argv)
{
	struct options options = { .since = NO_LOOK_BACK, .follow = true };
	const char *root;
	int err, status = parse(argc, argv, &options);

	if (status != NO_STATUS)
		return status;
	root = options_root();
	err = daxplug_new(root, &options.daxplug);
	if (err) {
		complain("cannot open %s: %s", root ? root : "/", strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	status = monitor(&options);
	daxplug_unref(options.daxplug);
	return status;
}

const struct command monitor_command = {
	.name = "monitor",
	.summary = "print device events until interrupted",
	.help = print_help,
	.run = run,
};
