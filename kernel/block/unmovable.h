/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at a memory block's pages for one that cannot be moved. */
#ifndef DAXPLUG_UNMOVABLE_H
#define DAXPLUG_UNMOVABLE_H

#include "core/reason.h"

bool kmem_node_movable_is_free(int nid);
enum dax_reason kmem_unmovable_page(u64 start, unsigned long *pfn, bool *faulty);
bool kmem_borrowed_page(u64 start, unsigned long *pfn);
bool kmem_huge_page_in_use(u64 start, unsigned long *pfn);

#endif /* DAXPLUG_UNMOVABLE_H */
