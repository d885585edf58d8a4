// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/memory.h>
#include <linux/sched/signal.h>
#include <linux/suspend.h>
#include <linux/wait.h>

#include "diagnosis.h"
#include "drive.h"
#include "events.h"
#include "guard.h"
#include "region.h"
#include "trace.h"
#include "transition.h"

/* From the worker's start to the moment when nothing can be cancelled any more. */
enum phase {
	PHASE_FORWARD,
	PHASE_BACK,
	PHASE_DONE,
};

/**
 * struct kmem_transition - one transition, from a write to its result
 * @region: the region; its lock is held by the writer
 * @worker: the task that does it
 * @outcome: how it ends
 * @phase: how far it is; under kmem_guard_lock, but its end is waited for without
 */
struct kmem_transition {
	struct kmem_region *region;
	struct task_struct *worker;
	struct kmem_outcome outcome;
	enum phase phase;
};

/* Woken when a transition is done, and when the system is awake again. */
static DECLARE_WAIT_QUEUE_HEAD(transitions);

/*
 * Why the system is going to sleep or sleeps, a bit each: it may be suspended while a
 * program that will hibernate it has said so. Under kmem_guard_lock, its end is waited
 * for without.
 */
enum sleep {
	SLEEP_SUSPEND = 1,
	SLEEP_HIBERNATION = 2,
	SLEEP_RESTORE = 4,
};

static unsigned int asleep;

/* Not an error: the system began to go to sleep, try again when it is awake. */
#define FELL_ASLEEP 1

/*
 * The signal goes to the worker, whose offlining it ends, and only on the way
 * forward: on the way back a pending signal would keep it from undoing.
 */
static void cancel_locked(struct kmem_transition *transition, enum kmem_cause cause)
{
	struct kmem_drive *drive;

	if (!transition || transition->phase != PHASE_FORWARD)
		return;

	drive = &transition->region->drive;
	if (drive->cancelled != KMEM_CAUSE_NONE)
		return;
	WRITE_ONCE(drive->cancelled, cause);
	send_sig(SIGINT, transition->worker, 1);
}

static void cancel(struct kmem_transition *transition, enum kmem_cause cause)
{
	spin_lock(&kmem_guard_lock);
	cancel_locked(transition, cause);
	spin_unlock(&kmem_guard_lock);
}

static void enter_phase(struct kmem_transition *transition, enum phase phase)
{
	spin_lock(&kmem_guard_lock);
	WRITE_ONCE(transition->phase, phase);
	spin_unlock(&kmem_guard_lock);
}

/*
 * Up to here it could be cancelled. What came in the very last moment counts for
 * a plug; an unplug that has removed everything is not made undone for it.
 */
static int commit(struct kmem_transition *transition)
{
	struct kmem_region *region = transition->region;
	int err = 0;

	spin_lock(&kmem_guard_lock);
	if (transition->outcome.wanted != DAX_STATE_UNPLUGGED)
		err = kmem_cause_errno(region->drive.cancelled);
	if (!err)
		WRITE_ONCE(transition->phase, PHASE_BACK);
	spin_unlock(&kmem_guard_lock);

	return err;
}

static void want(struct kmem_drive *drive, const struct kmem_outcome *outcome)
{
	if (outcome->range)
		kmem_drive_want_absent(drive, outcome->range);
	else
		kmem_drive_want(drive, kmem_drive_block_for(outcome->wanted));
}

static int go_forward(struct kmem_transition *transition)
{
	struct kmem_region *region = transition->region;
	int err;

	kmem_guard_copy(region, region->drive.before);
	want(&region->drive, &transition->outcome);
	kmem_drive_begin(&region->drive);
	err = kmem_drive_all(&region->drive);
	if (err)
		return err;

	if (!kmem_guard_pin(region))
		cancel(transition, KMEM_CAUSE_UNLOAD);
	return commit(transition);
}

static int go_back(struct kmem_transition *transition)
{
	struct kmem_drive *drive = &transition->region->drive;

	memcpy(drive->wanted, drive->before, transition->region->counts.total);
	kmem_drive_begin_best_effort(drive, "rollback");
	return kmem_drive_all(drive);
}

