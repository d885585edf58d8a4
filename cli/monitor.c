// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "command.h"
#include "json.h"
#include "signals.h"

static void help(void)
{
	puts("usage: daxplug monitor [options]\n"
	     "\n"
	     "  -J, --json            each event as one line of JSON\n"
	     "      --sysroot DIR     the recorded tree below DIR instead of /");
}

/* The time of day with milliseconds, local, as in 2026-01-31T12:00:00.123+0100. */
static void now(char *text, size_t size)
{
	struct timeval time;
	struct tm parts;
	size_t length;

	gettimeofday(&time, NULL);
	localtime_r(&time.tv_sec, &parts);
	length = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &parts);
	length += snprintf(text + length, size - length, ".%03d", (int)(time.tv_usec / 1000));
	strftime(text + length, size - length, "%z", &parts);
}

static void print_json(const char *when, const struct daxplug_event *event)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "time", when);
	json_add_text(object, "chardev", daxplug_event_device(event));
	json_add_text(object, "event", daxplug_event_type_name(daxplug_event_type(event)));
	json_add_text(object, "memory_state_before",
		      daxplug_state_name(daxplug_event_state_before(event)));
	json_add_text(object, "memory_state", daxplug_state_name(daxplug_event_state(event)));
	json_add_number(object, "online_memblocks", daxplug_event_blocks_online(event));
	json_add_number(object, "total_memblocks", daxplug_event_blocks(event));
	json_print_line(object);
}

static void print_text(const char *when, const struct daxplug_event *event)
{
	const char *state = daxplug_state_name(daxplug_event_state(event));
	const char *before = daxplug_state_name(daxplug_event_state_before(event));

	printf("%s %s %s", when, daxplug_event_device(event),
	       daxplug_event_type_name(daxplug_event_type(event)));
	if (daxplug_event_type(event) == DAXPLUG_EVENT_CHANGED)
		printf(" %s -> %s", before, state);
	else if (daxplug_event_type(event) == DAXPLUG_EVENT_ADDED)
		printf(" %s", state);
	printf(" %u/%u\n", daxplug_event_blocks_online(event), daxplug_event_blocks(event));
}

static int print_events(struct daxplug_monitor *monitor, bool json)
{
	const struct daxplug_event *event;
	char when[64];
	int more;

	while ((more = daxplug_monitor_next(monitor, &event)) == 1) {
		now(when, sizeof(when));
		if (json)
			print_json(when, event);
		else
			print_text(when, event);
	}
	if (more < 0) {
		complain("cannot read the devices: %s", strerror(-more));
		return EXIT_FAILED;
	}
	/* Whoever reads along wants it now; if nobody does any more, main() complains. */
	return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}

static int watch(struct daxplug_monitor *monitor, bool json)
{
	struct pollfd polled[] = {
		{ .fd = daxplug_monitor_fd(monitor), .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = fileno(stdout), .events = 0 },
	};
	int status = EXIT_DONE;

	while (!status) {
		if (poll(polled, 3, -1) < 0 && errno != EINTR)
			return EXIT_FAILED;
		if (polled[1].revents)
			return EXIT_DONE;
		/* The reader of a pipe has gone. */
		if (polled[2].revents & (POLLERR | POLLHUP))
			return EXIT_FAILED;
		status = print_events(monitor, json);
	}

	return status;
}

enum { OPTION_SYSROOT = 256 };

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'J' },
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int run(const char *root, bool json)
{
	struct daxplug_monitor *monitor;
	int err = daxplug_monitor_open(root, &monitor), status;

	if (err) {
		complain("cannot watch the devices: %s", strerror(-err));
		return exit_status_of(err, DAXPLUG_OUTCOME_DONE);
	}
	status = watch(monitor, json);
	daxplug_monitor_close(monitor);
	return status;
}

int command_monitor(int argc, char **argv)
{
	const char *root = NULL;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "Jh", long_options, NULL)) != -1) {
		switch (option) {
		case 'J':
			json = true;
			break;
		case OPTION_SYSROOT:
			root = optarg;
			break;
		case 'h':
			help();
			return EXIT_DONE;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error("monitor takes no device");
	return run(root, json);
}
