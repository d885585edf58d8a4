// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory blocks in a kernel tree, through the core's own functions. The core does not export
 * these, so this file is built in even if kmem is a module, and exports its wrappers to that
 * module.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>

#include "reach.h"

static int get_block(struct memory_block *block, void *data)
{
	struct memory_block **found = data;

	get_device(&block->dev);
	*found = block;
	return 0;
}

/* walk_memory_blocks() takes no lock: the caller keeps the block from being removed. */
struct memory_block *kmem_reach_block(u64 id)
{
	unsigned long size = memory_block_size_bytes();
	struct memory_block *block = NULL;

	walk_memory_blocks(id * size, size, &block, get_block);
	return block;
}
EXPORT_SYMBOL_GPL(kmem_reach_block);

int kmem_reach_blocks(u64 id, int (*take)(struct memory_block *block, void *data), void *data)
{
	return for_each_memory_block(data, take);
}
EXPORT_SYMBOL_GPL(kmem_reach_blocks);

bool kmem_reach_can_switch(struct memory_block *block)
{
	return true;
}
EXPORT_SYMBOL_GPL(kmem_reach_can_switch);

static int switch_locked(struct memory_block *block, int type)
{
	if (type == MMOP_OFFLINE)
		return device_offline(&block->dev);

	/* Protected by device_hotplug_lock. */
	block->online_type = type;
	return device_online(&block->dev);
}

int kmem_reach_switch(struct memory_block *block, const char *word)
{
	int type = mhp_online_type_from_str(word);
	int err;

	if (type < 0)
		return type;

	err = lock_device_hotplug_sysfs();
	if (err)
		return err;
	err = switch_locked(block, type);
	unlock_device_hotplug();

	/* A positive value means that the block is already online or offline. */
	return err > 0 ? -EINVAL : err;
}
EXPORT_SYMBOL_GPL(kmem_reach_switch);
