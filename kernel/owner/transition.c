// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "drive/worker.h"
#include "kmem_dev.h"
#include "transition.h"

static int run_if_legal(struct kmem_dev *kmem, enum dax_state wanted, const struct dax_span *span)
{
	struct kmem_outcome outcome = {
		.before = kmem_gate_state(&kmem->gate),
		.wanted = wanted,
		.span = span,
	};

	kmem_dev_assert_locked(kmem);
	/* The device may have been unbound while this task waited for @kmem->lock. */
	if (!span && kmem_lifecycle_life(&kmem->lifecycle) != KMEM_BOUND)
		return -ENODEV;
	if (span && !kmem_gate_is_present(&kmem->gate, span))
		return 0;

	switch (dax_state_verdict(outcome.before, wanted)) {
	case DAX_VERDICT_NOTHING:
		return 0;
	case DAX_VERDICT_BUSY:
		return -EBUSY;
	case DAX_VERDICT_INVALID:
		return -EINVAL;
	default:
		return kmem_worker_run(&kmem->drive, &kmem->report, &outcome,
				       READ_ONCE(kmem->timeout_ms));
	}
}

/**
 * kmem_transition_run() - bring a device's memory to a state, or change nothing
 * @kmem: the memory, in KMEM_BOUND
 * @wanted: the state
 *
 * Waits for a transition that is under way, and while the system is going to sleep. A signal
 * to this task cancels the transition.
 *
 * Context: Process context, sleeps. Takes @kmem->lock.
 * Return: 0; -EINVAL if @wanted cannot be requested; -EBUSY if the device must be unplugged
 * first, or a block or an address range is in use; -EINTR after a signal during the transition,
 * -ERESTARTSYS after one before it; -ECANCELED if suspend, unbind or module unload cancelled it;
 * -ETIMEDOUT after @kmem->timeout_ms; -ENODEV if the device is being unbound, or a present block
 * has no device; -ENOMEM; -EAGAIN if no thread could be made; -EIO if a block is not as the core
 * reported, or a notifier returned an errno that no system call may; or the core's errno for the
 * first block that failed.
 */
int kmem_transition_run(struct kmem_dev *kmem, enum dax_state wanted)
{
	int err;

	/* A word that no state allows must not wait for the transition under way. */
	if (dax_state_verdict(DAX_STATE_MIXED, wanted) == DAX_VERDICT_INVALID)
		return -EINVAL;

	do {
		if (kmem_lifecycle_wait_turn(&kmem->lifecycle) || kmem_dev_lock_interruptible(kmem))
			return -ERESTARTSYS;
		err = run_if_legal(kmem, wanted, NULL);
		kmem_dev_unlock(kmem);
	} while (err == KMEM_ASLEEP);

	return err;
}

/**
 * kmem_transition_reclaim() - unplug one range of orphaned memory, or change nothing
 * @kmem: the memory
 * @span: one of its ranges; nothing happens if it is not present
 *
 * Unlike kmem_transition_run() this leaves the other ranges alone, and does not wait while the
 * system is going to sleep, because the waiting writer would keep the module loaded.
 *
 * Context: Process context, sleeps. Takes @kmem->lock.
 * Return: as kmem_transition_run(); -ECANCELED if the system is going to sleep; -ENODEV if
 * the memory has a device now.
 */
int kmem_transition_reclaim(struct kmem_dev *kmem, const struct dax_span *span)
{
	int err;

	if (kmem_dev_lock_interruptible(kmem))
		return -ERESTARTSYS;
	err = run_if_legal(kmem, DAX_STATE_UNPLUGGED, span);
	kmem_dev_unlock(kmem);

	return err == KMEM_ASLEEP ? -ECANCELED : err;
}

/**
 * kmem_transition_close() - cancel the transition of a device that is about to be unbound
 * @kmem: its memory
 *
 * Also lets no further transition begin. Does not wait: the transition rolls back, then its
 * writer returns.
 *
 * Context: Any but interrupts.
 */
void kmem_transition_close(struct kmem_dev *kmem)
{
	kmem_lifecycle_close(&kmem->lifecycle);
	/* Wake the tasks that poll the state file, which is about to go away. */
	kmem_report_changed(&kmem->report);
}
