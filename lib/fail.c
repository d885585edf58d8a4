// SPDX-License-Identifier: LGPL-2.1-or-later
/* Messages and hints for the failures of a change. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "core/plural.h"
#include "forecast.h"
#include "handle.h"
#include "holder.h"
#include "parse.h"

#define KERNEL_ZONE_HINT                                                                           \
	"memory in a kernel zone may hold pages that cannot be moved; plug it with --movable to "  \
	"be able to unplug it"
#define PIN_HINT                                                                                   \
	"stop what pins its memory, such as a virtual machine, RDMA or direct I/O, and try again"

static bool may_pass(int err)
{
	return err == -EBUSY || err == -EAGAIN || err == -EINTR || err == -ENOMEM ||
	       err == -ETIMEDOUT || err == -EMFILE || err == -ENFILE;
}

/**
 * fail() - record that a change has failed
 * @change: the change; the caller sets its outcome
 * @err: a negative errno
 * @reason: the reason
 * @format: the operation that failed, as in "cannot start the worker process"
 *
 * Return: @err.
 */
int fail(struct daxplug_change *change, int err, enum daxplug_reason reason, const char *format,
	 ...)
{
	struct report *report = &change->report;
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	report->reason = reason;
	report->block = -1;
	report->retry = may_pass(err);
	report->hint[0] = '\0';
	return report_error(report, err, "%s: %s", change_name(change), text);
}

/**
 * fail_room() - record that a drain lacks free memory, which other processes may release
 * @change: the change
 * @text: which memory is short
 *
 * Return: -ENOSPC.
 */
int fail_room(struct daxplug_change *change, const char *text)
{
	fail(change, -ENOSPC, DAXPLUG_REASON_NO_ROOM, "cannot drain it: %s", text);
	report_hint(&change->report, DRAIN_ROOM_REMEDY);
	change->report.retry = true;
	return -ENOSPC;
}

/* As fail(), for a block, or NULL for all: "cannot put memory42 online". */
static int fail_block(struct daxplug_change *change, int err, enum daxplug_reason reason,
		      const struct block *block, const char *verb, const char *where)
{
	char words[64], subject[48] = "its memory";

	report_errno(err, words, sizeof(words));
	if (block)
		snprintf(subject, sizeof(subject), "memory%llu", (unsigned long long)block->number);
	fail(change, err, reason, "cannot %s %s%s: %s", verb, subject, where, words);
	if (block)
		change->report.block = block->number;
	return err;
}

/**
 * fail_unreadable() - record that a change stops because the state of a block is unknown
 * @change: the change
 * @block: the block, read
 *
 * Return: -ENODATA.
 */
int fail_unreadable(struct daxplug_change *change, const struct block *block)
{
	unsigned long long number = block->number;
	char words[64];

	if (block->err == -EAGAIN)
		fail(change, -ENODATA, DAXPLUG_REASON_UNREADABLE,
		     "another process is taking memory%llu offline", number);
	else
		fail(change, -ENODATA, DAXPLUG_REASON_UNREADABLE, "cannot read memory%llu: %s",
		     number, report_errno(block->err, words, sizeof(words)));
	change->report.retry = block->err == -EAGAIN || may_pass(block->err);
	change->report.block = number;
	return -ENODATA;
}

static const struct {
	enum daxplug_reason reason;
	const char *hint;
} hints[] = {
	{ DAXPLUG_REASON_SLAB, KERNEL_ZONE_HINT },
	{ DAXPLUG_REASON_PAGE_TABLE, KERNEL_ZONE_HINT },
	{ DAXPLUG_REASON_RESERVED, KERNEL_ZONE_HINT },
	{ DAXPLUG_REASON_KERNEL, KERNEL_ZONE_HINT },
	{ DAXPLUG_REASON_PINNED, PIN_HINT },
	{ DAXPLUG_REASON_HUGE_PAGE, "free huge pages, or reserve some on another node" },
	{ DAXPLUG_REASON_NO_MEMORY, "free memory on other nodes, or add swap" },
	{ DAXPLUG_REASON_REFUSED, "the kernel log may name the notifier" },
	{ DAXPLUG_REASON_POISONED, "see the kernel log" },
	{ DAXPLUG_REASON_IN_USE, "see /proc/iomem" },
	{ DAXPLUG_REASON_TIMEOUT, "allow more time" },
};

static void hint_at(struct daxplug_change *change, enum daxplug_reason reason)
{
	unsigned int i;

	change->report.hint[0] = '\0';
	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].reason == reason)
			report_hint(&change->report, "%s", hints[i].hint);
}

