/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_DEVICE_H
#define DAXPLUG_DEVICE_H

#include <limits.h>

#include "core/state.h"
#include "libdaxplug.h"
#include "system.h"

#define DEVICE_NAME_SIZE 32
#define ZONE_NAME_SIZE 16
#define MOST_SERIALS 16

/*
 * More ranges than any device has, and few enough that a corrupt file does no
 * harm.
 */
#define MOST_RANGES 4096
#define MOST_BLOCKS (1U << 20)

/**
 * struct range - a range of physical addresses
 * @start: its first address
 * @end: its last address
 * @page_offset: its offset in the device, in pages
 */
struct range {
	uint64_t start;
	uint64_t end;
	uint64_t page_offset;
};

/**
 * struct block - a memory block of a device
 * @number: N of memoryN
 * @state: an enum daxplug_block_state
 * @err: 0, or the negative errno for which the state or the zone is unknown
 * @use: the fraction in use, in 1/10000; -1 if unknown
 * @zone: the zone that it is online in, or empty
 */
struct block {
	uint64_t number;
	uint8_t state;
	int16_t err;
	int16_t use;
	char zone[ZONE_NAME_SIZE];
};

/**
 * struct driver_words - the files of daxplug's driver in kmem/; -1 if unknown
 * @guard_error: 0, or the negative errno for which the guard is unknown
 * @timeout_error: 0, or the negative errno for which the timeout is unknown
 */
struct driver_words {
	int64_t guard;
	int guard_error;
	int64_t timeout;
	int timeout_error;
	int64_t last_duration;
	int64_t done;
	int64_t failed;
	int64_t cancelled;
	int64_t refusals;
	int64_t pages_poisoned;
	char last_failure[320];
};

/**
 * struct identity - the parents of a device, by names that do not change
 * @uuid_error: 0, or the negative errno for which the UUID is unknown
 * @serials_error: 0, or the negative errno for which a serial number may be missing
 */
struct identity {
	char namespace[64];
	char uuid[40];
	int uuid_error;
	uint64_t serials[MOST_SERIALS];
	unsigned int serial_count;
	int serials_error;
};

/**
 * struct rating - the kernel's rating of the device's node; -1 if unknown
 */
struct rating {
	int distance;
	int64_t read_bandwidth;
	int64_t write_bandwidth;
	int64_t read_latency;
	int64_t write_latency;
};

/**
 * struct daxplug_device - a device, as it was when last read
 * @daxplug: its handle
 * @refs: number of references, including the list's
 * @listed: whether it is in the handle's list
 * @index: its index in that list
 * @name: such as dax0.0
 * @inode: that of its directory, which a later device of that name does not have; 0 if unknown
 * @place_error: 0, or the negative errno for which its kind and parent are unknown
 * @word: the word in its state file, if it has one
 * @node_known: whether @target_node could be read
 * @ranges: its physical ranges, by ascending address, @range_count of them
 * @blocks: its memory blocks, by ascending address, @counts.total of them
 * @unknown: number of blocks whose state or zone is unknown
 *
 * The other members are as the public functions describe them.
 */
struct daxplug_device {
	struct daxplug *daxplug;
	unsigned int refs;
	bool listed;
	unsigned int index;
	char name[DEVICE_NAME_SIZE];
	ino_t inode;
	unsigned int region;
	unsigned int instance;
	char region_name[64];
	char driver[32];
	int place_error;
	enum daxplug_kind kind;
	enum daxplug_mode mode;
	enum daxplug_backend backend;
	enum daxplug_state state;
	enum daxplug_state word;
	uint64_t size;
	uint64_t align;
	bool node_known;
	int target_node;
	int numa_node;
	int tier;
	int64_t memmap_wanted;
	int memmap_error;
	struct identity identity;
	struct rating rating;
	struct driver_words words;
	struct range *ranges;
	unsigned int range_count;
	struct block *blocks;
	struct dax_block_counts counts;
	unsigned int unknown;
};

int device_new(struct daxplug *daxplug, const char *name, struct daxplug_device **device);
void device_unlist(struct daxplug_device *device);
int device_find(struct daxplug_device *device);
int device_read(struct daxplug_device *device);
const char *device_gone(const struct daxplug_device *device);
void device_forget(struct daxplug_device *device);
void device_path(const struct daxplug_device *device, const char *attribute, char *path);
int64_t device_read_count(const struct daxplug_device *device, const char *attribute);
int device_read_setting(const struct daxplug_device *device, const char *attribute, int64_t *value);

int ranges_read(struct daxplug_device *device);
int blocks_find(struct daxplug_device *device);
int blocks_read(struct daxplug_device *device);
void block_path(const struct block *block, const char *attribute, char *path);
enum daxplug_block_state block_read(const struct daxplug *daxplug, struct block *block);
bool block_is_online(enum daxplug_block_state state);
bool block_is(enum daxplug_block_state state, enum daxplug_state of_device);
enum daxplug_backend backend_of(const struct daxplug_device *device);
void identity_read(struct daxplug_device *device);
void rating_read(struct daxplug_device *device);
void words_read(struct daxplug_device *device);
int64_t words_sum(const struct daxplug_device *device, const char *attribute);
int memmap_in_effect(const struct daxplug_device *device);
int badblocks_size(const struct daxplug_device *device, uint64_t *bytes);
int badblocks_can_report(const struct daxplug *daxplug);
int badblocks_report(const struct daxplug_device *device);

#endif /* DAXPLUG_DEVICE_H */
