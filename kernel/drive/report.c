// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "block/gate.h"
#include "core/plural.h"
#include "report.h"

/* An inner lock: kmem_report_changed() takes it inside gate.c's gates_lock. */
static DEFINE_SPINLOCK(report_lock);

/**
 * kmem_report_enable_poll() - prepare to wake pollers of the state file, when a task reads it
 * @report: the report
 * @dev: the device, whose state file is being read
 *
 * Context: Process context, sleeps.
 */
void kmem_report_enable_poll(struct kmem_report *report, struct device *dev)
{
	struct kernfs_node *file;

	if (READ_ONCE(report->state_file))
		return;

	file = sysfs_get_dirent(dev->kobj.sd, "state");
	spin_lock(&report_lock);
	if (!report->state_file) {
		WRITE_ONCE(report->state_file, file);
		file = NULL;
	}
	spin_unlock(&report_lock);
	sysfs_put(file);
}

/**
 * kmem_report_disable_poll() - wake the last pollers of a device that is being unbound
 * @report: the report
 *
 * The removal of a file wakes no poller (kernfs_drain() in fs/kernfs/dir.c, 6.1 to 7.3).
 *
 * Context: Process context, sleeps.
 */
void kmem_report_disable_poll(struct kmem_report *report)
{
	struct kernfs_node *file = NULL;

	spin_lock(&report_lock);
	swap(report->state_file, file);
	spin_unlock(&report_lock);
	if (file)
		sysfs_notify_dirent(file);
	sysfs_put(file);
}

/**
 * kmem_report_changed() - wake the tasks that poll the state
 * @report: the report
 *
 * Context: Any but interrupts; also under gate.c's gates_lock.
 */
void kmem_report_changed(struct kmem_report *report)
{
	spin_lock(&report_lock);
	if (report->state_file)
		sysfs_notify_dirent(report->state_file);
	spin_unlock(&report_lock);
}

/*
 * Whether the outcome has the reason that kept a block online until the transition was cancelled.
 */
static bool names_holder(const struct kmem_outcome *outcome)
{
	return dax_reason_is_cancel(outcome->reason) && outcome->failure.step == DAX_STEP_OFFLINE &&
	       outcome->failure.reason != DAX_REASON_OTHER &&
	       !dax_reason_is_cancel(outcome->failure.reason);
}

/**
 * kmem_report_failure_line() - the line of kmem/last_failure
 * @outcome: how the transition ended
 * @gate: the gate of the memory
 * @addresses: whether to include the physical address and the pfn
 * @line: set to the line, without a newline; empty after a success
 * @size: the size of @line, in bytes
 *
 * %pe prints "-EBUSY" with CONFIG_SYMBOLIC_ERRNAME, and the number without.
 *
 * Context: Any.
 */
void kmem_report_failure_line(const struct kmem_outcome *outcome, const struct kmem_gate *gate,
			      bool addresses, char *line, size_t size)
{
	const struct kmem_failure *failure = &outcome->failure;
	size_t used;

	line[0] = '\0';
	if (!outcome->err)
		return;

	used = scnprintf(line, size, "wanted=%s error=%pe reason=%s",
			 dax_state_name(outcome->wanted), ERR_PTR(outcome->err),
			 dax_reason_word(outcome->reason));
	if (failure->step != DAX_STEP_NONE)
		used += scnprintf(line + used, size - used, " block=memory%llu",
				  dax_spans_block_id(gate->spans, failure->block));
	if (failure->step != DAX_STEP_NONE && addresses)
		used += scnprintf(line + used, size - used, " address=%#llx",
				  dax_spans_block_start(gate->spans, failure->block));
	if (failure->pfn && addresses)
		used += scnprintf(line + used, size - used, " pfn=%#lx", failure->pfn);
	if (names_holder(outcome))
		used += scnprintf(line + used, size - used, " held=%s",
				  dax_reason_word(failure->reason));
	if (!outcome->back)
		scnprintf(line + used, size - used, " rollback=incomplete");
}

/* Under report_lock, because another task may be reading the counters. */
static void count(struct kmem_report *report, const struct kmem_outcome *outcome)
{
	spin_lock(&report_lock);
	if (!outcome->err)
		report->done++;
	else if (dax_reason_is_cancel(outcome->reason))
		report->cancelled[outcome->reason]++;
	else
		report->failed[outcome->reason]++;
	report->last = *outcome;
	spin_unlock(&report_lock);
}