/*
 * What ended it: the cancelling, if that is what the error says. The block that
 * was being switched stays in the record: it may be what took so long.
 */
static void find_cause(struct kmem_transition *transition)
{
	struct kmem_drive *drive = &transition->region->drive;
	struct kmem_outcome *outcome = &transition->outcome;

	outcome->failure = drive->failure;
	outcome->cause = drive->failure.cause;
	if (outcome->err == kmem_cause_errno(drive->cancelled))
		outcome->cause = drive->cancelled;
}

/* Does it, or leaves everything as it was. Runs as the one actor of the region. */
static void go(struct kmem_transition *transition)
{
	struct kmem_outcome *outcome = &transition->outcome;
	struct kmem_region *region = transition->region;
	bool whole_online = region->whole_online;

	outcome->err = go_forward(transition);
	enter_phase(transition, PHASE_BACK);

	if (outcome->err) {
		find_cause(transition);
		outcome->back = !go_back(transition);
		/* What could not be taken back must not be lost with the module. */
		kmem_guard_pin(region);
		whole_online &= outcome->back;
	} else {
		whole_online = outcome->wanted == DAX_STATE_ONLINE;
	}

	kmem_guard_set_whole_online(region, whole_online);
	kmem_drive_end(&region->drive);
}

/* Not even begun: the wait for somebody else's block was cancelled. */
static void give_up(struct kmem_transition *transition)
{
	transition->outcome.cause = transition->region->drive.cancelled;
	transition->outcome.err = kmem_cause_errno(transition->outcome.cause);
	transition->outcome.back = true;
}

/* Until it listens a new kernel thread's signals are dropped, that of a cancel too. */
static void hear_signals(struct kmem_transition *transition)
{
	allow_kernel_signal(SIGINT);

	spin_lock(&kmem_guard_lock);
	if (transition->region->drive.cancelled != KMEM_CAUSE_NONE)
		send_sig(SIGINT, current, 1);
	spin_unlock(&kmem_guard_lock);
}

