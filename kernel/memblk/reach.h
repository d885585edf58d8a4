/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the core's memory blocks are reached: outside.c for a module outside a kernel tree,
 * inside.c in one. Only memblk.c calls these.
 */
#ifndef DAXPLUG_REACH_H
#define DAXPLUG_REACH_H

#include <linux/types.h>

struct memory_block;

struct memory_block *kmem_reach_block(u64 id);
int kmem_reach_blocks(u64 id, int (*take)(struct memory_block *block, void *data), void *data);
bool kmem_reach_can_switch(struct memory_block *block);
int kmem_reach_switch(struct memory_block *block, const char *word);

#endif /* DAXPLUG_REACH_H */
