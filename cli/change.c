// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "complain.h"
#include "core/plural.h"
#include "drained.h"
#include "journal.h"
#include "json.h"
#include "output.h"
#include "signals.h"
#include "span.h"
#include "status.h"
#include "terminal.h"
#include "text.h"

/* The interval at which progress is read, in ms. */
#define TICK 200

static int take_timeout(struct change_options *options)
{
	int64_t us;

	if (!span_parse(optarg, &us))
		return usage_error("--timeout: '%s' is not a time such as 30s or 1.5min", optarg);
	options->timeout = us == SPAN_INFINITY ? -1 : us / 1000 + (us % 1000 > 0);
	return EXIT_DONE;
}

/**
 * change_option() - take one of CHANGE_OPTIONS
 * @option: the return value of option_next()
 * @options: set accordingly
 *
 * Return: an exit status, or NO_STATUS if it is not one of them.
 */
int change_option(int option, struct change_options *options)
{
	switch (option) {
	case OPTION_TIMEOUT:
		return take_timeout(options);
	case OPTION_NO_WAIT:
		options->flags |= DAXPLUG_CHANGE_NO_WAIT;
		return EXIT_DONE;
	case OPTION_PROGRESS:
		if (progress_parse(optarg, &options->progress))
			return EXIT_DONE;
		return usage_error("--progress: '%s' is not auto, never or json", optarg);
	case 'q':
		options->quiet = true;
		return EXIT_DONE;
	case 'J':
		options->json = true;
		return EXIT_DONE;
	default:
		return NO_STATUS;
	}
}

/* --- while it runs --- */

static bool shows_progress(const struct change_options *options)
{
	if (options->progress == PROGRESS_JSON)
		return true;
	return options->progress == PROGRESS_AUTO && !options->quiet &&
	       terminal_is_smart(STDERR_FILENO);
}

/* Returns NULL for a change that has not begun or is about to end. */
static const char *phase_text(enum daxplug_phase phase)
{
	switch (phase) {
	case DAXPLUG_PHASE_WAIT:
		return "waiting for another daxplug";
	case DAXPLUG_PHASE_DRAIN:
		return "draining";
	case DAXPLUG_PHASE_UNPLUG:
		return "unplugging";
	case DAXPLUG_PHASE_PLUG:
		return "plugging";
	case DAXPLUG_PHASE_BACK:
		return "rolling back";
	default:
		return NULL;
	}
}

static void read_bytes(const struct daxplug_change *change, struct progress_amount *amount)
{
	amount->bytes = true;
	if (daxplug_change_drain_progress(change, &amount->done, &amount->total))
		amount->done = amount->total = 0;
}

static void read_blocks(const struct daxplug_change *change, struct progress_amount *amount)
{
	unsigned int done, total;

	if (daxplug_change_progress(change, &done, &total))
		return;
	amount->done = done;
	amount->total = total;
}

static void show_progress(const struct daxplug_change *change, struct progress *progress)
{
	enum daxplug_phase phase = daxplug_change_phase(change);
	const char *text = progress->style == PROGRESS_JSON ? daxplug_phase_name(phase)
							    : phase_text(phase);
	struct progress_amount amount = { .finite = phase != DAXPLUG_PHASE_BACK,
					  .waits_for = daxplug_change_waits_for(change) };

	if (!phase_text(phase))
		return;
	if (phase == DAXPLUG_PHASE_DRAIN)
		read_bytes(change, &amount);
	else if (phase != DAXPLUG_PHASE_WAIT)
		read_blocks(change, &amount);
	progress_update(progress, text, &amount);
}

/* Explains a wait if no progress is shown. */
static void explain_wait(const struct daxplug_change *change, bool *explained)
{
	int pid = daxplug_change_waits_for(change);

	if (*explained || daxplug_change_phase(change) != DAXPLUG_PHASE_WAIT)
		return;
	*explained = true;
	if (pid)
		complain("%s: waiting for another daxplug (PID %d)", daxplug_change_name(change),
			 pid);
	else
		complain("%s: waiting for another daxplug", daxplug_change_name(change));
}

