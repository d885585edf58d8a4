// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "complain.h"
#include "device_json.h"
#include "findings.h"
#include "forecast.h"
#include "json.h"
#include "machine.h"
#include "select.h"
#include "status.h"
#include "text.h"

/**
 * struct check - the command line and the findings
 * @json: JSON instead of text
 * @selection: the devices; if none is selected, the machine is checked
 * @findings: the findings
 * @verdict: the verdict of all of them
 * @devices: each device as JSON, or NULL
 * @orphans: each orphaned range as JSON, or NULL
 */
struct check {
	bool json;
	struct selection selection;
	struct findings findings;
	enum daxplug_verdict verdict;
	struct json_object *devices;
	struct json_object *orphans;
};

static void print_help(void)
{
	puts("usage: daxplug check [OPTION...] [DEVICE...]\n"
	     "\n"
	     "Check whether devices could be unplugged, or plugged if none of their memory\n"
	     "is online, and print the remedy if not. Without a device, check the machine:\n"
	     "its driver, its policy, and other programs that switch memory blocks.\n"
	     "\n"
	     "  -J, --json            JSON\n" SELECT_HELP GLOBAL_HELP SELECTOR_HELP);
}

/* --- devices --- */

static bool is_of(enum daxplug_action action, const struct daxplug_device *device)
{
	return (action == DAXPLUG_ACTION_UNPLUG) == (daxplug_device_blocks_online(device) > 0);
}

static const char *verdict_text(enum daxplug_verdict verdict)
{
	switch (verdict) {
	case DAXPLUG_VERDICT_GO:
		return "can be";
	case DAXPLUG_VERDICT_REFUSED:
		return "cannot be";
	default:
		return "cannot tell whether it can be";
	}
}

static void print_verdict(struct daxplug_device *const *devices, unsigned int count,
			  const char *done, const struct daxplug_forecast *forecast)
{
	char summary[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < count; i++)
		printf("%s%s", i ? ", " : "", daxplug_device_name(devices[i]));
	forecast_summary(forecast, summary, sizeof(summary));
	printf(": %s %s%s%s\n", verdict_text(daxplug_forecast_verdict(forecast)), done,
	       *summary ? ": " : "", summary);
}

static void add_devices(struct check *check, struct daxplug_device *const *devices,
			unsigned int count, enum daxplug_action action)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct json_object *object = json_device(devices[i]);
		struct daxplug_forecast *forecast;

		json_add_text(object, "action", daxplug_action_name(action));
		if (!daxplug_forecast_new(&devices[i], 1, action, DAXPLUG_STATE_ONLINE_MOVABLE,
					  &forecast)) {
			json_add(object, "forecast", forecast_json(forecast));
			daxplug_forecast_unref(forecast);
		}
		json_append(check->devices, object);
	}
}

/*
 * Checks all devices of an action together. Returns the exit status for them.
 */
