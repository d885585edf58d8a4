/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports to userspace how transitions ended: poll(2) on state, uevents, the log, counters. */
#ifndef DAXPLUG_REPORT_H
#define DAXPLUG_REPORT_H

#include <linux/types.h>

#include "core/state.h"
#include "diagnosis.h"

struct dax_span;
struct device;
struct kernfs_node;
struct kmem_gate;

/**
 * struct kmem_outcome - how a transition ended
 * @before: the state it began in
 * @wanted: the requested state
 * @span: the range to be reclaimed; NULL for a transition of the whole device
 * @err: 0 or the negative errno that the writer gets
 * @failure: the first step that failed, if one did
 * @reason: why it ended, DAX_REASON_NONE after a success
 * @back: after an error: everything has been restored
 * @took_ms: its duration in ms, including the rollback
 */
struct kmem_outcome {
	enum dax_state before;
	enum dax_state wanted;
	const struct dax_span *span;
	int err;
	struct kmem_failure failure;
	enum dax_reason reason;
	bool back;
	s64 took_ms;
};

/**
 * struct kmem_report - the past transitions of a device's memory
 * @done: transitions that succeeded
 * @failed: transitions that a failure ended, by its reason
 * @cancelled: transitions that were cancelled, by the reason
 * @last: how the last one ended
 * @state_file: the node of the state attribute, once a task that may poll it has read it
 *
 * report.c's report_lock protects all of it.
 */
struct kmem_report {
	unsigned long done;
	unsigned long failed[DAX_REASON_COUNT];
	unsigned long cancelled[DAX_REASON_COUNT];
	struct kmem_outcome last;
	struct kernfs_node *state_file;
};

void kmem_report_enable_poll(struct kmem_report *report, struct device *dev);
void kmem_report_disable_poll(struct kmem_report *report);
void kmem_report_changed(struct kmem_report *report);

void kmem_report_outcome(struct kmem_report *report, struct kmem_gate *gate,
			 const struct kmem_outcome *outcome);
void kmem_report_reset(struct kmem_report *report);
void kmem_report_copy(struct kmem_report *report, struct kmem_report *copy);
void kmem_report_failure_line(const struct kmem_outcome *outcome, const struct kmem_gate *gate,
			      bool addresses, char *line, size_t room);

#endif /* DAXPLUG_REPORT_H */
