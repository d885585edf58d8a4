/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the core's memory blocks, for memblk.c only. outside.c implements it for a module
 * outside a kernel tree, inside.c for one in the tree.
 */
#ifndef DAXPLUG_REACH_H
#define DAXPLUG_REACH_H

#include <linux/types.h>

struct memory_block;

/**
 * kmem_reach_block() - find a memory block
 * @id: its number, the N of memoryN
 *
 * Outside a tree this is a linear search through all devices of the machine: do not call it for
 * each of many blocks.
 *
 * Context: Any but interrupts. The caller holds device_hotplug_lock, as in a memory notifier, or
 * otherwise keeps the block from being removed.
 * Return: the block, with a reference; NULL if there is none.
 */
struct memory_block *kmem_reach_block(u64 id);

/**
 * kmem_reach_blocks() - iterate over all memory blocks of the system
 * @id: the number of a present block, through which outside.c finds the bus of all blocks
 * @take: called for each block, until it returns a value other than 0
 * @data: passed to @take
 *
 * Context: Process context, sleeps.
 * Return: what @take returned last; -ENODEV outside a tree if there is no block @id.
 */
int kmem_reach_blocks(u64 id, int (*take)(struct memory_block *block, void *data), void *data);

/**
 * kmem_reach_can_switch() - test whether kmem_reach_switch() can switch a block
 * @block: the block
 *
 * Context: Any.
 * Return: true in a tree; outside a tree, true if the block has a state attribute that can be
 * called.
 */
bool kmem_reach_can_switch(struct memory_block *block);

/**
 * kmem_reach_switch() - switch a block, like a write to the block's own state file
 * @block: the block
 * @word: "offline", "online", "online_kernel" or "online_movable"
 *
 * Takes device_hotplug_lock and calls device_online() or device_offline(), which send the usual
 * uevents.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ERESTARTNOINTR with TIF_SIGPENDING set if device_hotplug_lock is taken, after 5 ms;
 * -EINVAL if the block is already in that state; the errno of device_online(), device_offline()
 * or a notifier; -ENXIO if kmem_reach_can_switch() is false.
 */
int kmem_reach_switch(struct memory_block *block, const char *word);

#endif /* DAXPLUG_REACH_H */
