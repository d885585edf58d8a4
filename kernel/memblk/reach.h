/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The access to the core's memory blocks, for memblk.c alone. outside.c implements it for a
 * module outside a kernel tree, inside.c in a tree.
 */
#ifndef DAXPLUG_REACH_H
#define DAXPLUG_REACH_H

#include <linux/types.h>

struct memory_block;

/**
 * kmem_reach_block() - find a memory block
 * @id: its number, the N of memoryN
 *
 * Outside a tree this searches all devices of the machine from the first: look up one block,
 * never each of many.
 *
 * Context: Any but interrupts. device_hotplug_lock is held, as in a memory notifier, or
 * nothing can remove the block.
 * Return: the block, with a reference; NULL if there is none.
 */
struct memory_block *kmem_reach_block(u64 id);

/**
 * kmem_reach_blocks() - pass over all memory blocks of the system
 * @id: the number of a block that is present, whose bus has them all
 * @take: called for each with @data, until it returns a value other than 0
 * @data: for @take
 *
 * Context: Process context, sleeps.
 * Return: what @take returned last; -ENODEV outside a tree if there is no block @id.
 */
int kmem_reach_blocks(u64 id, int (*take)(struct memory_block *block, void *data), void *data);

/**
 * kmem_reach_can_switch() - can kmem_reach_switch() switch a block
 * @block: the block
 *
 * Context: Any.
 * Return: whether it can: outside a tree, whether the block has a state attribute that can be
 * called.
 */
bool kmem_reach_can_switch(struct memory_block *block);

/**
 * kmem_reach_switch() - switch a block as a write to its own state file would
 * @block: the block
 * @word: "offline", "online", "online_kernel" or "online_movable"
 *
 * Takes device_hotplug_lock and calls device_online() or device_offline(), which send the
 * uevents that others expect.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ERESTARTNOINTR with TIF_SIGPENDING set if device_hotplug_lock is taken, after
 * 5 ms; -EINVAL if the block is in that state; the errno of device_online(), device_offline()
 * or a notifier; -ENXIO if kmem_reach_can_switch() says no.
 */
int kmem_reach_switch(struct memory_block *block, const char *word);

#endif /* DAXPLUG_REACH_H */
