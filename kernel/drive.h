/* SPDX-License-Identifier: GPL-2.0-only */
/* Driving a region's blocks from what they are to what they should be. */
#ifndef DAXPLUG_DRIVE_H
#define DAXPLUG_DRIVE_H

#include <linux/ktime.h>
#include <linux/types.h>

#include "cause.h"
#include "core/state.h"
#include "slice.h"

struct kmem_range;
struct kmem_region;
struct memory_block;

/* What a block can be wanted as beside what it can be: online, the kernel choosing the zone. */
#define DAX_BLOCK_ONLINE_ANY (DAX_BLOCK_MOVABLE + 1)

/**
 * enum kmem_step - what a drive does with blocks, one after the other
 * @KMEM_STEP_NONE: nothing
 * @KMEM_STEP_FIND: find their devices
 * @KMEM_STEP_OFFLINE: take one offline
 * @KMEM_STEP_REMOVE: remove some from the system
 * @KMEM_STEP_RESERVE: reserve their addresses
 * @KMEM_STEP_ADD: add some to the system
 * @KMEM_STEP_ONLINE: put one online
 */
enum kmem_step {
	KMEM_STEP_NONE,
	KMEM_STEP_FIND,
	KMEM_STEP_OFFLINE,
	KMEM_STEP_REMOVE,
	KMEM_STEP_RESERVE,
	KMEM_STEP_ADD,
	KMEM_STEP_ONLINE,
};

/**
 * struct kmem_failure - the first step of a drive that went wrong
 * @step: the step, KMEM_STEP_NONE if none went wrong
 * @block: the block
 * @err: the negative errno
 * @cause: why, as far as could be found out
 * @pfn: the page that was the cause, or 0
 * @count: how many steps went wrong
 */
struct kmem_failure {
	enum kmem_step step;
	unsigned int block;
	int err;
	enum kmem_cause cause;
	unsigned long pfn;
	unsigned int count;
};

#define KMEM_NO_BLOCK UINT_MAX

/**
 * struct kmem_times - where the time of a transition went, all in µs
 * @core_us: in the core's functions that switch a block, add or remove a range, the wait
 *	for the hotplug locks included
 * @longest_us: the longest that one of these took
 * @gaps_us: in gaps for others
 */
struct kmem_times {
	s64 core_us;
	s64 longest_us;
	s64 gaps_us;
};

/**
 * struct kmem_drive - how a region's blocks are driven
 * @region: the region
 * @blocks: the devices of the blocks, as far as they were found
 * @list: room for the number of every block
 * @sorted: room for it once more
 * @rank: when each block's turn is on the way offline, offline.c knows how
 * @wanted: what each block should be, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY each
 * @before: what each block was, an enum dax_block_state each
 * @purpose: what it is for, as a word in the log, where each failure is logged as it
 *	comes; NULL where the caller reports the first one
 * @best_effort: go on after a failure, and whatever @cancelled says
 * @cancelled: KMEM_CAUSE_NONE, or why to end
 * @slice: ends the attempt at a block that takes too long
 * @tried: the block that was switched last, or KMEM_NO_BLOCK
 * @times: where the time of the transition went
 * @last_gap: when it last left others the hotplug lock, in jiffies
 * @failure: what went wrong
 *
 * A region has one, made with it, so that nothing can fail for want of memory
 * half-way. It is used under the region's lock.
 */
struct kmem_drive {
	struct kmem_region *region;
	struct memory_block **blocks;
	unsigned int *list;
	unsigned int *sorted;
	u8 *rank;
	u8 *wanted;
	u8 *before;
	const char *purpose;
	bool best_effort;
	enum kmem_cause cancelled;
	struct kmem_slice slice;
	unsigned int tried;
	struct kmem_times times;
	unsigned long last_gap;
	struct kmem_failure failure;
};

const char *kmem_step_text(enum kmem_step step);
int kmem_drive_fail(struct kmem_drive *drive, enum kmem_step step, unsigned int first,
		    unsigned int count, int err);
s64 kmem_drive_count_core(struct kmem_drive *drive, ktime_t begin);
int kmem_drive_cancelled(const struct kmem_drive *drive);
bool kmem_drive_is_over(const struct kmem_drive *drive, int err);
bool kmem_drive_is_reached(u8 state, u8 wanted);
u8 kmem_drive_block_for(enum dax_state state);

int kmem_drive_init(struct kmem_drive *drive, struct kmem_region *region);
void kmem_drive_exit(struct kmem_drive *drive);
void kmem_drive_want(struct kmem_drive *drive, u8 wanted);
void kmem_drive_want_absent(struct kmem_drive *drive, const struct kmem_range *range);

void kmem_drive_begin(struct kmem_drive *drive);
void kmem_drive_begin_best_effort(struct kmem_drive *drive, const char *purpose);
void kmem_drive_end(struct kmem_drive *drive);

int kmem_drive_all(struct kmem_drive *drive);
int kmem_drive_add(struct kmem_drive *drive);
int kmem_drive_online(struct kmem_drive *drive);
void kmem_drive_clear(struct kmem_drive *drive, const char *purpose);

#endif /* DAXPLUG_DRIVE_H */
