// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/memory.h>
#include <linux/slab.h>

#include "blocks.h"
#include "core/order.h"
#include "drive.h"
#include "guard.h"
#include "region.h"

/*
 * The core's own sysfs files poll for the hotplug lock, 5 ms (two ticks or
 * three) apart. A gap now and then lets them find it free.
 */
#define GAP_EVERY_MS 250
#define GAP_MS 6

static bool is_online(u8 state)
{
	return state == DAX_BLOCK_KERNEL || state == DAX_BLOCK_MOVABLE;
}

static bool is_reached(u8 state, u8 wanted)
{
	return wanted == DAX_BLOCK_ONLINE_ANY ? is_online(state) : state == wanted;
}

static bool to_take_from_kernel_zone(u8 state, u8 wanted)
{
	return state == DAX_BLOCK_KERNEL && !is_reached(state, wanted);
}

static bool to_take_from_movable_zone(u8 state, u8 wanted)
{
	return state == DAX_BLOCK_MOVABLE && !is_reached(state, wanted);
}

static bool to_put_online(u8 state, u8 wanted)
{
	return state == DAX_BLOCK_OFFLINE && wanted > DAX_BLOCK_OFFLINE;
}

static bool to_remove(u8 state, u8 wanted)
{
	return state == DAX_BLOCK_OFFLINE && wanted == DAX_BLOCK_ABSENT;
}

static bool to_add(u8 state, u8 wanted)
{
	return state == DAX_BLOCK_ABSENT && wanted != DAX_BLOCK_ABSENT;
}

static u64 block_id(const struct kmem_drive *drive, unsigned int block)
{
	return div_u64(kmem_region_block_start(drive->region, block), memory_block_size_bytes());
}

/* Returns the error for the caller's convenience. */
static int fail(struct kmem_drive *drive, const char *step, unsigned int first, unsigned int count,
		int err)
{
	if (!drive->failure.count++) {
		drive->failure.step = step;
		drive->failure.block = first;
		drive->failure.err = err;
	}
	if (drive->purpose)
		dev_err(drive->region->dev,
			"%s: memory%llu to memory%llu, from %#llx, could not be %s (%pe)\n",
			drive->purpose, block_id(drive, first), block_id(drive, first + count - 1),
			kmem_region_block_start(drive->region, first), step, ERR_PTR(err));
	return err;
}

static int check_cancelled(const struct kmem_drive *drive)
{
	return drive->best_effort ? 0 : READ_ONCE(drive->cancelled);
}

