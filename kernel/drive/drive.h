/* SPDX-License-Identifier: GPL-2.0-only */
/* Driving a device's blocks from their present states to the wanted ones. */
#ifndef DAXPLUG_DRIVE_H
#define DAXPLUG_DRIVE_H

#include "block/hugepages.h"
#include "core/spans.h"
#include "job.h"
#include "slice.h"

struct kmem_memory;
struct memory_block;

/**
 * struct kmem_drive - everything that a drive of a device's blocks needs
 * @job: the drive that is under way
 * @memory: the memory
 * @blocks: the devices of the blocks, as far as they were found
 * @states: room for the state of each block
 * @list: room for the number of each block
 * @sorted: room for them once more
 * @rank: when each block goes offline, an enum rank of offline.c each
 * @wanted: the wanted state of each block, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 * @before: the former state of each block, an enum dax_block_state
 * @pools: the former pools of huge pages of the node
 * @slice: ends the attempt at a block that takes too long
 *
 * Made with the device's memory, so that no step can fail half-way for want of memory.
 * kmem_dev->lock protects all of it.
 */
struct kmem_drive {
	struct kmem_job job;
	struct kmem_memory *memory;
	struct memory_block **blocks;
	u8 *states;
	unsigned int *list;
	unsigned int *sorted;
	u8 *rank;
	u8 *wanted;
	u8 *before;
	struct kmem_pools pools;
	struct kmem_slice slice;
};

int kmem_drive_create(struct kmem_drive *drive, struct kmem_memory *memory,
		      struct kmem_lifecycle *lifecycle);
void kmem_drive_destroy(struct kmem_drive *drive);

void kmem_drive_want(struct kmem_drive *drive, unsigned int wanted);
void kmem_drive_want_absent(struct kmem_drive *drive, const struct dax_span *span);
void kmem_drive_want_back(struct kmem_drive *drive);

int kmem_drive_all(struct kmem_drive *drive);
int kmem_drive_add(struct kmem_drive *drive);
int kmem_drive_online(struct kmem_drive *drive);
void kmem_drive_clear(struct kmem_drive *drive, const char *purpose);
void kmem_drive_end(struct kmem_drive *drive);

#endif /* DAXPLUG_DRIVE_H */