/* Appends ": a page of it is pinned" and the like to the message. */
static void append_reason(struct report *report, enum daxplug_reason reason)
{
	size_t length = strlen(report->message);
	size_t room = sizeof(report->message) - length;

	if (reason == DAXPLUG_REASON_UNKNOWN)
		return;
	if (report->holder)
		snprintf(report->message + length, room, ": %s; %s (PID %d) maps the page",
			 daxplug_reason_text(reason), report->holder_name, report->holder);
	else
		snprintf(report->message + length, room, ": %s", daxplug_reason_text(reason));
}

static bool is_cancel(enum daxplug_reason reason)
{
	return reason == DAXPLUG_REASON_SIGNAL || reason == DAXPLUG_REASON_TIMEOUT ||
	       reason == DAXPLUG_REASON_SUSPEND || reason == DAXPLUG_REASON_UNBIND ||
	       reason == DAXPLUG_REASON_UNLOAD;
}

/* Takes the values of the driver's line into the report. */
static void take_line(struct daxplug_change *change, const char *line)
{
	struct report *report = &change->report;
	uint64_t number;
	char value[48];

	if (!parse_value(line, "reason", value, sizeof(value)))
		report->reason = parse_reason(value);
	if (!parse_value(line, "held", value, sizeof(value)))
		report->held = parse_reason(value);
	if (!parse_value(line, "block", value, sizeof(value)) && !strncmp(value, "memory", 6) &&
	    !parse_number(value + 6, &number) && number <= INT64_MAX)
		report->block = number;
	if (!parse_value(line, "pfn", value, sizeof(value)) && !parse_number(value, &number) &&
	    number <= INT64_MAX)
		report->pfn = number;
	if (!parse_value(line, "rollback", value, sizeof(value)))
		report->outcome = DAXPLUG_OUTCOME_INCOMPLETE;
}

/*
 * Reads kmem/last_failure of daxplug's driver; returns false unless it is known to be that of this
 * change.
 */
static bool read_line(const struct daxplug_change *change, enum daxplug_state wanted, char *line,
		      size_t size)
{
	int64_t failures = failures_counted(change);
	char path[SYSFS_PATH_SIZE], value[32];

	if (failures < 0 || change->task.failures < 0 || failures == change->task.failures)
		return false;
	device_path(change->device, "kmem/last_failure", path);
	return !sysfs_read(change->daxplug, path, line, size) &&
	       !parse_value(line, "wanted", value, sizeof(value)) &&
	       !strcmp(value, daxplug_state_name(wanted));
}

static void add_driver_words(struct daxplug_change *change, const char *verb, const char *where,
			     enum daxplug_state wanted)
{
	struct report *report = &change->report;
	enum daxplug_reason seen;
	struct block block;
	char line[320];

	if (!read_line(change, wanted, line, sizeof(line)))
		return;
	take_line(change, line);
	block.number = report->block;
	if (report->block >= 0)
		fail_block(change, report->err, report->reason, &block, verb, where);
	if (report->reason == DAXPLUG_REASON_SUSPEND) /* the system is awake again */
		report->retry = true;
	seen = is_cancel(report->reason) && report->held ? report->held : report->reason;
	if (seen == DAXPLUG_REASON_PINNED && report->pfn >= 0)
		report->holder = holder_find(change->daxplug, report->pfn,
					     change->device->target_node, report->holder_name,
					     sizeof(report->holder_name));
	append_reason(report, report->reason);
	hint_at(change, seen);
	if (report->outcome == DAXPLUG_OUTCOME_INCOMPLETE)
		report_hint(report, "see the kernel log and daxplug show %s", change_name(change));
}

/**
 * failures_counted() - the number of failed transitions that daxplug's driver has counted
 * @change: the change
 *
 * The driver counts only transitions that have begun, and records only these in last_failure.
 * After a write that fails earlier, while it waits for its turn, last_failure is that of an
 * earlier transition.
 *
 * Return: the number of failed and cancelled transitions; -1 if either is unknown.
 */
int64_t failures_counted(const struct daxplug_change *change)
{
	int64_t failed = words_sum(change->device, "kmem/transitions_failed");
	int64_t cancelled = words_sum(change->device, "kmem/transitions_cancelled");

	return failed < 0 || cancelled < 0 ? -1 : failed + cancelled;
}

static bool in_kernel_zone(const struct daxplug_change *change, const struct block *block)
{
	if (block)
		return block->state == DAXPLUG_BLOCK_KERNEL;
	return change->device->counts.movable < change->device->counts.online;
}