/* Writes the cause in words: "memory7 could not be added: out of memory". */
static void describe(const struct kmem_gate *gate, const struct kmem_outcome *outcome, char *text,
		     size_t size)
{
	const struct kmem_failure *failure = &outcome->failure;
	const char *why = dax_reason_text(outcome->reason);
	size_t used;

	if (failure->step == DAX_STEP_NONE)
		used = scnprintf(text, size, "%s: %s",
				 dax_reason_is_cancel(outcome->reason) ? "cancelled"
								       : "could not begin",
				 why);
	else if (dax_reason_is_cancel(outcome->reason))
		used = scnprintf(text, size, "cancelled: %s, before memory%llu was %s%s%s", why,
				 dax_spans_block_id(gate->spans, failure->block),
				 dax_step_text(failure->step), names_holder(outcome) ? ": " : "",
				 names_holder(outcome) ? dax_reason_text(failure->reason) : "");
	else
		used = scnprintf(text, size, "memory%llu could not be %s: %s",
				 dax_spans_block_id(gate->spans, failure->block),
				 dax_step_text(failure->step), why);
	if (failure->pfn)
		scnprintf(text + used, size - used, ", pfn %#lx", failure->pfn);
}

/* Names the transition by its requested state, or by the range to be reclaimed. */
static const char *title(const struct kmem_outcome *outcome, char *text, size_t size)
{
	if (!outcome->span)
		return dax_state_name(outcome->wanted);
	scnprintf(text, size, "reclaim %llx-%llx", outcome->span->start, outcome->span->end);
	return text;
}

static void log_failure(const struct kmem_gate *gate, const struct kmem_outcome *outcome)
{
	char text[160], name[48];

	describe(gate, outcome, text, sizeof(text));
	kmem_log(&gate->label, LOGLEVEL_WARNING, "%s: %s (%pe); %s\n",
		 title(outcome, name, sizeof(name)), text, ERR_PTR(outcome->err),
		 outcome->back ? "rolled back" : "the rollback failed, see above");
}

static void log_success(const struct kmem_gate *gate, const struct kmem_outcome *outcome)
{
	unsigned int blocks = outcome->span ? outcome->span->count : gate->spans->total;
	u64 size = blocks * gate->spans->block_size;
	char name[48];

	kmem_log(&gate->label, LOGLEVEL_INFO, "%s: %u memory block%s, %llu MiB, in %lld ms\n",
		 title(outcome, name, sizeof(name)), blocks, dax_plural(blocks), size >> 20,
		 outcome->took_ms);
}

static void send_uevent(struct kmem_gate *gate, const struct kmem_outcome *outcome)
{
	char state[32], before[32], duration[48], error[32], block[32], reason[32];
	char *env[] = { state, before, duration, NULL, NULL, NULL, NULL };
	unsigned int next = 3;

	snprintf(state, sizeof(state), "DAX_STATE=%s", dax_state_name(kmem_gate_state(gate)));
	snprintf(before, sizeof(before), "DAX_PREV_STATE=%s", dax_state_name(outcome->before));
	snprintf(duration, sizeof(duration), "DAX_DURATION_MS=%lld", outcome->took_ms);

	if (outcome->err) {
		snprintf(error, sizeof(error), "DAX_ERROR=%pe", ERR_PTR(outcome->err));
		snprintf(reason, sizeof(reason), "DAX_REASON=%s", dax_reason_word(outcome->reason));
		env[next++] = error;
		env[next++] = reason;
	}
	if (outcome->failure.step != DAX_STEP_NONE) {
		snprintf(block, sizeof(block), "DAX_BLOCK=memory%llu",
			 dax_spans_block_id(gate->spans, outcome->failure.block));
		env[next++] = block;
	}

	kobject_uevent_env(&gate->label.dev->kobj, KOBJ_CHANGE, env);
}

/**
 * kmem_report_outcome() - count, log and announce how a transition ended
 * @report: the report
 * @gate: the gate of the memory, the transition ended
 * @outcome: how it ended
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 */
void kmem_report_outcome(struct kmem_report *report, struct kmem_gate *gate,
			 const struct kmem_outcome *outcome)
{
	if (outcome->err)
		log_failure(gate, outcome);
	else
		log_success(gate, outcome);
	/* A reclaim does not change a device, even if one has been bound in the meantime. */
	if (outcome->span)
		return;

	count(report, outcome);
	kmem_report_changed(report);
	send_uevent(gate, outcome);
}

/**
 * kmem_report_reset() - clear the counters and the last outcome, for a device that adopts memory
 * @report: the report
 *
 * Context: Any but interrupts.
 */
void kmem_report_reset(struct kmem_report *report)
{
	spin_lock(&report_lock);
	report->done = 0;
	memset(report->failed, 0, sizeof(report->failed));
	memset(report->cancelled, 0, sizeof(report->cancelled));
	report->last = (struct kmem_outcome){};
	spin_unlock(&report_lock);
}

/**
 * kmem_report_copy() - copy the report under its lock
 * @report: the report
 * @copy: set to the copy, without the state file
 *
 * Context: Any but interrupts.
 */
void kmem_report_copy(struct kmem_report *report, struct kmem_report *copy)
{
	spin_lock(&report_lock);
	*copy = *report;
	spin_unlock(&report_lock);
	copy->state_file = NULL;
}
