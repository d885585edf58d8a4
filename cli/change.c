// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "command.h"
#include "json.h"
#include "progress.h"
#include "select.h"
#include "signals.h"
#include "text.h"

/**
 * struct options - what the command line asks for
 * @verb: the command
 * @state: to plug to
 * @flags: of the library
 * @timeout: in ms, or -1
 * @quiet: say nothing but errors
 * @json: tell the results as JSON
 * @cancel: readable when the user wants to stop, or -1
 * @selection: the devices
 */
struct options {
	const struct verb *verb;
	enum daxplug_state state;
	unsigned int flags;
	int64_t timeout;
	bool quiet;
	bool json;
	int cancel;
	struct selection selection;
};

/**
 * struct result - what came of one device
 * @before: its state before
 * @err: 0 or a negative errno
 * @status: the exit status for it
 * @ms: how long it took
 */
struct result {
	enum daxplug_state before;
	int err;
	int status;
	int64_t ms;
};

/* A time such as 30s, 500ms, 2m or 30, in ms; -1 if it is none. */
static int64_t parse_time(const char *text)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	unsigned long number;
	unsigned int i;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || number > 1000000000)
		return -1;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].name))
			return number * units[i].ms;
	return -1;
}

static const char *retry_word(const struct daxplug *daxplug)
{
	return daxplug_retry_helps(daxplug) ? "may help" : "will not help";
}

/* "what; how it ended; what to do (trying again may help)" */
static void print_failure(const struct daxplug *daxplug)
{
	const char *hint = daxplug_hint(daxplug);

	complain("%s; %s%s%s (trying again %s)", daxplug_message(daxplug),
		 daxplug_outcome_name(daxplug_outcome(daxplug)), *hint ? "; " : "", hint,
		 retry_word(daxplug));
}

static void print_success(const struct daxplug *daxplug, const struct daxplug_device *device,
			  const struct result *result)
{
	unsigned int blocks = daxplug_device_blocks(device);
	char size[TEXT_SIZE];

	if (*daxplug_message(daxplug)) {
		puts(daxplug_message(daxplug));
		return;
	}
	text_size(blocks * daxplug_device_block_size(device), false, size);
	printf("%s: %s, %u memory blocks (%s) in %.2f s\n", daxplug_device_name(device),
	       daxplug_state_name(daxplug_device_state(device)), blocks, size, result->ms / 1000.0);
}

static struct json_object *json_result(const struct daxplug *daxplug,
				       const struct daxplug_device *device,
				       const struct options *options, const struct result *result)
{
	struct json_object *object = json_device(device);
	int64_t block = daxplug_failed_block(daxplug);

	json_add_text(object, "action", options->verb->name);
	json_add_text(object, "outcome", daxplug_outcome_name(daxplug_outcome(daxplug)));
	json_add_number(object, "exit_status", result->status);
	json_add_text(object, "memory_state_before", daxplug_state_name(result->before));
	json_add_number(object, "milliseconds", result->ms);
	if (*daxplug_message(daxplug))
		json_add_text(object, "message", daxplug_message(daxplug));
	if (!result->err)
		return object;
	json_add_text(object, "hint", daxplug_hint(daxplug));
	json_object_object_add(object, "retry",
			       json_object_new_boolean(daxplug_retry_helps(daxplug)));
	if (block >= 0)
		json_add_number(object, "memblock", block);
	return object;
}

static bool interrupted(const struct options *options)
{
	struct pollfd polled = { .fd = options->cancel, .events = POLLIN };

	return poll(&polled, 1, 0) > 0;
}

static struct result change_device(struct daxplug *daxplug, struct daxplug_device *device,
				   const struct options *options)
{
	struct result result = { .before = daxplug_device_state(device) };
	struct progress progress = { 0 };
	int64_t began = progress_now();

	if (!options->quiet)
		progress_show(daxplug, &progress);
	result.err = options->verb->run(device, options->state, options->flags);
	result.ms = progress_now() - began;
	result.status = exit_status_of(result.err, daxplug_outcome(daxplug));
	progress_wipe(&progress);
	if (result.err)
		print_failure(daxplug);
	else if (!options->quiet && !options->json)
		print_success(daxplug, device, &result);
	return result;
}

/* One exit status for all: theirs if they agree. */
static int combine(int so_far, int status)
{
	return so_far < 0 || so_far == status ? status : EXIT_SEVERAL;
}

