// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

#include "slice.h"

/*
 * One delayed work serves all slices of a drive: queueing and cancelling one for each block would
 * double the driver's own cost for a block. end_if_over() runs at the end of the current slice, and
 * at least every KMEM_SLICE_MS: the current slice may end early, and end_if_over() must not miss
 * the end of the next slice, which lasts at least KMEM_SLICE_MS.
 */
static void end_if_over(struct work_struct *work)
{
	struct kmem_slice *slice = container_of(to_delayed_work(work), struct kmem_slice, watch);
	unsigned long next = msecs_to_jiffies(KMEM_SLICE_MS), now;

	spin_lock(&slice->lock);
	now = jiffies;
	if (slice->task && time_before(now, slice->end)) {
		next = min(next, slice->end - now);
	} else if (slice->task) {
		send_sig(SIGINT, slice->task, 1);
		slice->task = NULL;
	}
	spin_unlock(&slice->lock);

	schedule_delayed_work(&slice->watch, next);
}

/**
 * kmem_slice_init() - set up a slice
 * @slice: the slice
 *
 * Context: Any.
 */
void kmem_slice_init(struct kmem_slice *slice)
{
	INIT_DELAYED_WORK(&slice->watch, end_if_over);
	spin_lock_init(&slice->lock);
	slice->task = NULL;
}

/**
 * kmem_slice_watch() - start to watch for slices that are over
 * @slice: the slice
 *
 * Context: Any.
 */
void kmem_slice_watch(struct kmem_slice *slice)
{
	schedule_delayed_work(&slice->watch, msecs_to_jiffies(KMEM_SLICE_MS));
}

/**
 * kmem_slice_unwatch() - stop watching
 * @slice: the slice, not under way
 *
 * Context: Process context, sleeps.
 */
void kmem_slice_unwatch(struct kmem_slice *slice)
{
	cancel_delayed_work_sync(&slice->watch);
}

/**
 * kmem_slice_begin() - begin the slice of this task's attempt at a block
 * @slice: the slice, watched
 * @ms: the time until this task gets a SIGINT, at least KMEM_SLICE_MS
 *
 * Flushes pending signals: the SIGINT of an earlier slice must not end this one.
 *
 * Context: Process context, in a kernel thread that has allowed SIGINT.
 */
void kmem_slice_begin(struct kmem_slice *slice, unsigned int ms)
{
	flush_signals(current);

	spin_lock(&slice->lock);
	slice->end = jiffies + msecs_to_jiffies(ms);
	slice->task = current;
	spin_unlock(&slice->lock);
}

/**
 * kmem_slice_end() - end the slice of this task's attempt
 * @slice: the slice
 *
 * The slice sends no SIGINT after this; a cancel still may.
 *
 * Context: Process context.
 */
void kmem_slice_end(struct kmem_slice *slice)
{
	spin_lock(&slice->lock);
	slice->task = NULL;
	spin_unlock(&slice->lock);
}