static int worker(void *data)
{
	struct kmem_transition *transition = data;
	struct kmem_region *region = transition->region;
	ktime_t begin = ktime_get();
	s64 us;

	hear_signals(transition);
	trace_transition_begin(region, transition->outcome.before, transition->outcome.wanted);

	if (!kmem_guard_claim(region)) {
		go(transition);
		kmem_guard_release(region);
	} else {
		give_up(transition);
	}

	us = ktime_us_delta(ktime_get(), begin);
	transition->outcome.took_ms = div_s64(us, USEC_PER_MSEC);
	trace_transition_end(region, transition->outcome.wanted, transition->outcome.err, us,
			     &region->drive.times);
	enter_phase(transition, PHASE_DONE);
	wake_up_all(&transitions);

	/* The writer collects this task, so that no code of it runs after the module. */
	set_current_state(TASK_IDLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static bool is_done(struct kmem_transition *transition)
{
	return READ_ONCE(transition->phase) == PHASE_DONE;
}

static bool is_stranded(const struct kmem_region *region)
{
	return !region->dev && !list_empty(&region->node);
}

/* The region's transition from here on: what cancels finds it, the state reads mixed. */
static int install(struct kmem_transition *transition)
{
	struct kmem_region *region = transition->region;
	int err = 0;

	spin_lock(&kmem_guard_lock);
	if (transition->outcome.range ? !is_stranded(region) : region->closing) {
		err = -ENODEV;
	} else if (asleep) {
		err = FELL_ASLEEP;
	} else {
		region->transition = transition;
		kmem_events_changed(region);
	}
	spin_unlock(&kmem_guard_lock);

	return err;
}

static void uninstall(struct kmem_transition *transition)
{
	spin_lock(&kmem_guard_lock);
	transition->region->transition = NULL;
	kmem_guard_unpin_if_idle(transition->region);
	spin_unlock(&kmem_guard_lock);
	wake_up_all(&transitions);
}

/* Until the worker is done; the first that comes up cancels it, and then until it is done. */
static void await(struct kmem_transition *transition)
{
	unsigned int ms = READ_ONCE(transition->region->timeout_ms);
	long left;

	left = wait_event_interruptible_timeout(transitions, is_done(transition),
						ms ? msecs_to_jiffies(ms) : MAX_SCHEDULE_TIMEOUT);
	if (left > 0)
		return;

	cancel(transition, left ? KMEM_CAUSE_SIGNAL : KMEM_CAUSE_TIMEOUT);
	/* Not to be taken for a hung task: what has to be undone takes its time. */
	wait_event_idle(transitions, is_done(transition));
}

/* Nothing has been touched; that it failed is told like every other failure. */
static int cannot_begin(struct kmem_transition *transition, int err)
{
	struct kmem_outcome *outcome = &transition->outcome;

	outcome->err = err;
	outcome->back = true;
	outcome->failure.err = err;
	kmem_diagnose(transition->region, &outcome->failure);
	outcome->cause = err == -EINTR ? KMEM_CAUSE_SIGNAL : outcome->failure.cause;
	kmem_events_outcome(transition->region, outcome);
	return err;
}

static int run(struct kmem_region *region, enum dax_state before, enum dax_state wanted,
	       const struct kmem_range *range)
{
	struct kmem_transition transition = {
		.region = region,
		.outcome = { .before = before, .wanted = wanted, .range = range },
	};
	int err;

	region->drive.cancelled = KMEM_CAUSE_NONE;
	region->drive.times = (struct kmem_times){};
	transition.worker =
		kthread_create(worker, &transition, "kmem/%s", kmem_region_name(region));
	if (IS_ERR(transition.worker))
		return cannot_begin(&transition, PTR_ERR(transition.worker));

	err = install(&transition);
	if (!err) {
		wake_up_process(transition.worker);
		await(&transition);
		uninstall(&transition);
		kmem_events_outcome(region, &transition.outcome);
		err = transition.outcome.err;
	}

	kthread_stop(transition.worker);
	return err;
}

static int run_if_legal(struct kmem_region *region, enum dax_state wanted,
			const struct kmem_range *range)
{
	enum dax_state now = kmem_guard_state(region);

	if (range && !kmem_range_is_present(region, range))
		return 0;

	switch (dax_state_verdict(now, wanted)) {
	case DAX_VERDICT_NOTHING:
		return 0;
	case DAX_VERDICT_BUSY:
		return -EBUSY;
	case DAX_VERDICT_INVALID:
		return -EINVAL;
	default:
		return run(region, now, wanted, range);
	}
}

static bool may_ask(const struct kmem_region *region)
{
	return !READ_ONCE(asleep) || READ_ONCE(region->closing);
}

/*
 * When no other transition of the region is under way, and the system is not
 * asleep. Who takes a device's file away waits for its writer, so a writer waits no
 * longer than until the device is being unbound. Who reclaims a range does not wait:
 * he would keep the module loaded.
 */
static int run_in_turn(struct kmem_region *region, enum dax_state wanted,
		       const struct kmem_range *range)
{
	int err;

	do {
		if (range && READ_ONCE(asleep))
			return -ECANCELED;
		if (wait_event_interruptible(transitions, range || may_ask(region)))
			return -ERESTARTSYS;
		if (mutex_lock_interruptible(&region->lock))
			return -ERESTARTSYS;
		err = run_if_legal(region, wanted, range);
		mutex_unlock(&region->lock);
	} while (err == FELL_ASLEEP);

	return err;
}

/**
 * kmem_transition_run() - take a region to a state, or leave it as it was
 * @region: the region, bound
 * @wanted: the state
 *
 * Waits for a transition that is under way, and while the system is going to
 * sleep. A signal to this task cancels the transition.
 *
 * Context: Process context, sleeps. Takes @region->lock.
 * Return: 0; -EINVAL if a device cannot be asked for @wanted; -EBUSY if
 * @wanted needs it unplugged first, or a block or an address range is held by
 * somebody; -EINTR after a signal during the transition, -ERESTARTSYS after
 * one before it; -ECANCELED if suspend, unbind or module unload cancelled it;
 * -ETIMEDOUT after the region's timeout; -ENODEV if the device is being unbound,
 * or a present block has no device; -ENOMEM; -EAGAIN if no thread could be made;
 * -EIO if a block is not what the core said, or a notifier made up an errno of
 * the kernel's own; or what the core said of the first block that failed.
 */
int kmem_transition_run(struct kmem_region *region, enum dax_state wanted)
{
	return run_in_turn(region, wanted, NULL);
}

/**
 * kmem_transition_reclaim() - unplug one range of a stranded region, or leave it as it was
 * @region: the region
 * @range: one of its ranges; nothing happens if it is not present
 *
 * All is as with kmem_transition_run(), but that the other ranges stay as they
 * are, and that it does not wait while the system is going to sleep: -ECANCELED.
 *
 * Context: Process context, sleeps. Takes @region->lock.
 * Return: as kmem_transition_run(); -ENODEV if the region is a device's now.
 */
int kmem_transition_reclaim(struct kmem_region *region, const struct kmem_range *range)
{
	return run_in_turn(region, DAX_STATE_UNPLUGGED, range);
}

/**
 * kmem_transition_close() - a region's device is about to be unbound
 * @region: the region
 *
 * Cancels the transition under way and lets no other begin. Does not wait:
 * the transition rolls back, then its writer returns.
 *
 * Context: Any but interrupts.
 */
void kmem_transition_close(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	WRITE_ONCE(region->closing, true);
	cancel_locked(region->transition, KMEM_CAUSE_UNBIND);
	/* Who polls for the state would not hear of its end otherwise. */
	kmem_events_changed(region);
	spin_unlock(&kmem_guard_lock);
	wake_up_all(&transitions);
}

static bool any_under_way(void)
{
	struct kmem_region *region;
	bool found = false;

	spin_lock(&kmem_guard_lock);
	list_for_each_entry(region, &kmem_guard_regions, node)
		found |= !!region->transition;
	spin_unlock(&kmem_guard_lock);

	return found;
}

static void fall_asleep(enum sleep why)
{
	struct kmem_region *region;

	spin_lock(&kmem_guard_lock);
	WRITE_ONCE(asleep, asleep | why);
	list_for_each_entry(region, &kmem_guard_regions, node)
		cancel_locked(region->transition, KMEM_CAUSE_SUSPEND);
	spin_unlock(&kmem_guard_lock);

	wait_event_idle(transitions, !any_under_way());
}

static void wake(enum sleep why)
{
	spin_lock(&kmem_guard_lock);
	WRITE_ONCE(asleep, asleep & ~why);
	spin_unlock(&kmem_guard_lock);
	wake_up_all(&transitions);
}

static int power_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
		fall_asleep(SLEEP_HIBERNATION);
		break;
	case PM_SUSPEND_PREPARE:
		fall_asleep(SLEEP_SUSPEND);
		break;
	case PM_RESTORE_PREPARE:
		fall_asleep(SLEEP_RESTORE);
		break;
	case PM_POST_HIBERNATION:
		wake(SLEEP_HIBERNATION);
		break;
	case PM_POST_SUSPEND:
		wake(SLEEP_SUSPEND);
		break;
	case PM_POST_RESTORE:
		wake(SLEEP_RESTORE);
		break;
	}

	return NOTIFY_DONE;
}

static struct notifier_block power_notifier = {
	.notifier_call = power_event,
};

/**
 * kmem_transition_init() - heed suspend, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of register_pm_notifier().
 */
int kmem_transition_init(void)
{
	return register_pm_notifier(&power_notifier);
}

/**
 * kmem_transition_exit() - stop doing so, at module exit
 *
 * Context: Process context, sleeps; no transition can be under way.
 */
void kmem_transition_exit(void)
{
	unregister_pm_notifier(&power_notifier);
}
