/* SPDX-License-Identifier: GPL-2.0-only */
/* Driving a region's blocks from what they are to what they should be. */
#ifndef DAXPLUG_DRIVE_H
#define DAXPLUG_DRIVE_H

#include <linux/types.h>

#include "core/state.h"

struct kmem_region;
struct memory_block;

/* What a block can be wanted as beside what it can be: online, the kernel choosing the zone. */
#define DAX_BLOCK_ONLINE_ANY (DAX_BLOCK_MOVABLE + 1)

/**
 * struct kmem_failure - the first step of a drive that went wrong
 * @step: what it was to do, or NULL if none went wrong
 * @block: the block
 * @err: the negative errno
 * @count: how many steps went wrong
 */
struct kmem_failure {
	const char *step;
	unsigned int block;
	int err;
	unsigned int count;
};

/**
 * struct kmem_drive - how a region's blocks are driven
 * @region: the region
 * @blocks: the devices of the blocks, as far as they were found
 * @list: room for the number of every block
 * @wanted: what each block should be, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY each
 * @before: what each block was, an enum dax_block_state each
 * @purpose: what it is for, as a word in the log, where each failure is logged as it
 *	comes; NULL where the caller reports the first one
 * @best_effort: go on after a failure, and whatever @cancelled says
 * @cancelled: 0, or the negative errno to end with
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
	u8 *wanted;
	u8 *before;
	const char *purpose;
	bool best_effort;
	int cancelled;
	unsigned long last_gap;
	struct kmem_failure failure;
};

int kmem_drive_init(struct kmem_drive *drive, struct kmem_region *region);
void kmem_drive_exit(struct kmem_drive *drive);
void kmem_drive_want(struct kmem_drive *drive, u8 wanted);

void kmem_drive_begin(struct kmem_drive *drive);
void kmem_drive_begin_best_effort(struct kmem_drive *drive, const char *purpose);
void kmem_drive_end(struct kmem_drive *drive);

int kmem_drive_all(struct kmem_drive *drive);
int kmem_drive_add(struct kmem_drive *drive);
int kmem_drive_online(struct kmem_drive *drive);
int kmem_drive_remove(struct kmem_drive *drive);

#endif /* DAXPLUG_DRIVE_H */