static void follow(struct daxplug_change *change, const struct change_options *options)
{
	struct progress progress = { .style = options->progress,
				     .device = daxplug_change_name(change) };
	bool shows = shows_progress(options), explained = options->quiet, told_cancel = false;

	while (daxplug_change_process(change)) {
		struct pollfd polled[] = { { daxplug_change_fd(change), POLLIN, 0 },
					   { options->signals, POLLIN, 0 } };

		if (shows)
			show_progress(change, &progress);
		else
			explain_wait(change, &explained);
		if (poll(polled, 2, shows ? TICK : -1) < 0 && errno != EINTR)
			break;
		if (!polled[1].revents || !signals_came())
			continue;
		daxplug_change_cancel(change);
		if (!told_cancel && !options->quiet && isatty(STDERR_FILENO)) {
			progress_wipe(&progress);
			complain("%s: interrupted, rolling back", daxplug_change_name(change));
		}
		told_cancel = true;
	}
	progress_wipe(&progress);
	/* The change may have ended, or there may be no descriptor left for poll(). */
	if (daxplug_change_wait(change))
		return;
}

/* Whether the change has failed because of a signal to this process. */
bool change_interrupted(const struct daxplug_change *change)
{
	return daxplug_change_outcome(change) != DAXPLUG_OUTCOME_INCOMPLETE &&
	       daxplug_change_error(change) == -ECANCELED && signals_came();
}

/**
 * change_stopped() - the exit status of a command with several changes that a signal has stopped
 * @status: the exit status of the changes so far
 * @incomplete: whether the rollback of one of them is incomplete
 *
 * The command then ends by the signal, unless that would hide an incomplete rollback.
 *
 * Return: the exit status.
 */
int change_stopped(int status, bool incomplete)
{
	if (incomplete)
		return EXIT_INCOMPLETE;
	signals_obey();
	return status;
}

/* --- once it has ended --- */

static const char *ending(enum daxplug_outcome outcome)
{
	switch (outcome) {
	case DAXPLUG_OUTCOME_ROLLED_BACK:
		return "; rolled back";
	case DAXPLUG_OUTCOME_INCOMPLETE:
		return "; not everything could be rolled back";
	default:
		return "";
	}
}

/* Prints "failure, cause and lost huge pages (page); outcome; remedy". */
static void print_failure(const struct daxplug_change *change)
{
	const char *hint = daxplug_change_hint(change);
	int64_t pfn = daxplug_change_pfn(change);
	char page[32] = "", size[TEXT_SIZE];

	if (pfn >= 0)
		snprintf(page, sizeof(page), " (pfn %#llx)", (unsigned long long)pfn);
	complain("%s%s%s%s%s", daxplug_change_message(change), page,
		 ending(daxplug_change_outcome(change)), *hint ? "; " : "", hint);
	if (drained_bytes(change)) {
		text_size(drained_bytes(change), false, size);
		complain("%s: %s had been moved and stays on other nodes",
			 daxplug_change_name(change), size);
	}
}

static void print_done(const struct daxplug_change *change)
{
	const struct daxplug_device *device = daxplug_change_device(change);
	double seconds = daxplug_change_duration(change) / 1000.0;
	char size[TEXT_SIZE];

	if (!device) {
		printf("%s: reclaimed in %.2f s\n", daxplug_change_name(change), seconds);
		return;
	}
	if (daxplug_device_state(device) == DAXPLUG_STATE_UNKNOWN) {
		printf("%s: done in %.2f s, but its state cannot be read now\n",
		       daxplug_device_name(device), seconds);
		return;
	}
	text_size(daxplug_device_blocks(device) * daxplug_device_block_size(device), false, size);
	printf("%s: %s, %u memory block%s (%s) in %.2f s\n", daxplug_device_name(device),
	       daxplug_state_name(daxplug_device_state(device)), daxplug_device_blocks(device),
	       dax_plural(daxplug_device_blocks(device)), size, seconds);
}

