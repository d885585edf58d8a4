// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "core/plural.h"
#include "device_json.h"
#include "findings.h"
#include "forecast.h"
#include "journal.h"
#include "json.h"
#include "signals.h"
#include "status.h"
#include "text.h"
#include "verb.h"

/**
 * struct job - the options of the command line
 * @verb: the command
 * @state: the state to plug to
 * @change: the options of the changes
 * @selection: the devices
 * @changes: a change for each device
 * @results: the results of all devices as JSON; NULL to print them as text
 */
struct job {
	const struct verb *verb;
	enum daxplug_state state;
	struct change_options change;
	struct selection selection;
	struct daxplug_change **changes;
	struct json_object *results;
};

/* --- all of them together --- */

static void record_refusal(const struct job *job, const struct daxplug_device *device,
			   enum daxplug_reason reason, const char *message)
{
	const struct journal_result result = {
		.device = daxplug_device_name(device),
		.action = job->verb->action,
		.outcome = DAXPLUG_OUTCOME_REFUSED,
		.exit_status = EXIT_REFUSED,
		.failed = true,
		.reason = reason,
		.message = message,
		.before = daxplug_device_state(device),
		.state = daxplug_device_state(device),
	};

	if (!(job->change.flags & DAXPLUG_CHANGE_DRY_RUN))
		journal_write(&result);
}

static void add_refusal(struct job *job, const struct daxplug_forecast *forecast,
			unsigned int finding)
{
	enum daxplug_reason reason = daxplug_forecast_finding_reason(forecast, finding);
	const char *message = daxplug_forecast_finding_text(forecast, finding);
	unsigned int i;

	for (i = 0; i < job->selection.count; i++) {
		struct daxplug_device *device = job->selection.devices[i];
		struct json_object *object;

		record_refusal(job, device, reason, message);
		if (!job->results)
			continue;
		object = json_device(device);
		json_add_text(object, "action", daxplug_action_name(job->verb->action));
		json_add_text(object, "outcome", daxplug_outcome_name(DAXPLUG_OUTCOME_REFUSED));
		json_add_number(object, "exit_status", EXIT_REFUSED);
		json_add_text(object, "state_before",
			      daxplug_state_name(daxplug_device_state(device)));
		json_add_text(object, "reason", daxplug_reason_name(reason));
		json_add_text(object, "message", message);
		json_add_flag(object, "retry", true);
		json_add(object, "forecast", forecast_json(forecast));
		json_append(job->results, object);
	}
}

/*
 * Whether other nodes have too little free memory for all devices; every other error concerns one
 * device.
 */
static bool lacks_room(const struct daxplug_forecast *forecast, unsigned int *finding)
{
	unsigned int i;

	for (i = 0; i < daxplug_forecast_findings(forecast); i++) {
		enum daxplug_reason reason = daxplug_forecast_finding_reason(forecast, i);

		*finding = i;
		if (daxplug_forecast_finding_severity(forecast, i) == DAXPLUG_SEVERITY_ERROR &&
		    (reason == DAXPLUG_REASON_NO_ROOM || reason == DAXPLUG_REASON_COMMIT_LIMIT))
			return true;
	}
	return false;
}

/*
 * Each change checks its own device. Only a forecast for all devices tells whether other nodes
 * have enough free memory for the pages of all.
 */