static bool is_over(const struct kmem_drive *drive, int err)
{
	return err && !drive->best_effort;
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

static int switch_block(struct kmem_drive *drive, unsigned int block, u8 wanted)
{
	int err;

	if (!drive->blocks[block])
		return -ENODEV;

	do {
		err = check_cancelled(drive);
		if (err)
			return err;
		err = kmem_block_switch(drive->blocks[block], word_for(wanted));
	} while (err == -EAGAIN);

	/* The record knows better than an error that may mean "it is so already". */
	if (is_reached(kmem_guard_block(drive->region, block), wanted))
		return 0;
	return check_cancelled(drive) ?: err ?: -EIO;
}

static void leave_gap(struct kmem_drive *drive)
{
	if (time_before(jiffies, drive->last_gap + msecs_to_jiffies(GAP_EVERY_MS)))
		return;
	usleep_range(GAP_MS * USEC_PER_MSEC, 2 * GAP_MS * USEC_PER_MSEC);
	drive->last_gap = jiffies;
}

static unsigned int list_blocks(struct kmem_drive *drive, bool (*chosen)(u8 state, u8 wanted))
{
	unsigned int block, count = 0;

	for (block = 0; block < drive->region->counts.total; block++)
		if (chosen(kmem_guard_block(drive->region, block), drive->wanted[block]))
			drive->list[count++] = block;
	return count;
}

static int switch_to(struct kmem_drive *drive, unsigned int block, bool online)
{
	int err;

	leave_gap(drive);
	err = switch_block(drive, block, online ? drive->wanted[block] : DAX_BLOCK_OFFLINE);
	if (err)
		fail(drive, online ? "put online" : "taken offline", block, 1, err);
	return err;
}

static int take_offline_where(struct kmem_drive *drive, bool (*chosen)(u8 state, u8 wanted))
{
	unsigned int i, count = list_blocks(drive, chosen);
	int err, first_err = 0;

	for (i = 0; i < count && !is_over(drive, first_err); i++) {
		err = switch_to(drive, drive->list[dax_order_offline(count, i)], false);
		first_err = first_err ?: err;
	}

	return first_err;
}

/*
 * The order is one of a zone's blocks. Kernel zones come first: what cannot
 * go is more likely to be there, and then nothing has been moved in vain.
 */
static int take_offline(struct kmem_drive *drive)
{
	int err, first_err;

	first_err = take_offline_where(drive, to_take_from_kernel_zone);
	if (is_over(drive, first_err))
		return first_err;
	err = take_offline_where(drive, to_take_from_movable_zone);
	return first_err ?: err;
}

static int put_online(struct kmem_drive *drive)
{
	unsigned int i, count = list_blocks(drive, to_put_online);
	int err, first_err = 0;

	for (i = 0; i < count && !is_over(drive, first_err); i++) {
		err = switch_to(drive, drive->list[dax_order_online(count, i)], true);
		first_err = first_err ?: err;
	}

	return first_err;
}

typedef int (*run_fn)(struct kmem_drive *drive, struct kmem_range *range, unsigned int first,
		      unsigned int count);

/*
 * Calls a function for each run of consecutive chosen blocks in a range. The
 * core adds and removes a run in one go, far faster than block by block.
 */
static int for_each_run(struct kmem_drive *drive, struct kmem_range *range,
			bool (*chosen)(u8 state, u8 wanted), run_fn call)
{
	unsigned int block, end = range->first + range->count, first = range->first;
	int err, first_err = 0;

	for (block = range->first; block <= end; block++) {
		if (block < end &&
		    chosen(kmem_guard_block(drive->region, block), drive->wanted[block]))
			continue;
		err = block > first ? call(drive, range, first, block - first) : 0;
		first_err = first_err ?: err;
		if (is_over(drive, err))
			break;
		first = block + 1;
	}

	return first_err;
}

static int remove_run(struct kmem_drive *drive, struct kmem_range *range, unsigned int first,
		      unsigned int count)
{
	unsigned int i;
	int err;

	for (i = first; i < first + count; i++)
		kmem_block_put(&drive->blocks[i]);

	err = kmem_range_remove(drive->region, range, first, count);
	return err ? fail(drive, "removed", first, count, err) : 0;
}

static int add_run(struct kmem_drive *drive, struct kmem_range *range, unsigned int first,
		   unsigned int count)
{
	int err = check_cancelled(drive);

	if (err)
		return err;

	err = kmem_range_reserve(drive->region, range);
	if (err)
		return fail(drive, "reserved", first, count, err);

	err = kmem_range_add(drive->region, range, first, count);
	return err ? fail(drive, "added", first, count, err) : 0;
}

static bool is_absent(struct kmem_drive *drive, const struct kmem_range *range)
{
	unsigned int i;

	for (i = range->first; i < range->first + range->count; i++)
		if (kmem_guard_block(drive->region, i) != DAX_BLOCK_ABSENT)
			return false;
	return true;
}

static int each_range(struct kmem_drive *drive, bool (*chosen)(u8 state, u8 wanted), run_fn call)
{
	unsigned int i;
	int err, first_err = 0;

	for (i = 0; i < drive->region->nr_ranges && !is_over(drive, first_err); i++) {
		struct kmem_range *range = &drive->region->ranges[i];

		err = for_each_run(drive, range, chosen, call);
		first_err = first_err ?: err;
		if (is_absent(drive, range))
			kmem_range_release(drive->region, range);
	}

	return first_err;
}

static int remove_unwanted(struct kmem_drive *drive)
{
	return each_range(drive, to_remove, remove_run);
}

static int add_missing(struct kmem_drive *drive)
{
	return each_range(drive, to_add, add_run);
}

/* Blocks that were added just now are new devices, so this comes before each step. */
static int with_devices(struct kmem_drive *drive, int (*step)(struct kmem_drive *drive))
{
	int err = kmem_blocks_find(drive->region, drive->blocks);

	if (err)
		fail(drive, "found", 0, drive->region->counts.total, err);
	if (is_over(drive, err))
		return err;
	return step(drive) ?: err;
}

/**
 * kmem_drive_all() - drive the blocks to what is wanted
 * @drive: the drive, begun
 *
 * Context: Process context, sleeps; the region claimed by this task.
 * Return: 0, or the negative errno of the first step that failed: what
 * kmem_block_switch(), kmem_range_reserve(), kmem_range_add() or
 * kmem_range_remove() returned, or @drive->cancelled. Unless it is a best
 * effort, what was done by then stays half-done: drive back.
 */
int kmem_drive_all(struct kmem_drive *drive)
{
	int (*const steps[])(struct kmem_drive * drive) = {
		take_offline,
		remove_unwanted,
		add_missing,
		put_online,
	};
	unsigned int i;
	int err, first_err = 0;

	for (i = 0; i < ARRAY_SIZE(steps) && !is_over(drive, first_err); i++) {
		err = with_devices(drive, steps[i]);
		first_err = first_err ?: err;
	}

	return first_err;
}

/**
 * kmem_drive_add() - add the blocks that are wanted and absent, offline
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
	return with_devices(drive, put_online);
}

/**
 * kmem_drive_remove() - remove those blocks that are offline and wanted absent
 * @drive: the drive, begun
 *
 * Context: Process context, sleeps.
 * Return: 0 or the first failure's negative errno.
 */
int kmem_drive_remove(struct kmem_drive *drive)
{
	return remove_unwanted(drive);
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

static void begin(struct kmem_drive *drive, bool best_effort, const char *purpose)
{
	drive->best_effort = best_effort;
	drive->purpose = purpose;
	drive->last_gap = jiffies;
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
 * kmem_drive_end() - let go of the blocks' devices
 * @drive: the drive
 *
 * Context: Process context; the region's lock held.
 */
void kmem_drive_end(struct kmem_drive *drive)
{
	unsigned int i;

	for (i = 0; drive->blocks && i < drive->region->counts.total; i++)
		kmem_block_put(&drive->blocks[i]);
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
	drive->wanted = kvcalloc(total, sizeof(*drive->wanted), GFP_KERNEL);
	drive->before = kvcalloc(total, sizeof(*drive->before), GFP_KERNEL);
	if (drive->blocks && drive->list && drive->wanted && drive->before)
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
	kvfree(drive->wanted);
	kvfree(drive->before);
	*drive = (struct kmem_drive){};
}