static void print_success(const struct daxplug_change *change)
{
	if (daxplug_change_outcome(change) == DAXPLUG_OUTCOME_UNCHANGED)
		puts(daxplug_change_message(change));
	if (daxplug_change_outcome(change) != DAXPLUG_OUTCOME_DONE)
		return;
	drained_print(change, stdout);
	print_done(change);
}

static void record(const struct daxplug_change *change)
{
	const struct daxplug_device *device = daxplug_change_device(change);
	const struct journal_result result = {
		.device = daxplug_change_name(change),
		.action = daxplug_change_action(change),
		.outcome = daxplug_change_outcome(change),
		.exit_status = status_of_change(change),
		.failed = daxplug_change_error(change),
		.reason = daxplug_change_reason(change),
		.message = daxplug_change_message(change),
		.before = daxplug_change_state_before(change),
		.state = device ? daxplug_device_state(device) : DAXPLUG_STATE_UNKNOWN,
		.duration = daxplug_change_duration(change),
		.moved = drained_bytes(change),
	};

	journal_write(&result);
}

/**
 * change_run() - make a change and print its outcome
 * @change: the change, not started
 * @options: how to make and report it
 *
 * A signal cancels the change. Does not print the forecast of a dry run.
 *
 * Return: an exit status.
 */
int change_run(struct daxplug_change *change, const struct change_options *options)
{
	int err = daxplug_change_set_flags(change, options->flags);

	if (!err)
		err = daxplug_change_set_timeout(change, options->timeout);
	if (err) {
		complain("%s: %s", daxplug_change_name(change), strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	/* If the start fails, the change has ended with that error. */
	if (!daxplug_change_start(change))
		follow(change, options);
	if (daxplug_change_error(change)) {
		print_failure(change);
		if (!options->quiet && !options->json)
			drained_print(change, stderr);
	} else if (!options->quiet && !options->json) {
		print_success(change);
	}
	output_flush();
	record(change);
	return status_of_change(change);
}

static void add_reason(struct json_object *object, const char *key, enum daxplug_reason reason)
{
	if (reason != DAXPLUG_REASON_UNKNOWN)
		json_add_text(object, key, daxplug_reason_name(reason));
}

static void add_holder(struct json_object *object, const struct daxplug_change *change)
{
	struct json_object *holder;

	if (!daxplug_change_holder(change))
		return;
	holder = json_new_object();
	json_add_number(holder, "pid", daxplug_change_holder(change));
	json_add_text(holder, "name", daxplug_change_holder_name(change));
	json_add(object, "holder", holder);
}

static void add_failure(struct json_object *object, const struct daxplug_change *change)
{
	add_reason(object, "reason", daxplug_change_reason(change));
	add_reason(object, "held", daxplug_change_held(change));
	json_add_if_known(object, "block", daxplug_change_block(change));
	if (daxplug_change_address(change))
		json_add_number(object, "address", daxplug_change_address(change));
	json_add_if_known(object, "pfn", daxplug_change_pfn(change));
	add_holder(object, change);
	json_add_text_if_any(object, "hint", daxplug_change_hint(change));
	json_add_flag(object, "retry", daxplug_change_retry(change));
	if (daxplug_change_huge_pages_lost(change))
		json_add_number(object, "hugepages_not_restored",
				daxplug_change_huge_pages_lost(change));
}

/* Adds the outcome of a change to a JSON object. */
void change_add_json(struct json_object *object, const struct daxplug_change *change)
{
	json_add_text(object, "action", daxplug_action_name(daxplug_change_action(change)));
	json_add_text(object, "outcome", daxplug_outcome_name(daxplug_change_outcome(change)));
	json_add_number(object, "exit_status", status_of_change(change));
	if (daxplug_change_device(change))
		json_add_text(object, "state_before",
			      daxplug_state_name(daxplug_change_state_before(change)));
	json_add_if_known(object, "duration_ms", daxplug_change_duration(change));
	json_add_text_if_any(object, "message", daxplug_change_message(change));
	drained_add_json(object, change);
	if (daxplug_change_error(change))
		add_failure(object, change);
}