static int check_together(struct job *job)
{
	const struct selection *selection = &job->selection;
	struct daxplug_forecast *forecast;
	int status = EXIT_DONE;
	unsigned int finding;
	int err;

	if (selection->count < 2 || !job->verb->unplugs || job->change.flags & DAXPLUG_CHANGE_FORCE)
		return EXIT_DONE;
	err = daxplug_forecast_changes(job->changes, selection->count, &forecast);
	if (err) {
		complain("cannot forecast the changes: %s", strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	if (lacks_room(forecast, &finding)) {
		complain("all %u devices together: %s; select fewer, or use --force",
			 selection->count, daxplug_forecast_finding_text(forecast, finding));
		add_refusal(job, forecast, finding);
		status = EXIT_REFUSED;
	}
	daxplug_forecast_unref(forecast);
	return status;
}

/* --- one by one --- */

static void print_dry_run(const struct job *job, const struct daxplug_device *device,
			  const struct daxplug_forecast *forecast)
{
	unsigned int blocks = daxplug_device_blocks(device);
	char summary[TEXT_SIZE] = "";

	if (forecast)
		forecast_summary(forecast, summary, sizeof(summary));
	printf("%s: would be %s: %u memory block%s, from %s to %s%s%s\n",
	       daxplug_device_name(device), job->verb->done, blocks, dax_plural(blocks),
	       daxplug_state_name(daxplug_device_state(device)),
	       job->verb->plugs ? daxplug_state_name(job->state) : "unplugged",
	       *summary ? "; " : "", summary);
}

/* A change with a doubtful forecast would still be tried: the kernel decides. */
static void print_doubt(const struct job *job, const struct daxplug_device *device,
			const struct daxplug_forecast *forecast)
{
	printf("%s: %s would be tried: %s\n", daxplug_device_name(device),
	       daxplug_action_name(job->verb->action),
	       forecast ? daxplug_forecast_finding_text(forecast, 0) : "no forecast");
}

/* The exit status of a dry run is that of a check. */
static int status_of_dry_run(const struct job *job, const struct daxplug_forecast *forecast)
{
	if (!forecast)
		return EXIT_CANNOT_TELL;
	return job->change.flags & DAXPLUG_CHANGE_FORCE ? EXIT_DONE : status_of_forecast(forecast);
}

/* Prints the memory that a drain could not move, and the other findings. */
static void print_findings(const struct job *job, const struct daxplug_forecast *forecast)
{
	struct findings findings = { 0 };

	if (!forecast || !(job->change.flags & DAXPLUG_CHANGE_DRAIN))
		return;
	findings_add_forecast(&findings, forecast);
	findings_print(&findings);
	findings_free(&findings);
}

static void add_forecast(struct json_object *object, const struct daxplug_forecast *forecast)
{
	struct findings findings = { 0 };

	if (!forecast)
		return;
	findings_add_forecast(&findings, forecast);
	json_add(object, "forecast", forecast_json(forecast));
	json_add(object, "findings", findings_json(&findings));
	findings_free(&findings);
}

/*
 * Prints the result for a device, with the @status of change_run(). Returns the exit status, which
 * is that of the forecast for a dry run.
 */
static int print_result(const struct job *job, struct daxplug_device *device,
			struct daxplug_change *change, int status)
{
	bool dry = daxplug_change_outcome(change) == DAXPLUG_OUTCOME_DRY_RUN;
	bool foresees = dry || daxplug_change_outcome(change) == DAXPLUG_OUTCOME_REFUSED;
	struct daxplug_forecast *forecast = NULL;
	struct json_object *object;

	if (foresees && (job->results || dry) && daxplug_forecast_changes(&change, 1, &forecast))
		forecast = NULL;
	if (dry)
		status = status_of_dry_run(job, forecast);
	if (job->results) {
		object = json_device(device);
		change_add_json(object, change);
		json_add_number(object, "exit_status", status);
		add_forecast(object, forecast);
		json_append(job->results, object);
	} else if (dry && !job->change.quiet) {
		if (status)
			print_doubt(job, device, forecast);
		else
			print_dry_run(job, device, forecast);
		print_findings(job, forecast);
	}
	daxplug_forecast_unref(forecast);
	return status;
}

/* Changes a device. Returns the exit status, and sets @stopped if a signal ended the change. */
static int change_device(const struct job *job, unsigned int at, bool *stopped)
{
	struct daxplug_change *change = job->changes[at];

	int status = change_run(change, &job->change);

	*stopped = change_interrupted(change);
	return print_result(job, job->selection.devices[at], change, status);
}

static int change_each(const struct job *job)
{
	const struct selection *selection = &job->selection;
	bool stopped = false, incomplete = false;
	int status = NO_STATUS, one;
	unsigned int i;

	for (i = 0; i < selection->count; i++) {
		if (i && !stopped && signals_came())
			stopped = true;
		if (stopped && i) {
			complain("interrupted; %s%s not attempted",
				 daxplug_device_name(selection->devices[i]),
				 i + 1 < selection->count ? " and later devices" : "");
			break;
		}
		one = change_device(job, i, &stopped);
		incomplete |= one == EXIT_INCOMPLETE;
		status = status_combine(status, one);
	}
	return stopped ? change_stopped(status, incomplete) : status;
}

/* --- the changes --- */

/* Keeps a drain from moving pages to devices that will be unplugged later. */
static int avoid_later(const struct job *job, unsigned int at)
{
	const struct selection *selection = &job->selection;
	unsigned int i;
	int err = 0;

	for (i = at + 1; !err && job->verb->unplugs && i < selection->count; i++) {
		int node = daxplug_device_target_node(selection->devices[i]);

		if (node >= 0)
			err = daxplug_change_avoid_node(job->changes[at], node);
	}
	return err;
}

static int new_change(const struct job *job, unsigned int at)
{
	struct daxplug_device *device = job->selection.devices[at];
	int err = daxplug_change_new(device, job->verb->action, &job->changes[at]);

	if (!err && job->verb->plugs)
		err = daxplug_change_set_state(job->changes[at], job->state);
	if (!err)
		err = daxplug_change_set_flags(job->changes[at], job->change.flags);
	return err ? err : avoid_later(job, at);
}

static void free_changes(struct job *job)
{
	unsigned int i;

	for (i = 0; job->changes && i < job->selection.count; i++)
		daxplug_change_unref(job->changes[i]);
	free(job->changes);
}

/* Returns an exit status. */
static int make_changes(struct job *job)
{
	unsigned int i;
	int err = 0;

	job->changes = calloc(job->selection.count, sizeof(struct daxplug_change *));
	for (i = 0; job->changes && !err && i < job->selection.count; i++)
		err = new_change(job, i);
	if (job->changes && !err)
		return EXIT_DONE;
	complain("cannot prepare the changes: %s", job->changes ? strerror(-err) : "out of memory");
	return EXIT_CANNOT_TELL;
}

static int change_all(struct job *job)
{
	int status = make_changes(job);

	if (!status)
		status = check_together(job);
	if (!status)
		status = change_each(job);
	free_changes(job);
	return status;
}

static int run(struct daxplug *daxplug, void *data)
{
	struct job *job = data;

	(void)daxplug;
	select_leave_out_data(&job->selection, job->verb->plugs,
			      !job->change.quiet && !job->results);
	if (!job->selection.count) {
		complain("nothing to %s: all matching devices are skipped",
			 daxplug_action_name(job->verb->action));
		return EXIT_REFUSED;
	}
	job->change.signals = signals_open();
	return change_all(job);
}

/* --- the command line --- */

enum {
	OPTION_MOVABLE = OPTION_VERB,
	OPTION_KERNEL,
	OPTION_AUTO,
	OPTION_DRY_RUN,
	OPTION_FORCE,
	OPTION_RELEASE,
	OPTION_DRAIN,
	OPTION_NO_REFILL,
	OPTION_SWAP,
};

static const struct option long_options[] = {
	{ "movable", no_argument, NULL, OPTION_MOVABLE },
	{ "kernel", no_argument, NULL, OPTION_KERNEL },
	{ "auto", no_argument, NULL, OPTION_AUTO },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "release", no_argument, NULL, OPTION_RELEASE },
	{ "drain", no_argument, NULL, OPTION_DRAIN },
	{ "no-refill", no_argument, NULL, OPTION_NO_REFILL },
	{ "swap", no_argument, NULL, OPTION_SWAP },
	CHANGE_OPTIONS,
	SELECT_OPTIONS,
	GLOBAL_OPTIONS,
};

static int take_state(struct job *job, enum daxplug_state state)
{
	if (!job->verb->plugs)
		return usage_error("--movable, --kernel and --auto do not apply to %s",
				   daxplug_action_name(job->verb->action));
	job->state = state;
	return EXIT_DONE;
}

static int take_flag(struct job *job, const char *name, unsigned int flag, bool applies)
{
	if (!applies)
		return usage_error("--%s does not apply to %s", name,
				   daxplug_action_name(job->verb->action));
	job->change.flags |= flag;
	return EXIT_DONE;
}

/* Returns an exit status, or NO_STATUS if it is not an option of these commands. */
static int take_option(int option, struct job *job)
{
	int status;

	switch (option) {
	case OPTION_MOVABLE:
		return take_state(job, DAXPLUG_STATE_ONLINE_MOVABLE);
	case OPTION_KERNEL:
		return take_state(job, DAXPLUG_STATE_ONLINE_KERNEL);
	case OPTION_AUTO:
		return take_state(job, DAXPLUG_STATE_ONLINE);
	case OPTION_DRY_RUN:
		return take_flag(job, "dry-run", DAXPLUG_CHANGE_DRY_RUN, true);
	case OPTION_FORCE:
		return take_flag(job, "force", DAXPLUG_CHANGE_FORCE, job->verb->unplugs);
	case OPTION_DRAIN:
		return take_flag(job, "drain", DAXPLUG_CHANGE_DRAIN, job->verb->unplugs);
	case OPTION_NO_REFILL:
		return take_flag(job, "no-refill", DAXPLUG_CHANGE_NO_REFILL, job->verb->unplugs);
	case OPTION_SWAP:
		return take_flag(job, "swap", DAXPLUG_CHANGE_SWAP, job->verb->unplugs);
	case OPTION_RELEASE:
		return take_flag(job, "release", DAXPLUG_CHANGE_RELEASE, job->verb->releases);
	default:
		status = change_option(option, &job->change);
		return status == NO_STATUS ? select_option(option, &job->selection) : status;
	}
}

/* Returns NO_STATUS to continue, or an exit status. */
static int parse(int argc, char **argv, struct job *job)
{
	int option, status;

	while ((option = option_next(argc, argv, ":qJhV", long_options)) != OPTIONS_END) {
		status = take_option(option, job);
		if (status == NO_STATUS)
			return option_stop(option, job->verb->help);
		if (status)
			return status;
	}
	if (job->change.flags & DAXPLUG_CHANGE_SWAP && !(job->change.flags & DAXPLUG_CHANGE_DRAIN))
		return usage_error("--swap needs --drain");
	status = select_names(argc, argv, &job->selection);
	if (status)
		return status;
	return select_any(&job->selection) ? NO_STATUS : usage_error("no device given");
}

/**
 * verb_run() - run a command that changes devices
 * @verb: the command
 * @argc: the argument count
 * @argv: the arguments
 *
 * Return: an exit status.
 */
int verb_run(const struct verb *verb, int argc, char **argv)
{
	struct job job = {
		.verb = verb,
		.state = DAXPLUG_STATE_ONLINE_MOVABLE,
		.change = { .timeout = -1, .signals = -1 },
		.selection.node = -1,
	};
	int status = parse(argc, argv, &job);

	if (status != NO_STATUS)
		return status;
	if (job.change.json) {
		job.results = json_new_array();
		if (!job.results) {
			complain("out of memory");
			return EXIT_CANNOT_TELL;
		}
	}
	status = select_devices(&job.selection, run, &job);
	/* Always print an array. */
	if (job.results && !json_print(job.results))
		status = status_without_json(status, !(job.change.flags & DAXPLUG_CHANGE_DRY_RUN));
	return status;
}
