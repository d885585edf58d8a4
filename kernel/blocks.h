/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory block devices behind a region's blocks. */
#ifndef DAXPLUG_BLOCKS_H
#define DAXPLUG_BLOCKS_H

#include <linux/types.h>

#include "core/state.h"

struct kmem_region;
struct memory_block;

/* Not an errno, so that no notifier's can be taken for it: try again later. */
#define KMEM_LATER 1

u8 kmem_block_policy(const struct kmem_region *region, unsigned int block);
int kmem_blocks_find(struct kmem_region *region, struct memory_block **blocks);
int kmem_blocks_find_any(struct kmem_region *region, struct memory_block **blocks);
enum dax_block_state kmem_block_zone_state(unsigned long pfn);
void kmem_block_put(struct memory_block **block);
int kmem_block_switch(struct memory_block *block, const char *word);

#endif /* DAXPLUG_BLOCKS_H */