static int check_action(struct check *check, enum daxplug_action action, const char *done)
{
	struct selection *selection = &check->selection;
	struct daxplug_device **devices = selection->devices, *device;
	struct daxplug_forecast *forecast;
	unsigned int i, count = 0;
	int err, status;

	/* Move the devices of the action to the front. */
	for (i = 0; i < selection->count; i++) {
		if (!is_of(action, devices[i]))
			continue;
		device = devices[i];
		devices[i] = devices[count];
		devices[count++] = device;
	}
	if (!count)
		return NO_STATUS;
	err = daxplug_forecast_new(devices, count, action, DAXPLUG_STATE_ONLINE_MOVABLE, &forecast);
	if (err) {
		complain("cannot make the forecast: %s", strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	if (!check->json)
		print_verdict(devices, count, done, forecast);
	else
		add_devices(check, devices, count, action);
	findings_add_forecast(&check->findings, forecast);
	status = status_of_forecast(forecast);
	daxplug_forecast_unref(forecast);
	return status;
}

/*
 * Combines two verdicts: refused if either is, otherwise unknown if either is.
 */
static enum daxplug_verdict worse(enum daxplug_verdict a, enum daxplug_verdict b)
{
	if (a == DAXPLUG_VERDICT_REFUSED || b == DAXPLUG_VERDICT_REFUSED)
		return DAXPLUG_VERDICT_REFUSED;
	return a == DAXPLUG_VERDICT_GO ? b : a;
}

static enum daxplug_verdict verdict_of(int status)
{
	switch (status) {
	case NO_STATUS:
	case EXIT_DONE:
		return DAXPLUG_VERDICT_GO;
	case EXIT_CANNOT_TELL:
		return DAXPLUG_VERDICT_UNKNOWN;
	default:
		return DAXPLUG_VERDICT_REFUSED;
	}
}

static int check_devices(struct check *check)
{
	int unplug, plug, status;

	select_leave_out_data(&check->selection, true, !check->json);
	if (!check->selection.count) {
		complain("nothing to check: all matching devices are skipped");
		check->verdict = DAXPLUG_VERDICT_REFUSED;
		return EXIT_REFUSED;
	}
	unplug = check_action(check, DAXPLUG_ACTION_UNPLUG, "unplugged");
	plug = check_action(check, DAXPLUG_ACTION_PLUG, "plugged");
	status = unplug == NO_STATUS ? plug
		 : plug == NO_STATUS ? unplug
				     : status_combine(unplug, plug);
	check->verdict = worse(verdict_of(unplug), verdict_of(plug));
	return status;
}

/* --- the machine --- */

static int check_machine(struct check *check, struct daxplug *daxplug)
{
	struct daxplug_orphan *orphan;

	machine_driver(&check->findings, daxplug);
	machine_policy(&check->findings);
	machine_rivals(&check->findings);
	machine_devices(&check->findings, daxplug);
	machine_declared(&check->findings, daxplug);
	if (!daxplug_first(daxplug))
		machine_instead(&check->findings);
	if (check->json) {
		unsigned int i;

		for (i = 0; i < check->selection.count; i++)
			json_append(check->devices, json_device(check->selection.devices[i]));
		for (orphan = daxplug_orphan_first(daxplug); orphan;
		     orphan = daxplug_orphan_next(orphan))
			json_append(check->orphans, json_orphan(orphan));
	}
	check->verdict = findings_verdict(&check->findings);
	switch (check->verdict) {
	case DAXPLUG_VERDICT_GO:
		return EXIT_DONE;
	case DAXPLUG_VERDICT_REFUSED:
		return EXIT_REFUSED;
	default:
		return EXIT_CANNOT_TELL;
	}
}

/* --- */

static bool print_json(struct check *check)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "version", DAXPLUG_VERSION);
	json_add_text(object, "verdict", daxplug_verdict_name(check->verdict));
	json_add(object, "findings", findings_json(&check->findings));
	json_add(object, "devices", check->devices);
	json_add(object, "orphans", check->orphans);
	return json_print(object);
}

static int run_check(struct daxplug *daxplug, void *data)
{
	struct check *check = data;
	int status;

	if (check->json) {
		check->devices = json_new_array();
		check->orphans = json_new_array();
		select_read_tiers(daxplug);
	}
	status = select_any(&check->selection) ? check_devices(check)
					       : check_machine(check, daxplug);
	findings_sort(&check->findings);
	if (!check->json)
		findings_print(&check->findings);
	else if (!print_json(check))
		status = status_without_json(status, false);
	findings_free(&check->findings);
	return status;
}

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'J' },
	SELECT_OPTIONS,
	GLOBAL_OPTIONS,
};

static int run(int argc, char **argv)
{
	struct check check = { .selection = { .node = -1, .may_be_empty = true } };
	int option, status = EXIT_DONE;

	while ((option = option_next(argc, argv, ":JhV", long_options)) != OPTIONS_END) {
		if (option == 'J')
			check.json = true;
		else
			status = select_option(option, &check.selection);
		if (status == NO_STATUS)
			return option_stop(option, print_help);
		if (status)
			return status;
	}
	status = select_names(argc, argv, &check.selection);
	return status ? status : select_devices(&check.selection, run_check, &check);
}

const struct command check_command = {
	.name = "check",
	.summary = "check whether devices could be unplugged, or what prevents it",
	.help = print_help,
	.run = run,
};
