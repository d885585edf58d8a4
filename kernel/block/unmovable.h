/* SPDX-License-Identifier: GPL-2.0-only */
/* Searches a memory block for a page that cannot be moved. */
#ifndef DAXPLUG_UNMOVABLE_H
#define DAXPLUG_UNMOVABLE_H

#include "core/reason.h"

/**
 * struct kmem_pages_seen - what a search of a block has seen, up to the page that it found
 * @pfn: the pfn of that page, if there is one
 * @free: the number of free pages
 * @faulty: a page has a hardware fault, which lets the block go offline, but not online again
 */
struct kmem_pages_seen {
	unsigned long pfn;
	unsigned long free;
	bool faulty;
};

bool kmem_node_movable_is_free(int nid);
enum dax_reason kmem_unmovable_page(u64 start, struct kmem_pages_seen *seen);
bool kmem_borrowed_page(u64 start, unsigned long *pfn);
bool kmem_huge_page_in_use(u64 start, unsigned long *pfn);

#endif /* DAXPLUG_UNMOVABLE_H */
