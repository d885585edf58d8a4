// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/memory.h>
#include <linux/sched/signal.h>

#include "blocks.h"
#include "drive.h"
#include "guard.h"
#include "poison.h"
#include "region.h"
#include "slice.h"
#include "switch.h"
#include "trace.h"

/*
 * The core's own sysfs files poll for the hotplug lock, 5 ms apart, which are 12
 * with 250 ticks a second. A gap now and then lets them find it free. It costs more
 * than its own time: the core's next step has to wait for an RCU grace period again.
 */
#define GAP_EVERY_MS 2000
#define GAP_MS 12

static void leave_gap(struct kmem_drive *drive)
{
	ktime_t begin;

	if (time_before(jiffies, drive->last_gap + msecs_to_jiffies(GAP_EVERY_MS)))
		return;
	begin = ktime_get();
	usleep_range(GAP_MS * USEC_PER_MSEC, (GAP_MS + 4) * USEC_PER_MSEC);
	drive->times.gaps_us += ktime_us_delta(ktime_get(), begin);
	drive->last_gap = jiffies;
}

static const char *word_for(u8 wanted)
{
	switch (wanted) {
	case DAX_BLOCK_OFFLINE:
		return "offline";
	case DAX_BLOCK_KERNEL:
		return "online_kernel";
	case DAX_BLOCK_MOVABLE:
		return "online_movable";
	default:
		return "online";
	}
}

static int switch_timed(struct kmem_drive *drive, unsigned int block, u8 wanted)
{
	ktime_t begin = ktime_get();
	s64 us;
	int err;

	drive->tried = block;
	kmem_guard_ask(drive->region);
	err = kmem_block_switch(drive->blocks[block], word_for(wanted));
	us = kmem_drive_count_core(drive, begin);
	if (err == KMEM_LATER)
		return err;

	trace_block_switch(drive->region, block, word_for(wanted), err, us, drive->best_effort);
	return err;
}

/* @slice_ms: how long it may take from when the hotplug lock is had; 0: as long as it takes. */
static int switch_block(struct kmem_drive *drive, unsigned int block, u8 wanted,
			unsigned int slice_ms)
{
	int err;

	if (!drive->blocks[block])
		return -ENODEV;

	leave_gap(drive);
	do {
		if (slice_ms)
			kmem_slice_begin(&drive->slice, slice_ms);
		err = kmem_drive_cancelled(drive) ?: switch_timed(drive, block, wanted);
		if (slice_ms)
			kmem_slice_end(&drive->slice);
	} while (err == KMEM_LATER);

	/* The record knows better than an error that may mean "it is so already". */
	if (kmem_drive_is_reached(kmem_guard_block(drive->region, block), wanted))
		return 0;
	return kmem_drive_cancelled(drive) ?: err ?: -EIO;
}

/**
 * kmem_switch_online() - put a block online as it is wanted
 * @drive: the drive, the block's device found
 * @block: the block
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of kmem_block_switch(), -ENODEV if the block
 * has no device, -EIO if it is not so after a success, or what the drive was
 * cancelled with.
 */
int kmem_switch_online(struct kmem_drive *drive, unsigned int block)
{
	unsigned long pfn = PHYS_PFN(kmem_region_block_start(drive->region, block));
	unsigned long nr = PHYS_PFN(memory_block_size_bytes());
	bool withheld = kmem_poison_withhold(pfn, nr);
	int err;

	err = switch_block(drive, block, drive->wanted[block], 0);
	if (withheld)
		kmem_poison_mark(pfn, nr, !err);
	return err;
}

/**
 * kmem_switch_offline() - take a block offline, if that does not take too long
 * @drive: the drive, the block's device found
 * @block: the block
 * @slice_ms: how long it may take, in ms, at least KMEM_SLICE_MS
 *
 * Context: A worker that has allowed SIGINT, @drive->slice watched; sleeps.
 * Return: 0; KMEM_LATER if it takes longer; a negative errno of
 * kmem_block_switch(); -ENODEV if the block has no device; -EIO if it is not so
 * after a success; or what the drive was cancelled with.
 */
int kmem_switch_offline(struct kmem_drive *drive, unsigned int block, unsigned int slice_ms)
{
	int err = switch_block(drive, block, DAX_BLOCK_OFFLINE, slice_ms);

	/* Of the two that signal this task only the slice is no reason to end. */
	return err == -EINTR && signal_pending(current) && !kmem_drive_cancelled(drive) ? KMEM_LATER
											: err;
}
