// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Changes one device from a poll loop, as a daemon would: poll-loop DEVICE plug|unplug. Prints
 * the progress; SIGINT cancels the change, which is rolled back.
 *
 *	cc poll-loop.c $(pkg-config --cflags --libs libdaxplug)
 */
#include <libdaxplug.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct daxplug_change *running;

/* daxplug_change_cancel() may be called from a signal handler. */
static void interrupt(int number)
{
	(void)number;
	if (running)
		daxplug_change_cancel(running);
}

static void print_progress(const struct daxplug_change *change)
{
	unsigned int done, total;

	if (!daxplug_change_progress(change, &done, &total))
		printf("%s: %u of %u blocks\n", daxplug_phase_name(daxplug_change_phase(change)),
		       done, total);
}

/* A daemon would poll other descriptors too. */
static void follow(struct daxplug_change *change)
{
	while (daxplug_change_process(change)) {
		struct pollfd polled = { daxplug_change_fd(change), POLLIN, 0 };

		if (!poll(&polled, 1, 500))
			print_progress(change);
	}
}

static int print_result(const struct daxplug_change *change)
{
	const char *hint = daxplug_change_hint(change);

	printf("%s: %s\n", daxplug_change_name(change),
	       daxplug_outcome_name(daxplug_change_outcome(change)));
	if (!daxplug_change_error(change))
		return 0;
	printf("%s (%s)\n", daxplug_change_message(change),
	       daxplug_reason_name(daxplug_change_reason(change)));
	if (*hint)
		printf("hint: %s\n", hint);
	return 1;
}

static int change_device(struct daxplug_device *device, enum daxplug_action action)
{
	struct daxplug_change *change;
	int status;

	if (daxplug_change_new(device, action, &change))
		return 1;
	running = change;
	signal(SIGINT, interrupt);
	/* A refused change has already ended, so follow() has nothing to do. */
	if (daxplug_change_start(change) == 0)
		follow(change);
	signal(SIGINT, SIG_DFL);
	running = NULL;
	status = print_result(change);
	daxplug_change_unref(change);
	return status;
}

static int run(struct daxplug *daxplug, const char *name, enum daxplug_action action)
{
	struct daxplug_device *device;

	if (daxplug_scan(daxplug)) {
		fprintf(stderr, "%s\n", daxplug_message(daxplug));
		return 1;
	}
	device = daxplug_find(daxplug, name);
	if (!device) {
		fprintf(stderr, "%s: no such device\n", name);
		return 1;
	}
	return change_device(device, action);
}

int main(int argc, char **argv)
{
	struct daxplug *daxplug;
	int status;

	if (argc != 3 || (strcmp(argv[2], "plug") && strcmp(argv[2], "unplug"))) {
		fprintf(stderr, "usage: poll-loop DEVICE plug|unplug\n");
		return 2;
	}
	if (daxplug_new(NULL, &daxplug))
		return 1;
	status = run(daxplug, argv[1],
		     strcmp(argv[2], "plug") ? DAXPLUG_ACTION_UNPLUG : DAXPLUG_ACTION_PLUG);
	daxplug_unref(daxplug);
	return status;
}
