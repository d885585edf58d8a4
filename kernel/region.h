/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A region: the memory of one DAX device, as whole memory blocks. It is made
 * when a device is bound and lives as long as any of its blocks is present,
 * so it may outlive the device.
 */
#ifndef DAXPLUG_REGION_H
#define DAXPLUG_REGION_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/memory.h>
#include <linux/mutex.h>
#include <linux/range.h>

#include "core/state.h"
#include "drive.h"
#include "guard.h"
#include "stats.h"

struct dev_dax;
struct kmem_transition;

/**
 * struct kmem_range - one range of a region, whole memory blocks only
 * @span: its physical addresses
 * @mapping: its number among the device's ranges, for messages
 * @first: number of its first block; blocks count up with the address, over all ranges
 * @count: how many blocks it has
 * @reserved: its reservation in the iomem tree, from before its blocks are added until
 *	they are gone for good; of what was taken over or found, only from its removal on
 * @dir: its directory in stranded/, NULL: it has none; under kmem_guard_lock
 */
struct kmem_range {
	struct range span;
	unsigned int mapping;
	unsigned int first;
	unsigned int count;
	struct resource *reserved;
	struct kobject *dir;
};

/**
 * struct kmem_region - the memory of one DAX device
 * @users: the guard's list, who reclaims a range of it, and who lets go of it
 * @lock: held through bind, unbind, a sweep and a whole transition
 * @dev: the device bound to it, NULL when stranded; changes under kmem_guard_lock, to
 *	a device under adoption.c's regions_lock as well
 * @behind: the directory in sysfs of the device behind the DAX region, NULL if that is
 *	not known; held, so that it can be told whether the device went away, without
 *	holding the device, or its name
 * @name: the name of the device that is bound to it, or was last; of memory that was
 *	found, START-END
 * @nid: the node
 * @mgid: the memory group
 * @type: the memory type of the node
 * @found: found in the system without a device; equipped only for being reclaimed
 * @memmap_on_memory: whether the device wishes its page structs to go to its own blocks
 * @drive: what moves its blocks
 * @stats: what happened to it so far
 * @timeout_ms: after how long a transition is cancelled, in ms; 0: never; written
 *	and read without a lock
 * @state_file: the state attribute's node, once somebody has read it: who polls has
 * @node: in the guard's list of regions; this and all up to @blocks under
 *	kmem_guard_lock, but for what is said of @consent and @policy
 * @counts: @blocks, counted; the total never changes
 * @whole_online: as dax_state_of() has it: since a transition, or since bind by a default
 * @pinned: a reference to this module is held because blocks are online
 * @closing: the device is being unbound, no transition may begin
 * @in_flight: a task that is not @actor is half-way through switching a block; who
 *	waits for its end reads it without the lock
 * @actor: the one task that may switch blocks, NULL: anybody may
 * @guarded: nobody else may switch blocks, transition or not
 * @consent: how far the notifiers came with the switch that @actor is making; written
 *	and read by @actor only, also without the lock
 * @adding: the task that is adding blocks, and must not online them on the way
 * @added: the range that they are, or NULL
 * @heeds_policy: at bind that policy is carried out, rather than a default state
 * @policy: what the system's policy would have made of what was added last, an
 *	enum dax_block_state or DAX_BLOCK_ONLINE_ANY, at bind replaced by the default
 *	state, if there is one; under @lock
 * @transition: the one under way, or NULL
 * @blocks: what each block is, an enum dax_block_state each
 * @nr_ranges: how many ranges
 * @ranges: by ascending address
 */
struct kmem_region {
	struct kref users;
	struct mutex lock; /* bind, unbind, transitions */
	struct device *dev;
	struct kernfs_node *behind;
	const char *name;
	int nid;
	int mgid;
	struct memory_dev_type *type;
	bool found;
	bool memmap_on_memory;
	struct kmem_drive drive;
	struct kmem_stats stats;
	unsigned int timeout_ms;
	struct kernfs_node *state_file;

	struct list_head node;
	struct dax_block_counts counts;
	bool whole_online;
	bool pinned;
	bool closing;
	bool in_flight;
	struct task_struct *actor;
	bool guarded;
	enum kmem_consent consent;
	struct task_struct *adding;
	const struct kmem_range *added;
	bool heeds_policy;
	u8 policy;
	struct kmem_transition *transition;
	u8 *blocks;

	unsigned int nr_ranges;
	struct kmem_range ranges[];
};

struct kmem_region *kmem_region_create(struct dev_dax *dev_dax);
struct kmem_region *kmem_region_create_found(const struct range *span);
int kmem_region_equip(struct kmem_region *region);
int kmem_region_rename(struct kmem_region *region);
void kmem_region_get(struct kmem_region *region);
void kmem_region_put(struct kmem_region *region);
__printf(3, 4) void kmem_region_log(const struct kmem_region *region, int level, const char *format,
				    ...);
const char *kmem_region_name(const struct kmem_region *region);
bool kmem_region_same_ranges(const struct kmem_region *a, const struct kmem_region *b);
const struct kmem_range *kmem_region_overlap(const struct kmem_region *a,
					     const struct kmem_region *b);
bool kmem_region_block_at(const struct kmem_region *region, u64 address, unsigned int *block);
u64 kmem_region_block_start(const struct kmem_region *region, unsigned int block);
u64 kmem_region_block_id(const struct kmem_region *region, unsigned int block);

bool kmem_range_is_present(const struct kmem_region *region, const struct kmem_range *range);
bool kmem_range_has_online(const struct kmem_region *region, const struct kmem_range *range);
int kmem_range_reserve(struct kmem_region *region, struct kmem_range *range);
void kmem_range_release(struct kmem_region *region, struct kmem_range *range);
int kmem_range_add(struct kmem_region *region, struct kmem_range *range);
int kmem_range_remove(struct kmem_region *region, struct kmem_range *range);

int kmem_region_init(void);
void kmem_region_exit(bool memory_left);

#endif /* DAXPLUG_REGION_H */
