/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at a memory block's pages for one that cannot be moved. */
#ifndef DAXPLUG_SUSPECT_H
#define DAXPLUG_SUSPECT_H

#include "cause.h"

bool kmem_suspect_nothing_movable(int nid);
enum kmem_cause kmem_suspect_page(u64 start, unsigned long *pfn, bool *faulty);
bool kmem_suspect_reference(u64 start, unsigned long *pfn);
bool kmem_suspect_huge(u64 start, unsigned long *pfn);

#endif /* DAXPLUG_SUSPECT_H */
