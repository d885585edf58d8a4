// SPDX-License-Identifier: LGPL-2.1-or-later
/* The memory blocks of a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "handle.h"

/* The blocks that lie in a range as a whole; the kernel adds no others. */
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
 * blocks_find() - which memory blocks a device has
 * @device: the device, its ranges read; its blocks are replaced, by absent ones
 *
 * Return: 0, also if nothing is known of them; -ENOMEM.
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
	snprintf(path, SYSFS_PATH_SIZE, MEMORY_BLOCKS "/memory%llu/%s",
		 (unsigned long long)block->number, attribute);
}

/*
 * Of a block that is online: its zone, or "none" if it lies in several. For one that is
 * going offline the kernel lists all zones that it could be in, likely its own first.
 */
static enum dax_block_state read_zone(const struct daxplug *daxplug, struct block *block)
{
	char path[SYSFS_PATH_SIZE], zones[64];

	block_path(block, "valid_zones", path);
	if (sysfs_read(daxplug, path, zones, sizeof(zones)))
		return DAX_BLOCK_KERNEL;
	zones[strcspn(zones, " ")] = '\0';
	snprintf(block->zone, sizeof(block->zone), "%.*s", (int)sizeof(block->zone) - 1, zones);
	return strcmp(zones, "Movable") ? DAX_BLOCK_KERNEL : DAX_BLOCK_MOVABLE;
}

/* As block_read(); or a negative errno if it cannot be told now. */
static int read_block(const struct daxplug *daxplug, struct block *block)
{
	char path[SYSFS_PATH_SIZE], state[32];
	int err;

	block->zone[0] = '\0';
	block_path(block, "state", path);
	err = sysfs_read(daxplug, path, state, sizeof(state));
	if (sysfs_is_short(err))
		return err;
	if (err)
		return DAX_BLOCK_ABSENT;
	if (!strcmp(state, "offline"))
		return DAX_BLOCK_OFFLINE;
	return read_zone(daxplug, block);
}

/**
 * block_read() - what a block is now
 * @daxplug: the handle
 * @block: the block; its zone is replaced, its state is not touched
 *
 * A block that is going offline has not got there yet.
 *
 * Return: its state.
 */
enum dax_block_state block_read(const struct daxplug *daxplug, struct block *block)
{
	int state = read_block(daxplug, block);

	return state < 0 ? DAX_BLOCK_ABSENT : (enum dax_block_state)state;
}

/**
 * blocks_read() - what all blocks of a device are now
 * @device: the device, its blocks found
 *
 * Return: 0; -EMFILE, -ENFILE or -ENOMEM if that cannot be told now.
 */
int blocks_read(struct daxplug_device *device)
{
	unsigned int total = device->counts.total, i;
	int state;

	device->counts = (struct dax_block_counts){ .total = total };
	for (i = 0; i < total; i++) {
		struct block *block = &device->blocks[i];

		block->use = -1;
		block->must_move = -1;
		state = read_block(device->daxplug, block);
		if (state < 0)
			return state;
		block->state = state;
		dax_block_count(&device->counts, block->state, 1);
	}

	return 0;
}

uint64_t daxplug_device_block_size(const struct daxplug_device *device)
{
	return device->daxplug->block_size;
}

unsigned int daxplug_device_blocks(const struct daxplug_device *device)
{
	return device->counts.total;
}

unsigned int daxplug_device_blocks_present(const struct daxplug_device *device)
{
	return device->counts.present;
}

unsigned int daxplug_device_blocks_online(const struct daxplug_device *device)
{
	return device->counts.online;
}

unsigned int daxplug_device_blocks_movable(const struct daxplug_device *device)
{
	return device->counts.movable;
}

uint64_t daxplug_block_number(const struct daxplug_device *device, unsigned int block)
{
	return device->blocks[block].number;
}

enum daxplug_block_state daxplug_block_state(const struct daxplug_device *device,
					     unsigned int block)
{
	return (enum daxplug_block_state)device->blocks[block].state;
}

const char *daxplug_block_zone(const struct daxplug_device *device, unsigned int block)
{
	return device->blocks[block].zone;
}

int daxplug_block_use(const struct daxplug_device *device, unsigned int block)
{
	int use = device->blocks[block].use;

	return use < 0 ? -1 : (use + 99) / 100;
}
