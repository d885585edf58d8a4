// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "lifecycle.h"

/* Never taken inside gate.c's gates_lock; no holder sleeps. */
static DEFINE_SPINLOCK(lifecycle_lock);
static LIST_HEAD(lifecycles);

/*
 * Bits of enum kmem_sleep. Written under lifecycle_lock; kmem_lifecycle_wait_turn() reads it
 * without that lock.
 */
static unsigned int asleep;

/* Woken when a transition is done, a device is closing, or the system is awake again. */
static DECLARE_WAIT_QUEUE_HEAD(changes);

/**
 * kmem_lifecycle_create() - set up the lifecycle of a device's memory
 * @lifecycle: its lifecycle, all zero
 *
 * Context: Any but interrupts.
 */
void kmem_lifecycle_create(struct kmem_lifecycle *lifecycle)
{
	spin_lock(&lifecycle_lock);
	list_add(&lifecycle->node, &lifecycles);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_destroy() - remove the lifecycle of a device's memory
 * @lifecycle: the lifecycle, with no transition under way
 *
 * Context: Any but interrupts.
 */
void kmem_lifecycle_destroy(struct kmem_lifecycle *lifecycle)
{
	spin_lock(&lifecycle_lock);
	list_del(&lifecycle->node);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_life() - the owner of a device's memory
 * @lifecycle: its lifecycle
 *
 * Context: Any, also under gate.c's gates_lock.
 * Return: the owner, which may change at any time; but memory in KMEM_ORPHANED or KMEM_FOUND
 * changes its owner only under orphans.c's devs_lock.
 */
enum kmem_life kmem_lifecycle_life(const struct kmem_lifecycle *lifecycle)
{
	return READ_ONCE(lifecycle->life);
}

static bool is_orphan(enum kmem_life life)
{
	return life == KMEM_ORPHANED || life == KMEM_FOUND;
}

/**
 * kmem_lifecycle_is_orphan() - test whether memory is in the system without a device
 * @lifecycle: its lifecycle
 *
 * Context: as for kmem_lifecycle_life().
 * Return: true if it is.
 */
bool kmem_lifecycle_is_orphan(const struct kmem_lifecycle *lifecycle)
{
	return is_orphan(kmem_lifecycle_life(lifecycle));
}

/**
 * kmem_lifecycle_set() - change the owner of memory
 * @lifecycle: its lifecycle
 * @life: the new owner, see enum kmem_life
 *
 * Context: Any but interrupts; orphans.c's devs_lock or kmem_dev->lock held.
 */
void kmem_lifecycle_set(struct kmem_lifecycle *lifecycle, enum kmem_life life)
{
	spin_lock(&lifecycle_lock);
	WRITE_ONCE(lifecycle->life, life);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_is_idle() - test whether no transition is under way
 * @lifecycle: the lifecycle
 *
 * Context: Any.
 * Return: true if none is; one may begin at any time.
 */
bool kmem_lifecycle_is_idle(const struct kmem_lifecycle *lifecycle)
{
	return READ_ONCE(lifecycle->phase) == KMEM_PHASE_IDLE;
}

/**
 * kmem_lifecycle_adopt() - turn orphaned memory into a device's again
 * @lifecycle: its lifecycle, KMEM_ORPHANED
 *
 * Context: Any but interrupts.
 * Return: false, with nothing changed, if the memory is being reclaimed.
 */
bool kmem_lifecycle_adopt(struct kmem_lifecycle *lifecycle)
{
	bool idle;

	spin_lock(&lifecycle_lock);
	idle = lifecycle->phase == KMEM_PHASE_IDLE;
	if (idle)
		WRITE_ONCE(lifecycle->life, KMEM_BOUND);
	spin_unlock(&lifecycle_lock);

	return idle;
}

/*
 * The signal interrupts the worker in the core. It is sent only in KMEM_PHASE_FORWARD, because
 * offline_pages() fails while a signal is pending, and a rollback may have to take blocks
 * offline.
 */
static void cancel(struct kmem_lifecycle *lifecycle, enum dax_reason reason)
{
	lockdep_assert_held(&lifecycle_lock);
	if (lifecycle->phase != KMEM_PHASE_FORWARD || lifecycle->cancelled != DAX_REASON_NONE)
		return;
	WRITE_ONCE(lifecycle->cancelled, reason);
	send_sig(SIGINT, lifecycle->worker, 1);
}

/**
 * kmem_lifecycle_cancel() - cancel the transition that is under way, if it can still be cancelled
 * @lifecycle: the lifecycle
 * @reason: why; the first reason counts
 *
 * Context: Any but interrupts.
 */
void kmem_lifecycle_cancel(struct kmem_lifecycle *lifecycle, enum dax_reason reason)
{
	spin_lock(&lifecycle_lock);
	cancel(lifecycle, reason);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_close() - enter KMEM_CLOSING: the device is about to be unbound
 * @lifecycle: the lifecycle of its memory
 *
 * Cancels the transition that is under way and lets no further one begin. Does not wait.
 *
 * Context: Any but interrupts.
 */
void kmem_lifecycle_close(struct kmem_lifecycle *lifecycle)
{
	spin_lock(&lifecycle_lock);
	WRITE_ONCE(lifecycle->life, KMEM_CLOSING);
	cancel(lifecycle, DAX_REASON_UNBIND);
	spin_unlock(&lifecycle_lock);
	wake_up_all(&changes);
}

/**
 * kmem_lifecycle_wait_turn() - wait until the system is awake, or the device is closing
 * @lifecycle: the lifecycle
 *
 * When the driver core unbinds a device, it waits for the writers of the device's files. So this
 * wait has to end when the device enters KMEM_CLOSING.
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ERESTARTSYS after a signal.
 */
int kmem_lifecycle_wait_turn(const struct kmem_lifecycle *lifecycle)
{
	return wait_event_interruptible(changes,
					!READ_ONCE(asleep) ||
						kmem_lifecycle_life(lifecycle) == KMEM_CLOSING);
}

/**
 * kmem_lifecycle_begin() - begin a transition, if it may begin
 * @lifecycle: the lifecycle, KMEM_PHASE_IDLE
 * @worker: the task that will make the transition; has not run yet
 * @reclaim: true for a reclaim, false for a write to state
 *
 * Context: Any but interrupts; kmem_dev->lock held.
 * Return: 0; -ENODEV if the memory is no longer bound, or for a reclaim no longer an orphan;
 * KMEM_ASLEEP if the system is asleep.
 */
int kmem_lifecycle_begin(struct kmem_lifecycle *lifecycle, struct task_struct *worker, bool reclaim)
{
	int err = 0;

	spin_lock(&lifecycle_lock);
	if (reclaim ? !is_orphan(lifecycle->life) : lifecycle->life != KMEM_BOUND) {
		err = -ENODEV;
	} else if (asleep) {
		err = KMEM_ASLEEP;
	} else {
		lifecycle->worker = worker;
		lifecycle->cancelled = DAX_REASON_NONE;
		lifecycle->phase = KMEM_PHASE_FORWARD;
	}
	spin_unlock(&lifecycle_lock);

	return err;
}

static bool is_done(const struct kmem_lifecycle *lifecycle)
{
	/* Pairs with enter(): the writer sees what the worker has written to the outcome. */
	return smp_load_acquire(&lifecycle->phase) == KMEM_PHASE_DONE;
}

/**
 * kmem_lifecycle_await() - wait until the worker is done
 * @lifecycle: the lifecycle, begun
 * @timeout_ms: cancel the transition after this many ms, 0: never
 *
 * A signal to this task cancels the transition as well.
 *
 * Context: Process context, sleeps.
 */
void kmem_lifecycle_await(struct kmem_lifecycle *lifecycle, unsigned int timeout_ms)
{
	long left = timeout_ms ? msecs_to_jiffies(timeout_ms) : MAX_SCHEDULE_TIMEOUT;

	left = wait_event_interruptible_timeout(changes, is_done(lifecycle), left);
	if (left > 0)
		return;

	kmem_lifecycle_cancel(lifecycle, left ? DAX_REASON_SIGNAL : DAX_REASON_TIMEOUT);
	/* TASK_IDLE, because a rollback may take longer than khungtaskd lets a task block. */
	wait_event_idle(changes, is_done(lifecycle));
}

/**
 * kmem_lifecycle_end() - end a transition that has been reported
 * @lifecycle: the lifecycle, KMEM_PHASE_DONE
 *
 * Context: Any but interrupts; kmem_dev->lock held.
 */
void kmem_lifecycle_end(struct kmem_lifecycle *lifecycle)
{
	spin_lock(&lifecycle_lock);
	lifecycle->worker = NULL;
	WRITE_ONCE(lifecycle->phase, KMEM_PHASE_IDLE);
	spin_unlock(&lifecycle_lock);
	wake_up_all(&changes);
}

/**
 * kmem_lifecycle_hear_signals() - accept signals, at the start of the worker
 * @lifecycle: the lifecycle
 *
 * A kernel thread drops every signal that it does not allow, so this sends the signal of an
 * earlier cancellation again.
 *
 * Context: Process context, in the worker.
 */
void kmem_lifecycle_hear_signals(struct kmem_lifecycle *lifecycle)
{
	allow_kernel_signal(SIGINT);

	spin_lock(&lifecycle_lock);
	if (lifecycle->cancelled != DAX_REASON_NONE)
		send_sig(SIGINT, current, 1);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_reason() - why the transition was cancelled
 * @lifecycle: the lifecycle
 *
 * Context: Any.
 * Return: the reason, or DAX_REASON_NONE.
 */
enum dax_reason kmem_lifecycle_reason(const struct kmem_lifecycle *lifecycle)
{
	return READ_ONCE(lifecycle->cancelled);
}

/**
 * kmem_lifecycle_cancelled() - test whether the transition was cancelled
 * @lifecycle: the lifecycle
 *
 * Context: Any.
 * Return: 0, or the negative errno to end with.
 */
int kmem_lifecycle_cancelled(const struct kmem_lifecycle *lifecycle)
{
	return dax_reason_errno(kmem_lifecycle_reason(lifecycle));
}

/**
 * kmem_lifecycle_commit() - make the result of the transition final
 * @lifecycle: the lifecycle, KMEM_PHASE_FORWARD
 * @despite_cancel: commit even if the transition has been cancelled
 *
 * Context: Any but interrupts, in the worker.
 * Return: 0, or the negative errno of the cancel, with the phase unchanged.
 */
int kmem_lifecycle_commit(struct kmem_lifecycle *lifecycle, bool despite_cancel)
{
	int err = 0;

	spin_lock(&lifecycle_lock);
	if (!despite_cancel)
		err = dax_reason_errno(lifecycle->cancelled);
	if (!err)
		WRITE_ONCE(lifecycle->phase, KMEM_PHASE_FINAL);
	spin_unlock(&lifecycle_lock);

	return err;
}

static void enter(struct kmem_lifecycle *lifecycle, enum kmem_phase phase)
{
	spin_lock(&lifecycle_lock);
	/* Pairs with is_done(). */
	smp_store_release(&lifecycle->phase, phase);
	spin_unlock(&lifecycle_lock);
}

/**
 * kmem_lifecycle_end_forward() - let no cancel arrive from here on
 * @lifecycle: the lifecycle
 *
 * Context: Any but interrupts, in the worker.
 */
void kmem_lifecycle_end_forward(struct kmem_lifecycle *lifecycle)
{
	enter(lifecycle, KMEM_PHASE_FINAL);
}

/**
 * kmem_lifecycle_finish() - note that the worker is done with the memory
 * @lifecycle: the lifecycle
 *
 * Context: Any but interrupts, in the worker.
 */
void kmem_lifecycle_finish(struct kmem_lifecycle *lifecycle)
{
	enter(lifecycle, KMEM_PHASE_DONE);
	wake_up_all(&changes);
}

static bool any_under_way(void)
{
	struct kmem_lifecycle *lifecycle;
	bool found = false;

	spin_lock(&lifecycle_lock);
	list_for_each_entry(lifecycle, &lifecycles, node)
		found |= lifecycle->phase != KMEM_PHASE_IDLE;
	spin_unlock(&lifecycle_lock);

	return found;
}

/**
 * kmem_lifecycle_fall_asleep() - prepare for the system to go to sleep
 * @why: the reason
 *
 * Cancels all transitions, waits until they have rolled back, and lets no further one begin.
 *
 * Context: Process context, sleeps.
 */
void kmem_lifecycle_fall_asleep(enum kmem_sleep why)
{
	struct kmem_lifecycle *lifecycle;

	spin_lock(&lifecycle_lock);
	WRITE_ONCE(asleep, asleep | why);
	list_for_each_entry(lifecycle, &lifecycles, node)
		cancel(lifecycle, DAX_REASON_SUSPEND);
	spin_unlock(&lifecycle_lock);

	wait_event_idle(changes, !any_under_way());
}

/**
 * kmem_lifecycle_wake() - clear one reason for which the system is asleep
 * @why: the reason that no longer applies
 *
 * Context: Any but interrupts.
 */
void kmem_lifecycle_wake(enum kmem_sleep why)
{
	spin_lock(&lifecycle_lock);
	WRITE_ONCE(asleep, asleep & ~why);
	spin_unlock(&lifecycle_lock);
	wake_up_all(&changes);
}
