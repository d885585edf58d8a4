/* SPDX-License-Identifier: GPL-2.0-only */
/* Drives a device's blocks from their current states to the wanted ones. */
#ifndef DAXPLUG_DRIVE_H
#define DAXPLUG_DRIVE_H

#include "block/hugepages.h"
#include "core/spans.h"
#include "job.h"
#include "slice.h"

struct kmem_memory;
struct memory_block;

/**
 * struct kmem_drive - the data for driving a device's blocks
 * @job: the current job
 * @memory: the memory
 * @blocks: the device of each block, with a reference, or NULL; kmem_drive_end() drops them
 * @states: scratch: a copy of the state of each block
 * @list: scratch: the numbers of the blocks to switch
 * @sorted: scratch for dax_order_offline_ranked()
 * @rank: the rank of each block in the order of going offline, an enum rank of offline.c
 * @wanted: the wanted state of each block, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 * @before: the former state of each block, an enum dax_block_state
 * @pools: the former sizes of the node's huge page pools
 * @slice: limits the time of each attempt to take a block offline
 *
 * Allocated together with the device's memory, so that no step of a transition allocates these
 * arrays. kmem_dev->lock protects all of it.
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
