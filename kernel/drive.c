// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/memory.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "blocks.h"
#include "core/order.h"
#include "diagnosis.h"
#include "drive.h"
#include "guard.h"
#include "offline.h"
#include "region.h"
#include "slice.h"
#include "switch.h"
#include "trace.h"

static bool is_wanted(const struct kmem_drive *drive, const struct kmem_range *range)
{
	return drive->wanted[range->first] != DAX_BLOCK_ABSENT;
}

static const char *const step_texts[] = {
	[KMEM_STEP_NONE] = "",
	[KMEM_STEP_FIND] = "found",
	[KMEM_STEP_OFFLINE] = "taken offline",
	[KMEM_STEP_REMOVE] = "removed",
	[KMEM_STEP_RESERVE] = "reserved",
	[KMEM_STEP_ADD] = "added",
	[KMEM_STEP_ONLINE] = "put online",
};

/**
 * kmem_step_text() - a step for people
 * @step: the step
 *
 * Return: what a block was to be, as in "could not be added".
 */
const char *kmem_step_text(enum kmem_step step)
{
	return step_texts[step];
}

/**
 * kmem_drive_fail() - a step went wrong
 * @drive: the drive
 * @step: the step
 * @first: the block, or the first of several
 * @count: how many
 * @err: the negative errno
 *
 * Keeps the first failure with its cause, and logs each if the drive says so.
 *
 * Context: Process context, sleeps.
 * Return: @err.
 */
int kmem_drive_fail(struct kmem_drive *drive, enum kmem_step step, unsigned int first,
		    unsigned int count, int err)
{
	struct kmem_region *region = drive->region;

	if (!drive->failure.count++) {
		drive->failure.step = step;
		drive->failure.block = first;
		drive->failure.err = err;
		kmem_diagnose(region, &drive->failure);
	}
	if (drive->purpose)
		kmem_region_log(region, LOGLEVEL_ERR,
				"%s: memory%llu to memory%llu, from %#llx, could not be %s (%pe)\n",
				drive->purpose, kmem_region_block_id(region, first),
				kmem_region_block_id(region, first + count - 1),
				kmem_region_block_start(region, first), kmem_step_text(step),
				ERR_PTR(err));
	return err;
}

/**
 * kmem_drive_count_core() - the core has done something for a drive
 * @drive: the drive
 * @begin: when it began
 *
 * Context: Any.
 * Return: how long it took, in µs.
 */
s64 kmem_drive_count_core(struct kmem_drive *drive, ktime_t begin)
{
	s64 us = ktime_us_delta(ktime_get(), begin);

	drive->times.core_us += us;
	drive->times.longest_us = max(drive->times.longest_us, us);
	return us;
}

/**
 * kmem_drive_cancelled() - does a drive have to end
 * @drive: the drive
 *
 * Return: 0, or the negative errno to end with.
 */
int kmem_drive_cancelled(const struct kmem_drive *drive)
{
	return drive->best_effort ? 0 : kmem_cause_errno(READ_ONCE(drive->cancelled));
}

/**
 * kmem_drive_is_over() - does a drive end with a failure
 * @drive: the drive
 * @err: the failure's errno, or 0
 *
 * Return: whether it does.
 */
bool kmem_drive_is_over(const struct kmem_drive *drive, int err)
{
	return err && !drive->best_effort;
}

/**
 * kmem_drive_is_reached() - is a block what it should be
 * @state: what it is, an enum dax_block_state
 * @wanted: what it should be, that or DAX_BLOCK_ONLINE_ANY
 *
 * Return: whether it is.
 */
bool kmem_drive_is_reached(u8 state, u8 wanted)
{
	return wanted == DAX_BLOCK_ONLINE_ANY ? dax_block_is_online(state) : state == wanted;
}

/**
 * kmem_drive_block_for() - what each block of a device should be for a state
 * @state: the state, one that a device can be left in
 *
 * Return: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY.
 */
u8 kmem_drive_block_for(enum dax_state state)
{
	switch (state) {
	case DAX_STATE_OFFLINE:
		return DAX_BLOCK_OFFLINE;
	case DAX_STATE_ONLINE:
		return DAX_BLOCK_ONLINE_ANY;
	case DAX_STATE_ONLINE_KERNEL:
		return DAX_BLOCK_KERNEL;
	case DAX_STATE_ONLINE_MOVABLE:
		return DAX_BLOCK_MOVABLE;
	default:
		return DAX_BLOCK_ABSENT;
	}
}

static int put_online(struct kmem_drive *drive)
{
	unsigned int block, i, count = 0;
	int err, first_err = 0;

	for (block = 0; block < drive->region->counts.total; block++)
		if (kmem_guard_block(drive->region, block) == DAX_BLOCK_OFFLINE &&
		    drive->wanted[block] > DAX_BLOCK_OFFLINE)
			drive->list[count++] = block;

	for (i = 0; i < count && !kmem_drive_is_over(drive, first_err); i++) {
		block = drive->list[dax_order_online(count, i)];
		err = kmem_switch_online(drive, block);
		if (err)
			kmem_drive_fail(drive, KMEM_STEP_ONLINE, block, 1, err);
		first_err = first_err ?: err;
	}

	return first_err;
}

