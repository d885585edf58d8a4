/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface to the system's memory blocks: find them, switch them, and ask for their
 * policy and their zone.
 */
#ifndef DAXPLUG_MEMBLK_H
#define DAXPLUG_MEMBLK_H

#include <linux/types.h>

#include "core/spans.h"
#include "core/state.h"

struct memory_block;

/* Returned by kmem_memblk_switch(): try again. Not an errno, so that no notifier can return it. */
#define KMEM_MEMBLK_LATER 1

int kmem_memblk_check(void);
int kmem_memblk_policy(u64 id);
enum dax_block_state kmem_memblk_zone(unsigned long pfn);
int kmem_memblk_switch(struct memory_block *block, const char *word);

int kmem_memblks_find(const struct dax_spans *spans, const u8 *states, struct memory_block **blocks,
		      unsigned int *missing);
int kmem_memblks_find_any(const struct dax_spans *spans, struct memory_block **blocks);
void kmem_memblk_put(struct memory_block **block);

#endif /* DAXPLUG_MEMBLK_H */
