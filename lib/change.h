/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of a device's memory. The caller's process checks, locks and waits
 * (change.c, worker.c); a child process does it, and undoes it on a failure
 * (steps.c and the backends).
 */
#ifndef DAXPLUG_CHANGE_H
#define DAXPLUG_CHANGE_H

#include <sys/types.h>

#include "device.h"
#include "report.h"

enum action {
	ACTION_PLUG,
	ACTION_UNPLUG,
	ACTION_REPLUG,
};

/**
 * struct change - one change, from the call to its result
 * @device: the device
 * @action: what is asked for
 * @wanted: the state to plug to
 * @flags: the caller's
 * @deadline: of CLOCK_MONOTONIC in ms, or negative
 * @report: what comes out
 * @before: what each block was before, for the way back
 * @failures: what the driver had counted before the last write to state
 * @bound: the change has bound the device to kmem
 * @phase: child: what it is doing
 * @caller: the process that asked; if it dies the change is cancelled
 * @messages: child: where messages go
 * @cancel: child: readable when the change is cancelled
 */
struct change {
	struct daxplug_device *device;
	enum action action;
	enum daxplug_state wanted;
	unsigned int flags;
	int64_t deadline;
	struct report report;
	struct block *before;
	unsigned int before_count;
	uint64_t failures;
	bool bound;
	enum daxplug_phase phase;
	pid_t caller;
	int messages;
	int cancel;
};

/**
 * struct backend - a way to drive a device; called in the child
 * @unplug: from any state to no block present, or leave it as it was
 * @plug: from unplugged, or offline if @plugs_offline, to @change->wanted, or
 *	leave it as it was
 * @plugs_offline: whether @plug takes blocks that are there, offline
 *
 * Both return 0 or a negative errno with @change->report filled in.
 */
struct backend {
	int (*unplug)(struct change *change);
	int (*plug)(struct change *change, enum daxplug_state wanted);
	bool plugs_offline;
};

extern const struct backend backend_state;
extern const struct backend backend_blocks;

const struct backend *backend_for(const struct daxplug_device *device);

int steps_run(struct change *change);

int worker_run(struct change *change);
bool worker_cancelled(const struct change *change);
void worker_enter(struct change *change, enum daxplug_phase phase);

int undo_record(struct change *change);
int undo_blocks(struct change *change);
int block_switch(struct change *change, const struct block *block, const char *word);
const char *block_word(enum dax_block_state state);

int64_t clock_now(void);

int fail(struct change *change, int err, const struct block *block, const char *what);
int fail_unplug(struct change *change, int err, const struct block *block);
int fail_plug(struct change *change, int err, const struct block *block, enum daxplug_state wanted);
uint64_t failures_counted(const struct change *change);
int fail_interference(struct change *change, const struct block *block);

#endif /* DAXPLUG_CHANGE_H */