static int change_timed(struct kmem_drive *drive, struct kmem_range *range,
			int (*change)(struct kmem_region *region, struct kmem_range *range),
			const char *word)
{
	ktime_t begin = ktime_get();
	int err = change(drive->region, range);
	s64 us = kmem_drive_count_core(drive, begin);

	trace_range_change(drive->region, range, word, err, us, drive->best_effort);
	return err;
}

static int remove_whole(struct kmem_drive *drive, struct kmem_range *range)
{
	unsigned int block;
	int err;

	for (block = range->first; block < range->first + range->count; block++)
		kmem_block_put(&drive->blocks[block]);

	err = change_timed(drive, range, kmem_range_remove, "remove");
	return err ? kmem_drive_fail(drive, KMEM_STEP_REMOVE, range->first, range->count, err) : 0;
}

static int add_whole(struct kmem_drive *drive, struct kmem_range *range)
{
	int err;

	err = kmem_range_reserve(drive->region, range);
	if (err)
		return kmem_drive_fail(drive, KMEM_STEP_RESERVE, range->first, range->count, err);

	err = change_timed(drive, range, kmem_range_add, "add");
	return err ? kmem_drive_fail(drive, KMEM_STEP_ADD, range->first, range->count, err) : 0;
}

/* Cancelling ends what is still to be done. What is done already is not made undone for it. */
static int remove_if_unwanted(struct kmem_drive *drive, struct kmem_range *range)
{
	if (is_wanted(drive, range) || !kmem_range_is_present(drive->region, range))
		return 0;
	/* One block that could not be taken offline keeps all, which has to be said of each. */
	if (kmem_range_has_online(drive->region, range))
		return kmem_drive_fail(drive, KMEM_STEP_REMOVE, range->first, range->count, -EBUSY);
	return kmem_drive_cancelled(drive) ?: remove_whole(drive, range);
}

static int remove_if_offline(struct kmem_drive *drive, struct kmem_range *range)
{
	return kmem_range_has_online(drive->region, range) ? 0 : remove_if_unwanted(drive, range);
}

static int add_if_missing(struct kmem_drive *drive, struct kmem_range *range)
{
	if (!is_wanted(drive, range) || kmem_range_is_present(drive->region, range))
		return 0;
	return kmem_drive_cancelled(drive) ?: add_whole(drive, range);
}

static int each_range(struct kmem_drive *drive,
		      int (*step)(struct kmem_drive *drive, struct kmem_range *range))
{
	unsigned int i;
	int err, first_err = 0;

	for (i = 0; i < drive->region->nr_ranges && !kmem_drive_is_over(drive, first_err); i++) {
		err = step(drive, &drive->region->ranges[i]);
		first_err = first_err ?: err;
	}

	return first_err;
}

static int remove_unwanted(struct kmem_drive *drive)
{
	return each_range(drive, remove_if_unwanted);
}

static int add_missing(struct kmem_drive *drive)
{
	return each_range(drive, add_if_missing);
}

/*
 * Blocks that were added just now are new devices, so this comes before each
 * step. @err is what the steps before said.
 */
static int then(struct kmem_drive *drive, int err, int (*step)(struct kmem_drive *drive))
{
	int now;

	if (kmem_drive_is_over(drive, err))
		return err;

	now = kmem_blocks_find(drive->region, drive->blocks);
	if (now)
		kmem_drive_fail(drive, KMEM_STEP_FIND, 0, drive->region->counts.total, now);
	if (!kmem_drive_is_over(drive, now))
		now = step(drive) ?: now;
	return err ?: now;
}

/**
 * kmem_drive_all() - drive the blocks to what is wanted
 * @drive: the drive, begun
 *
 * Context: Process context, sleeps; the region claimed by this task.
 * Return: 0, or the negative errno of the first step that failed: what
 * kmem_block_switch(), kmem_range_reserve(), kmem_range_add() or
 * kmem_range_remove() returned, or the errno for @drive->cancelled. Unless it is
 * a best effort, what was done by then stays half-done: drive back.
 */
int kmem_drive_all(struct kmem_drive *drive)
{
	int err;

	err = then(drive, 0, kmem_offline_unwanted);
	err = then(drive, err, remove_unwanted);
	err = then(drive, err, add_missing);
	return then(drive, err, put_online);
}

/**
 * kmem_drive_add() - add the ranges that are wanted and absent, offline
 * @drive: the drive, begun
 *
 * Context: Process context, sleeps.
 * Return: 0 or the first failure's negative errno.
 */
