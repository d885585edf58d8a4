// SPDX-License-Identifier: LGPL-2.1-or-later
/* The memory blocks of a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "handle.h"

/* Counts the whole blocks of a range; the kernel adds no others. */
static uint64_t whole_blocks(const struct range *range, uint64_t size, uint64_t *first)
{
	uint64_t end = range->end / size + (range->end % size == size - 1);

	*first = range->start / size + (range->start % size != 0);
	return end > *first ? end - *first : 0;
}

static uint64_t count_blocks(const struct daxplug_device *device)
{
	uint64_t count = 0, first;
	unsigned int i;

	for (i = 0; i < device->range_count; i++) {
		count += whole_blocks(&device->ranges[i], device->daxplug->block_size, &first);
		if (count > MOST_BLOCKS)
			return 0;
	}

	return count;
}

static void fill(struct daxplug_device *device)
{
	struct block *block = device->blocks;
	uint64_t first, count, j;
	unsigned int i;

	for (i = 0; i < device->range_count; i++) {
		count = whole_blocks(&device->ranges[i], device->daxplug->block_size, &first);
		for (j = 0; j < count; j++)
			*block++ = (struct block){ .number = first + j };
	}
}

/**
 * blocks_find() - find the memory blocks of a device
 * @device: the device, its ranges read; its blocks are replaced by absent ones
 *
 * Return: 0, also if nothing is known about them; -ENOMEM.
 */
int blocks_find(struct daxplug_device *device)
{
	uint64_t count = device->daxplug->block_size ? count_blocks(device) : 0;

	free(device->blocks);
	device->counts = (struct dax_block_counts){ 0 };
	device->blocks = NULL;
	if (!count)
		return 0;

	device->blocks = calloc(count, sizeof(*device->blocks));
	if (!device->blocks)
		return -ENOMEM;
	fill(device);
	device->counts.total = count;
	return 0;
}

/* The path of an attribute of a block, relative to the root. */
void block_path(const struct block *block, const char *attribute, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, MEMORY_BLOCKS "/memory%llu%s%s",
		 (unsigned long long)block->number, *attribute ? "/" : "", attribute);
}

/* Keeps the errno for a message about the block. */
static enum daxplug_block_state unknown(struct block *block, int err)
{
	block->err = err;
	return DAXPLUG_BLOCK_UNKNOWN;
}

/* A block is absent only if the kernel has no directory for it. */
static enum daxplug_block_state read_absence(const struct daxplug *daxplug, struct block *block,
					     int err)
{
	char path[SYSFS_PATH_SIZE];
	int found;

	block_path(block, "", path);
	found = sysfs_find(daxplug, path);
	if (found == -ENOENT)
		return DAXPLUG_BLOCK_ABSENT;
	return unknown(block, found ? found : err);
}

/* Reads the zone of an online block; the kernel prints "none" if it lies in several zones. */
static enum daxplug_block_state read_zone(const struct daxplug *daxplug, struct block *block)
{
	char path[SYSFS_PATH_SIZE], zones[64];

	block_path(block, "valid_zones", path);
	block->err = sysfs_read(daxplug, path, zones, sizeof(zones));
	/* The kernel prints a list for a block that is being switched. */
	if (!block->err && (!*zones || strchr(zones, ' ') || strlen(zones) >= ZONE_NAME_SIZE))
		block->err = -EAGAIN;
	if (block->err)
		return DAXPLUG_BLOCK_ONLINE;
	strcpy(block->zone, zones);
	return strcmp(zones, "Movable") ? DAXPLUG_BLOCK_KERNEL : DAXPLUG_BLOCK_MOVABLE;
}

/**
 * block_read() - read the state of a block
 * @daxplug: the handle
 * @block: the block; its zone and error are replaced, its state is unchanged
 *
 * A block that is going offline counts as online, in an unknown zone.
 *
 * Return: its state.
 */
enum daxplug_block_state block_read(const struct daxplug *daxplug, struct block *block)
{
	char path[SYSFS_PATH_SIZE], state[32];
	int err;

	block->zone[0] = '\0';
	block->err = 0;
	block_path(block, "state", path);
	err = sysfs_read(daxplug, path, state, sizeof(state));
	if (err)
		return read_absence(daxplug, block, err);
	if (!strcmp(state, "offline"))
		return DAXPLUG_BLOCK_OFFLINE;
	if (!strcmp(state, "online"))
		return read_zone(daxplug, block);
	if (strcmp(state, "going-offline"))
		return unknown(block, -EINVAL);
	block->err = -EAGAIN;
	return DAXPLUG_BLOCK_ONLINE;
}

bool block_is_online(enum daxplug_block_state state)
{
	return state >= DAXPLUG_BLOCK_ONLINE;
}

/* Whether a block is known to be as in a device of that state; any zone will do for ONLINE. */
bool block_is(enum daxplug_block_state state, enum daxplug_state of_device)
{
	switch (of_device) {
	case DAXPLUG_STATE_UNPLUGGED:
		return state == DAXPLUG_BLOCK_ABSENT;
	case DAXPLUG_STATE_ONLINE_KERNEL:
		return state == DAXPLUG_BLOCK_KERNEL;
	case DAXPLUG_STATE_ONLINE_MOVABLE:
		return state == DAXPLUG_BLOCK_MOVABLE;
	default:
		return block_is_online(state);
	}
}

static void count(struct daxplug_device *device, enum daxplug_block_state state)
{
	struct dax_block_counts *counts = &device->counts;

	counts->present += state >= DAXPLUG_BLOCK_OFFLINE;
	counts->online += block_is_online(state);
	counts->movable += state == DAXPLUG_BLOCK_MOVABLE;
	device->unknown += state == DAXPLUG_BLOCK_UNKNOWN || state == DAXPLUG_BLOCK_ONLINE;
}

/* Reads the counts of daxplug's driver: three files instead of two for each block. */
static bool read_counts(struct daxplug_device *device)
{
	int64_t present = device_read_count(device, "kmem/blocks_present");
	int64_t online = device_read_count(device, "kmem/blocks_online");
	int64_t movable = device_read_count(device, "kmem/blocks_movable");

	if (present < 0 || online < 0 || movable < 0)
		return false;
	device->counts.present = present;
	device->counts.online = online;
	device->counts.movable = movable;
	return true;
}

/**
 * blocks_read() - read the states of all blocks of a device
 * @device: the device, its blocks found
 *
 * Return: 0; -EMFILE, -ENFILE or -ENOMEM if they cannot be read now.
 */
int blocks_read(struct daxplug_device *device)
{
	unsigned int total = device->counts.total, i;

	device->counts = (struct dax_block_counts){ .total = total };
	device->unknown = 0;
	if (device->daxplug->brief && read_counts(device))
		return 0;
	for (i = 0; i < total; i++) {
		struct block *block = &device->blocks[i];

		block->use = -1;
		block->state = block_read(device->daxplug, block);
		if (sysfs_is_short(block->err))
			return block->err;
		count(device, block->state);
	}

	return 0;
}
