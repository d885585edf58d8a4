/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory block devices behind a region's blocks. */
#ifndef DAXPLUG_BLOCKS_H
#define DAXPLUG_BLOCKS_H

#include <linux/types.h>

struct kmem_region;
struct memory_block;

u8 kmem_block_policy(const struct kmem_region *region, unsigned int block);
int kmem_blocks_find(struct kmem_region *region, struct memory_block **blocks);
int kmem_blocks_find_any(struct kmem_region *region, struct memory_block **blocks);
void kmem_block_put(struct memory_block **block);
int kmem_block_switch(struct memory_block *block, const char *word);

#endif /* DAXPLUG_BLOCKS_H */