int kmem_drive_add(struct kmem_drive *drive)
{
	return add_missing(drive);
}

/**
 * kmem_drive_online() - put those blocks online that are offline and wanted so
 * @drive: the drive, begun
 *
 * Context: Process context, sleeps.
 * Return: 0 or the first failure's negative errno.
 */
int kmem_drive_online(struct kmem_drive *drive)
{
	return then(drive, 0, put_online);
}

/**
 * kmem_drive_want() - want the same of all blocks
 * @drive: the drive
 * @wanted: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 */
void kmem_drive_want(struct kmem_drive *drive, u8 wanted)
{
	memset(drive->wanted, wanted, drive->region->counts.total);
}

/**
 * kmem_drive_want_absent() - want one range gone, and of the others what they were
 * @drive: the drive, @drive->before filled in
 * @range: the range
 */
void kmem_drive_want_absent(struct kmem_drive *drive, const struct kmem_range *range)
{
	memcpy(drive->wanted, drive->before, drive->region->counts.total);
	memset(drive->wanted + range->first, DAX_BLOCK_ABSENT, range->count);
}

static void begin(struct kmem_drive *drive, bool best_effort, const char *purpose)
{
	drive->best_effort = best_effort;
	drive->purpose = purpose;
	drive->last_gap = jiffies;
	drive->tried = KMEM_NO_BLOCK;
	drive->failure = (struct kmem_failure){};
}

/**
 * kmem_drive_begin() - begin a drive that ends with the first failure
 * @drive: the drive
 *
 * Context: Process context; the region's lock held.
 */
void kmem_drive_begin(struct kmem_drive *drive)
{
	begin(drive, false, NULL);
}

/**
 * kmem_drive_begin_best_effort() - begin a drive that does as much as it can
 * @drive: the drive
 * @purpose: see struct kmem_drive
 *
 * Context: Process context; the region's lock held.
 */
void kmem_drive_begin_best_effort(struct kmem_drive *drive, const char *purpose)
{
	begin(drive, true, purpose);
}

/**
 * kmem_drive_end() - let go of the blocks' devices, and of the addresses of absent ones
 * @drive: the drive
 *
 * Context: Process context; the region's lock held.
 */
void kmem_drive_end(struct kmem_drive *drive)
{
	struct kmem_region *region = drive->region;
	unsigned int i;

	for (i = 0; i < region->counts.total; i++)
		kmem_block_put(&drive->blocks[i]);
	for (i = 0; i < region->nr_ranges; i++)
		if (!kmem_range_is_present(region, &region->ranges[i]))
			kmem_range_release(region, &region->ranges[i]);
}

/**
 * kmem_drive_clear() - remove the ranges that are all offline
 * @drive: the drive
 * @purpose: see struct kmem_drive
 *
 * Nobody else can begin to put a block online meanwhile; remove_memory() refuses one that
 * is half-way.
 *
 * Context: Process context, sleeps; the region's lock held.
 */
void kmem_drive_clear(struct kmem_drive *drive, const char *purpose)
{
	kmem_guard_claim_now(drive->region);
	kmem_drive_want(drive, DAX_BLOCK_ABSENT);
	kmem_drive_begin_best_effort(drive, purpose);
	each_range(drive, remove_if_offline);
	kmem_drive_end(drive);
	kmem_guard_release(drive->region);
}

/**
 * kmem_drive_init() - get all that drives of a region will need
 * @drive: the drive
 * @region: the region, its blocks numbered
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int kmem_drive_init(struct kmem_drive *drive, struct kmem_region *region)
{
	unsigned int total = region->counts.total;

	drive->region = region;
	drive->blocks = kvcalloc(total, sizeof(*drive->blocks), GFP_KERNEL);
	drive->list = kvcalloc(total, sizeof(*drive->list), GFP_KERNEL);
	drive->sorted = kvcalloc(total, sizeof(*drive->sorted), GFP_KERNEL);
	drive->rank = kvcalloc(total, sizeof(*drive->rank), GFP_KERNEL);
	drive->wanted = kvcalloc(total, sizeof(*drive->wanted), GFP_KERNEL);
	drive->before = kvcalloc(total, sizeof(*drive->before), GFP_KERNEL);
	kmem_slice_init(&drive->slice);
	if (drive->blocks && drive->list && drive->sorted && drive->rank && drive->wanted &&
	    drive->before)
		return 0;

	kmem_drive_exit(drive);
	return -ENOMEM;
}

/**
 * kmem_drive_exit() - free it
 * @drive: the drive, ended; all zero is fine
 *
 * Context: Process context, sleeps.
 */
void kmem_drive_exit(struct kmem_drive *drive)
{
	kvfree(drive->blocks);
	kvfree(drive->list);
	kvfree(drive->sorted);
	kvfree(drive->rank);
	kvfree(drive->wanted);
	kvfree(drive->before);
	*drive = (struct kmem_drive){};
}
