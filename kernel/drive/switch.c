// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pfn.h>
#include <linux/sched/signal.h>

#include "block/gate.h"
#include "block/poison.h"
#include "job.h"
#include "memblk/memblk.h"
#include "slice.h"
#include "switch.h"
#include "trace.h"

/*
 * lock_device_hotplug_sysfs() retries every 5 ms, which is up to 12 ms at HZ=250. An occasional
 * gap lets its callers find device_hotplug_lock free. A gap costs more than its own duration,
 * because the core's next step has to wait for another RCU grace period.
 */
#define GAP_EVERY_MS 2000
#define GAP_MS 12

static void leave_gap(struct kmem_job *job)
{
	ktime_t begin;

	if (time_before(jiffies, job->last_gap + msecs_to_jiffies(GAP_EVERY_MS)))
		return;
	begin = ktime_get();
	usleep_range(GAP_MS * USEC_PER_MSEC, (GAP_MS + 4) * USEC_PER_MSEC);
	job->times.gaps_us += ktime_us_delta(ktime_get(), begin);
	job->last_gap = jiffies;
}

static int switch_once(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
		       unsigned int wanted)
{
	ktime_t begin = ktime_get();
	s64 us;
	int err;

	job->tried = block;
	kmem_gate_begin_switch(job->gate);
	err = kmem_memblk_switch(memblk, dax_block_word(wanted));
	us = kmem_job_count_core(job, begin);
	if (err != KMEM_MEMBLK_LATER)
		trace_block_switch(job->gate->label.name,
				   dax_spans_block_id(job->gate->spans, block),
				   dax_block_word(wanted), err, us, job->best_effort);
	return err;
}

/*
 * Each try for device_hotplug_lock starts the slice, if there is one, again, so that waiting for
 * the lock does not use it up.
 */
static int switch_block(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
			unsigned int wanted, struct kmem_slice *slice, unsigned int ms)
{
	int err;

	if (!memblk)
		return -ENODEV;

	leave_gap(job);
	do {
		if (slice)
			kmem_slice_begin(slice, ms);
		err = kmem_job_cancelled(job) ?: switch_once(job, block, memblk, wanted);
		if (slice)
			kmem_slice_end(slice);
	} while (err == KMEM_MEMBLK_LATER);

	/*
	 * Check the record, not the errno: -EINVAL may mean that the block is already in that
	 * state.
	 */
	if (dax_block_is_reached(kmem_gate_block(job->gate, block), wanted))
		return 0;
	return kmem_job_cancelled(job) ?: err ?: -EIO;
}

/**
 * kmem_switch_online() - put a block online
 * @job: the job
 * @block: the block
 * @memblk: its device, or NULL
 * @wanted: its wanted state, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 *
 * Context: Process context, sleeps; the gate owned by this task.
 * Return: 0 or a negative errno of kmem_memblk_switch(); -ENODEV if the block has no
 * device; -EIO if the core reported success and the block is in another state; or the errno
 * of the cancel.
 */
int kmem_switch_online(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
		       unsigned int wanted)
{
	unsigned long pfn = PHYS_PFN(dax_spans_block_start(job->gate->spans, block));
	unsigned long nr = PHYS_PFN(job->gate->spans->block_size);
	bool withheld = kmem_poison_withhold(pfn, nr);
	int err;

	err = switch_block(job, block, memblk, wanted, NULL, 0);
	if (withheld)
		kmem_poison_mark(pfn, nr, !err);
	return err;
}

/**
 * kmem_switch_offline() - take a block offline within a time limit
 * @job: the job
 * @block: the block
 * @memblk: its device, or NULL
 * @slice: limits the attempt; watched
 * @ms: the time limit in ms, at least KMEM_SLICE_MS
 *
 * Context: A worker that has allowed SIGINT, and owns the gate; sleeps.
 * Return: 0; KMEM_MEMBLK_LATER if the time limit expired; a negative errno of
 * kmem_memblk_switch(); -ENODEV if the block has no device; -EIO if the core reported success and
 * the block is in another state; or the errno of the cancel.
 */
int kmem_switch_offline(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
			struct kmem_slice *slice, unsigned int ms)
{
	int err = switch_block(job, block, memblk, DAX_BLOCK_OFFLINE, slice, ms);

	/* -EINTR without a cancel means that the slice is over: try this block again later. */
	if (err == -EINTR && signal_pending(current) && !kmem_job_cancelled(job))
		return KMEM_MEMBLK_LATER;
	return err;
}
