// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel thread makes the transition, not the writer: offline_pages() fails while a signal is
 * pending, and undoing a plug means taking blocks offline, so a writer with a pending signal
 * could not roll back.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched/signal.h>

#include "block/gate.h"
#include "block/hugepages.h"
#include "block/range.h"
#include "drive.h"
#include "lifecycle.h"
#include "report.h"
#include "trace.h"
#include "worker.h"

/**
 * struct kmem_transition - one transition
 * @drive: the drive of the memory
 * @gate: its gate
 * @lifecycle: its lifecycle
 * @outcome: how the transition ended; used by the worker until KMEM_PHASE_DONE, then by the
 *	writer
 *
 * On the stack of the writer, which holds kmem_dev->lock.
 */
struct kmem_transition {
	struct kmem_drive *drive;
	struct kmem_gate *gate;
	struct kmem_lifecycle *lifecycle;
	struct kmem_outcome *outcome;
};

static int go_forward(struct kmem_transition *transition)
{
	const struct kmem_outcome *outcome = transition->outcome;
	struct kmem_drive *drive = transition->drive;
	int err;

	kmem_gate_copy(transition->gate, drive->before);
	kmem_pools_record(&drive->pools, drive->memory->nid);
	if (outcome->span)
		kmem_drive_want_absent(drive, outcome->span);
	else
		kmem_drive_want(drive, dax_block_wanted(outcome->wanted));

	kmem_job_begin(&drive->job);
	err = kmem_drive_all(drive);
	if (err)
		return err;

	if (!kmem_gate_hold_module(transition->gate))
		kmem_lifecycle_cancel(transition->lifecycle, DAX_REASON_UNLOAD);
	/* A late cancel still undoes a plug, but not an unplug that has removed everything. */
	return kmem_lifecycle_commit(transition->lifecycle, outcome->wanted == DAX_STATE_UNPLUGGED);
}

static int go_back(struct kmem_transition *transition)
{
	struct kmem_drive *drive = transition->drive;
	int err;

	kmem_drive_want_back(drive);
	kmem_job_begin_best_effort(&drive->job, "rollback");
	err = kmem_drive_all(drive);
	/* While the signal of a cancel is pending, the core allocates at most one huge page. */
	flush_signals(current);
	kmem_pools_restore(&drive->pools, drive->memory->nid, &transition->gate->label);
	return err;
}

/*
 * If the errno is that of a cancel, the cancel is the reason. The block that was being
 * switched stays in the outcome: that block may have caused the delay.
 */
static void find_reason(struct kmem_transition *transition)
{
	struct kmem_outcome *outcome = transition->outcome;
	enum dax_reason cancelled = kmem_lifecycle_reason(transition->lifecycle);

	outcome->failure = transition->drive->job.failure;
	outcome->reason = outcome->failure.reason;
	if (outcome->err == dax_reason_errno(cancelled))
		outcome->reason = cancelled;
}

/* Makes the transition, or rolls it back. Called by the owner of the gate. */
static void make_transition(struct kmem_transition *transition)
{
	struct kmem_outcome *outcome = transition->outcome;
	bool whole_online = kmem_gate_whole_online(transition->gate);

	outcome->err = go_forward(transition);
	kmem_lifecycle_end_forward(transition->lifecycle);

	if (outcome->err) {
		find_reason(transition);
		outcome->back = !go_back(transition);
		/* Online memory that could not be rolled back needs the module. */
		kmem_gate_hold_module(transition->gate);
		whole_online &= outcome->back;
	} else {
		whole_online = outcome->wanted == DAX_STATE_ONLINE;
	}

	kmem_gate_set_whole_online(transition->gate, whole_online);
	kmem_drive_end(transition->drive);
}

/* The transition was cancelled while the worker waited for another task's switch of a block. */
static void give_up(struct kmem_transition *transition)
{
	struct kmem_outcome *outcome = transition->outcome;

	outcome->reason = kmem_lifecycle_reason(transition->lifecycle);
	outcome->err = dax_reason_errno(outcome->reason);
	outcome->back = true;
}

static int worker(void *data)
{
	struct kmem_transition *transition = data;
	struct kmem_outcome *outcome = transition->outcome;
	struct kmem_gate *gate = transition->gate;
	ktime_t begin = ktime_get();
	s64 us;

	kmem_lifecycle_hear_signals(transition->lifecycle);
	trace_transition_begin(gate->label.name, outcome->before, outcome->wanted,
			       gate->spans->total);

	if (!kmem_gate_own_settled(gate)) {
		make_transition(transition);
		kmem_gate_disown(gate);
	} else {
		give_up(transition);
	}

	us = ktime_us_delta(ktime_get(), begin);
	outcome->took_ms = div_s64(us, USEC_PER_MSEC);
	trace_transition_end(gate->label.name, outcome->wanted, outcome->err, us,
			     &transition->drive->job.times);
	kmem_lifecycle_finish(transition->lifecycle);

	/*
	 * Wait for the writer's kthread_stop(), so that this code does not run after the module
	 * is gone.
	 */
	set_current_state(TASK_IDLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/* Reports the failure like any other; nothing has changed. */
static int cannot_begin(struct kmem_gate *gate, struct kmem_report *report,
			struct kmem_outcome *outcome, int err)
{
	outcome->err = err;
	outcome->back = true;
	outcome->failure.err = err;
	kmem_diagnose(gate, KMEM_NO_BLOCK, &outcome->failure);
	outcome->reason = err == -EINTR ? DAX_REASON_SIGNAL : outcome->failure.reason;
	kmem_report_outcome(report, gate, outcome);
	return err;
}

/**
 * kmem_worker_run() - make a transition, and report how it ended
 * @drive: the drive of the memory
 * @report: where to report the outcome
 * @outcome: the request, filled in by the caller; set to how the transition ended
 * @timeout_ms: cancel the transition after this many ms, 0: never
 *
 * A signal to this task cancels the transition as well.
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0 or a negative errno: of kmem_drive_all(), of the cancel, of
 * kmem_lifecycle_begin(), or of kthread_create(); KMEM_ASLEEP if the system is going to sleep and
 * nothing was begun.
 */
int kmem_worker_run(struct kmem_drive *drive, struct kmem_report *report,
		    struct kmem_outcome *outcome, unsigned int timeout_ms)
{
	struct kmem_transition transition = {
		.drive = drive,
		.gate = drive->job.gate,
		.lifecycle = drive->job.lifecycle,
		.outcome = outcome,
	};
	struct kmem_gate *gate = transition.gate;
	struct task_struct *task;
	int err;

	drive->job.times = (struct kmem_times){};
	task = kthread_create(worker, &transition, "kmem/%s", gate->label.name);
	if (IS_ERR(task))
		return cannot_begin(gate, report, outcome, PTR_ERR(task));

	err = kmem_lifecycle_begin(transition.lifecycle, task, outcome->span);
	if (!err) {
		kmem_gate_begin(gate);
		wake_up_process(task);
		kmem_lifecycle_await(transition.lifecycle, timeout_ms);
		kmem_gate_end(gate);
		kmem_report_outcome(report, gate, outcome);
		kmem_lifecycle_end(transition.lifecycle);
		err = outcome->err;
	}

	kthread_stop(task);
	return err;
}