static int change_all(struct daxplug *daxplug, const struct options *options)
{
	struct json_object *array = options->json ? json_object_new_array() : NULL;
	int status = -1;
	unsigned int i;

	for (i = 0; i < options->selection.count; i++) {
		struct daxplug_device *device = options->selection.devices[i];
		struct result result;

		if (i && interrupted(options)) {
			complain("%s and those after it: not begun, interrupted",
				 daxplug_device_name(device));
			status = combine(status, EXIT_INTERRUPTED);
			break;
		}
		result = change_device(daxplug, device, options);
		status = combine(status, result.status);
		if (array)
			json_object_array_add(array,
					      json_result(daxplug, device, options, &result));
	}

	if (array)
		json_print(array);
	return status;
}

/* Who says "all" does not mean those that programs map. */
static void leave_out_devdax(struct selection *selection)
{
	unsigned int i, count = 0;

	for (i = 0; i < selection->count; i++) {
		struct daxplug_device *device = selection->devices[i];

		if (daxplug_device_mode(device) != DAXPLUG_MODE_DEVDAX ||
		    select_by_name(selection, device))
			selection->devices[count++] = device;
	}
	selection->count = count;
}

enum {
	OPTION_MOVABLE = SELECT_FIRST_FREE,
	OPTION_KERNEL,
	OPTION_AUTO,
	OPTION_TIMEOUT,
	OPTION_DRY_RUN,
	OPTION_FORCE,
};

static const struct option long_options[] = {
	{ "movable", no_argument, NULL, OPTION_MOVABLE },
	{ "kernel", no_argument, NULL, OPTION_KERNEL },
	{ "auto", no_argument, NULL, OPTION_AUTO },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	SELECT_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

static int take_state(int option, struct options *options)
{
	if (!options->verb->takes_state)
		return usage_error("%s takes no zone", options->verb->name);
	options->state = option == OPTION_MOVABLE  ? DAXPLUG_STATE_ONLINE_MOVABLE
			 : option == OPTION_KERNEL ? DAXPLUG_STATE_ONLINE_KERNEL
						   : DAXPLUG_STATE_ONLINE;
	return EXIT_DONE;
}

static int take_timeout(struct options *options)
{
	options->timeout = parse_time(optarg);
	if (options->timeout >= 0)
		return EXIT_DONE;
	return usage_error("--timeout %s: a time such as 30s, 500ms or 2m is wanted", optarg);
}

static int take_option(int option, struct options *options)
{
	switch (option) {
	case OPTION_MOVABLE:
	case OPTION_KERNEL:
	case OPTION_AUTO:
		return take_state(option, options);
	case OPTION_TIMEOUT:
		return take_timeout(options);
	case OPTION_DRY_RUN:
		options->flags |= DAXPLUG_DRY_RUN;
		return EXIT_DONE;
	case OPTION_FORCE:
		options->flags |= DAXPLUG_FORCE;
		return EXIT_DONE;
	case 'q':
		options->quiet = true;
		return EXIT_DONE;
	case 'J':
		options->json = true;
		return EXIT_DONE;
	default:
		return select_option(option, &options->selection);
	}
}

/* -1 to go on, or an exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "qJh", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(options->verb->help, stdout);
			return EXIT_DONE;
		}
		if (take_option(option, options))
			return EXIT_USAGE;
	}

	select_names(argc, argv, &options->selection);
	if (select_any(&options->selection))
		return -1;
	return usage_error("%s which device?", options->verb->name);
}

static int run(struct daxplug *daxplug, void *data)
{
	struct options *options = data;

	leave_out_devdax(&options->selection);
	if (!options->selection.count) {
		complain("all devices that fit are in devdax mode");
		return EXIT_NO_DEVICE;
	}

	options->cancel = signals_fd();
	daxplug_set_cancel_fd(daxplug, options->cancel);
	daxplug_set_timeout(daxplug, options->timeout);
	return change_all(daxplug, options);
}

/**
 * change_command() - run a command that changes devices
 * @verb: the command
 * @argc: of its command line
 * @argv: of its command line
 *
 * Return: an exit status.
 */
int change_command(const struct verb *verb, int argc, char **argv)
{
	struct options options = {
		.verb = verb,
		.state = DAXPLUG_STATE_ONLINE_MOVABLE,
		.timeout = -1,
		.cancel = -1,
		.selection.node = -1,
	};
	int status = parse(argc, argv, &options);

	return status >= 0 ? status : select_devices(&options.selection, run, &options);
}
