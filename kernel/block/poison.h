/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages with a hardware fault. The kernel loses PG_hwpoison with the page structs; this remembers
 * the pages until the memory is back, and pages that were reported before they were plugged.
 */
#ifndef DAXPLUG_POISON_H
#define DAXPLUG_POISON_H

#include <linux/types.h>

#ifdef CONFIG_MEMORY_FAILURE
void kmem_poison_remember(unsigned long pfn, unsigned long nr, bool foreign);
unsigned long kmem_poison_count(unsigned long pfn, unsigned long nr);
bool kmem_poison_any(unsigned long pfn, unsigned long nr);
bool kmem_poison_withhold(unsigned long pfn, unsigned long nr);
void kmem_poison_mark(unsigned long pfn, unsigned long nr, bool online);
void kmem_poison_report(unsigned long pfn, unsigned long nr);
unsigned long kmem_poison_next(unsigned long *pfn);
void kmem_poison_exit(void);
#else
static inline void kmem_poison_remember(unsigned long pfn, unsigned long nr, bool foreign)
{
}

static inline unsigned long kmem_poison_count(unsigned long pfn, unsigned long nr)
{
	return 0;
}

static inline bool kmem_poison_any(unsigned long pfn, unsigned long nr)
{
	return false;
}

static inline bool kmem_poison_withhold(unsigned long pfn, unsigned long nr)
{
	return false;
}

static inline void kmem_poison_mark(unsigned long pfn, unsigned long nr, bool online)
{
}
#endif

#endif /* DAXPLUG_POISON_H */
