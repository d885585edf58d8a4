// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
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
 * struct verdict - whether the events of a device are printed
 * @name: the name of the device
 * @wanted: a selector matches it
 */
struct verdict {
	char name[64];
	bool wanted;
};

/**
 * struct options - the command line
 * @json: print each record as a line of JSON instead of text
 * @since: the earliest journal entry to print, in microseconds since the epoch, or NO_LOOK_BACK
 * @follow: continue until interrupted
 * @names: selectors of the devices, @count of them; none for all
 * @count: number of selectors
 * @daxplug: the handle for looking up devices
 * @verdicts: the verdicts on the devices so far, @verdict_count of them
 * @verdict_count: number of verdicts
 * @unknown: an error hides whether a selector matches a device
 */
struct options {
	bool json;
	int64_t since;
	bool follow;
	char **names;
	int count;
	struct daxplug *daxplug;
	struct verdict *verdicts;
	size_t verdict_count;
	bool unknown;
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

/*
 * Looks a device up. One that has gone may still be in the list of the last scan, so a device that
 * has been @added under its name needs another scan.
 */
static struct daxplug_device *look_up(const struct options *options, const char *name, bool added)
{
	struct daxplug_device *device = added ? NULL : daxplug_find(options->daxplug, name);

	if (!device && !daxplug_scan(options->daxplug))
		device = daxplug_find(options->daxplug, name);
	return device;
}

/* Whether a selector matches a device; complains if an error hides that. */
static bool fits(struct options *options, const char *selector, const struct daxplug_device *device)
{
	const char *property;
	int err = selector_unknown(selector, device, &property);

	if (err) {
		complain("%s: cannot tell whether %s matches: its %s cannot be read: %s", selector,
			 daxplug_device_name(device), property, strerror(-err));
		options->unknown = true;
	}
	return selector_fit(selector, device) != SELECTOR_NO;
}

/* Matches only the name of a device that cannot be looked up. */
static bool judge(struct options *options, const char *name, bool added)
{
	struct daxplug_device *device = look_up(options, name, added);
	int i;

	for (i = 0; i < options->count; i++)
		if (device ? fits(options, options->names[i], device)
			   : !fnmatch(options->names[i], name, 0))
			return true;
	return false;
}

/* Finds the verdict on a device, or appends one; returns NULL if out of memory. */
static struct verdict *verdict_on(struct options *options, const char *name, bool *is_new)
{
	struct verdict *verdict;
	size_t i;

	*is_new = false;
	for (i = 0; i < options->verdict_count; i++)
		if (!strcmp(options->verdicts[i].name, name))
			return &options->verdicts[i];
	verdict = reallocarray(options->verdicts, i + 1, sizeof(*verdict));
	if (!verdict)
		return NULL;
	options->verdicts = verdict;
	verdict += i;
	snprintf(verdict->name, sizeof(verdict->name), "%s", name);
	options->verdict_count++;
	*is_new = true;
	return verdict;
}

/* Judges a device once, when it is first named or has been @added. */
static bool is_wanted(struct options *options, const char *name, bool added)
{
	struct verdict *verdict;
	bool is_new;

	if (!options->count || !*name)
		return true;
	verdict = verdict_on(options, name, &is_new);
	if (!verdict)
		return judge(options, name, added);
	if (is_new || added)
		verdict->wanted = judge(options, name, added);
	return verdict->wanted;
}

/* --- the journal --- */

static void print_entry(const struct journal_entry *entry, void *data)
{
	struct options *options = data;

	if (is_wanted(options, entry->device, false))
		monitor_line_entry(entry, options->json);
}

static int look_back(struct options *options)
{
	int err = journal_read(options_root(), options->since, print_entry, options);

	/* The device of an entry may have gone, and another may have its name. */
	options->verdict_count = 0;
	if (err == -EOPNOTSUPP) {
		complain("--since: this daxplug was built without the systemd journal");
		return EXIT_NOT_SUPPORTED;
	}
	if (err)
		complain("cannot read the journal: %s", strerror(-err));
	return err ? EXIT_CANNOT_TELL : EXIT_DONE;
}

/* --- events --- */

static int print_events(struct options *options, struct daxplug_monitor *monitor, bool *ready)
{
	const struct daxplug_event *event;
	int more;

	while ((more = daxplug_monitor_next(monitor, &event)) == 1) {
		enum daxplug_event_type type = daxplug_event_get_type(event);

		if (type == DAXPLUG_EVENT_READY)
			*ready = true;
		if (is_wanted(options, daxplug_event_device(event), type == DAXPLUG_EVENT_ADDED))
			monitor_line_event(event, options->json);
	}
	if (more < 0) {
		complain("cannot read the devices: %s", strerror(-more));
		return EXIT_CANNOT_TELL;
	}
	return EXIT_DONE;
}

static int watch(struct options *options, struct daxplug_monitor *monitor)
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

static int look_on(struct options *options)
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
	if (status == EXIT_DONE && options.unknown)
		status = EXIT_CANNOT_TELL;
	free(options.verdicts);
	daxplug_unref(options.daxplug);
	return status;
}

const struct command monitor_command = {
	.name = "monitor",
	.summary = "print device events until interrupted",
	.help = print_help,
	.run = run,
};
