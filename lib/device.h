/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_DEVICE_H
#define DAXPLUG_DEVICE_H

#include <limits.h>

#include "core/state.h"
#include "libdaxplug.h"
#include "system.h"

#define DEVICE_NAME_SIZE 32
#define ZONE_NAME_SIZE 16

/* More than anybody has, and few enough for nonsense to do no harm. */
#define MOST_RANGES 4096
#define MOST_BLOCKS (1U << 20)

/**
 * struct range - a range of physical addresses
 * @start: its first address
 * @end: its last
 * @page_offset: where it lies in the device, in pages
 */
struct range {
	uint64_t start;
	uint64_t end;
	uint64_t page_offset;
};

/**
 * struct block - a memory block of a device
 * @number: N of memoryN
 * @state: an enum dax_block_state
 * @use: how much of it is in use, in 1/10000; -1 if not known
 * @must_move: how much would have to move on an unplug, in 1/10000: what is in
 *	use and not just cached from a file; -1 if not known
 * @zone: the zone that it is online in, or empty
 */
struct block {
	uint64_t number;
	uint8_t state;
	int16_t use;
	int16_t must_move;
	char zone[ZONE_NAME_SIZE];
};

/**
 * struct daxplug_device - a device, as it was when last read
 * @daxplug: its handle
 * @index: its place among the handle's devices
 * @name: such as dax0.0
 * @word: what its state file says, if it has one
 * @ranges: where its memory lies, by ascending address, @range_count of them
 * @blocks: its memory blocks, by ascending address, @counts.total of them
 *
 * The others are what the public functions say.
 */
struct daxplug_device {
	struct daxplug *daxplug;
	unsigned int index;
	char name[DEVICE_NAME_SIZE];
	unsigned int region;
	unsigned int instance;
	char region_name[64];
	enum daxplug_kind kind;
	enum daxplug_mode mode;
	enum daxplug_backend backend;
	enum daxplug_state state;
	enum daxplug_state word;
	uint64_t size;
	uint64_t align;
	int target_node;
	int numa_node;
	int tier;
	int memmap_on_memory;
	struct range *ranges;
	unsigned int range_count;
	struct block *blocks;
	struct dax_block_counts counts;
};

int device_new(struct daxplug *daxplug, const char *name, struct daxplug_device **device);
void device_free(struct daxplug_device *device);
int device_read(struct daxplug_device *device);
void device_path(const struct daxplug_device *device, const char *attribute, char *path);

int ranges_read(struct daxplug_device *device);
int blocks_find(struct daxplug_device *device);
int blocks_read(struct daxplug_device *device);
void block_path(const struct block *block, const char *attribute, char *path);
enum dax_block_state block_read(const struct daxplug *daxplug, struct block *block);
enum daxplug_backend backend_of(const struct daxplug_device *device);

#endif /* DAXPLUG_DEVICE_H */