static enum daxplug_reason reason_of(int err)
{
	switch (err) {
	case -EINTR:
	case -ECANCELED:
		return DAXPLUG_REASON_SIGNAL;
	case -ETIMEDOUT:
		return DAXPLUG_REASON_TIMEOUT;
	case -ENOMEM:
		return DAXPLUG_REASON_NO_MEMORY;
	case -EHWPOISON:
		return DAXPLUG_REASON_POISONED;
	case -ENODEV:
		return DAXPLUG_REASON_NO_DEVICE;
	default:
		return DAXPLUG_REASON_OTHER;
	}
}

/* As fail(), for a block that does not go offline, or NULL for all. */
int fail_unplug(struct daxplug_change *change, int err, const struct block *block)
{
	fail_block(change, err, reason_of(err), block, block ? "take" : "unplug",
		   block ? " offline" : "");
	if (err == -EBUSY || err == -EAGAIN)
		report_hint(&change->report, "%s",
			    in_kernel_zone(change, block) ? KERNEL_ZONE_HINT : PIN_HINT);
	if (!block)
		add_driver_words(change, "take", " offline", DAXPLUG_STATE_UNPLUGGED);
	return err;
}

/* As fail(), for a block that does not go online, or NULL for all. */
int fail_plug(struct daxplug_change *change, int err, const struct block *block,
	      enum daxplug_state wanted)
{
	fail_block(change, err, reason_of(err), block, block ? "put" : "plug",
		   block ? " online" : "");
	if (err == -EBUSY)
		report_hint(&change->report, "the kernel log names the notifier: "
					     "dmesg | grep -i -e memory -e kmem");
	else if (err == -EHWPOISON || err == -EIO)
		report_hint(&change->report, "the memory may be damaged: see the kernel log");
	if (!block)
		add_driver_words(change, "put", " online", wanted);
	return err;
}

/**
 * fail_interference() - record that another process switched a block during a change
 * @change: the change
 * @block: the block
 *
 * Return: -EAGAIN.
 */
int fail_interference(struct daxplug_change *change, const struct block *block)
{
	fail(change, -EAGAIN, DAXPLUG_REASON_INTERFERENCE,
	     "memory%llu was switched by another process", (unsigned long long)block->number);
	change->report.block = block->number;
	report_hint(&change->report, "stop the udev rule, agent or tool that does it; without a "
				     "state file daxplug cannot keep it out");
	return -EAGAIN;
}

/* Records that the change was cancelled before its next step. */
int fail_cancelled(struct daxplug_change *change)
{
	return fail(change, -EINTR, DAXPLUG_REASON_SIGNAL, "interrupted");
}

/*
 * Records that the failed step has changed nothing; nor has the change, unless an earlier step
 * did.
 */
void fail_untouched(struct daxplug_change *change)
{
	change->report.outcome = change->task.touched ? DAXPLUG_OUTCOME_ROLLED_BACK
						      : DAXPLUG_OUTCOME_REFUSED;
}

/**
 * fail_say_cancelled() - report why and where a change was cancelled
 * @change: the change, ended
 * @by_caller: whether the caller has cancelled it
 *
 * The errno of the interrupted child tells neither. Its -ETIMEDOUT is that of the change's own
 * deadline, or of the driver's.
 */
void fail_say_cancelled(struct daxplug_change *change, bool by_caller)
{
	struct report *report = &change->report;
	bool timed_out = report->err == -ETIMEDOUT;
	const char *words = timed_out ? "timed out" : "interrupted";
	char text[sizeof(report->message)];

	if (!timed_out && report->err != -EINTR)
		return;
	report->retry = true;
	if (!timed_out && by_caller)
		report->err = -ECANCELED;
	if (report->reason == DAXPLUG_REASON_LOCKED && timed_out) {
		snprintf(text, sizeof(text), "%s",
			 report->message + strlen(change_name(change)) + strlen(": "));
		report_error(report, report->err, "%s: %s; %s", change_name(change), words, text);
		return;
	}
	report->reason = timed_out ? DAXPLUG_REASON_TIMEOUT : DAXPLUG_REASON_SIGNAL;
	if (report->block >= 0)
		report_error(report, report->err, "%s: %s at memory%lld", change_name(change),
			     words, (long long)report->block);
	else
		report_error(report, report->err, "%s: %s", change_name(change), words);
	append_reason(report, report->held);
}

/* Adds the huge pages that could not be given back to the message, which names the failure. */
void fail_say_lost(struct daxplug_change *change)
{
	struct report *report = &change->report;
	size_t length = strlen(report->message);
	uint64_t lost = report->huge_pages_lost;

	if (lost)
		snprintf(report->message + length, sizeof(report->message) - length,
			 "; %llu huge page%s of node %d could not be given back to the pools",
			 (unsigned long long)lost, dax_plural(lost), change->task.pools.node);
}
