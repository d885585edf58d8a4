/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* The reasons for which a transition fails. */
#ifndef DAXPLUG_CORE_REASON_H
#define DAXPLUG_CORE_REASON_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

/**
 * enum dax_reason - why a transition failed
 * @DAX_REASON_NONE: it did not fail
 * @DAX_REASON_SLAB: a slab page
 * @DAX_REASON_PAGE_TABLE: a page table
 * @DAX_REASON_RESERVED: a reserved page
 * @DAX_REASON_KERNEL: a page that the kernel uses for something else
 * @DAX_REASON_PINNED: a page that is pinned
 * @DAX_REASON_HUGE_PAGE: a huge page without a free huge page to move to
 * @DAX_REASON_NO_MEMORY: no memory to move pages to, or for page structs
 * @DAX_REASON_REFUSED: a memory notifier
 * @DAX_REASON_POISONED: a page with a hardware fault
 * @DAX_REASON_IN_USE: a part of the address range is in use
 * @DAX_REASON_OTHER: the core gave no reason
 * @DAX_REASON_SIGNAL: cancelled by a signal to the writer
 * @DAX_REASON_TIMEOUT: cancelled by the timeout
 * @DAX_REASON_SUSPEND: cancelled because the system is going to sleep
 * @DAX_REASON_UNBIND: cancelled because the device is being unbound
 * @DAX_REASON_UNLOAD: cancelled because the module is being unloaded
 * @DAX_REASON_COUNT: number of reasons
 */
enum dax_reason {
	DAX_REASON_NONE,
	DAX_REASON_SLAB,
	DAX_REASON_PAGE_TABLE,
	DAX_REASON_RESERVED,
	DAX_REASON_KERNEL,
	DAX_REASON_PINNED,
	DAX_REASON_HUGE_PAGE,
	DAX_REASON_NO_MEMORY,
	DAX_REASON_REFUSED,
	DAX_REASON_POISONED,
	DAX_REASON_IN_USE,
	DAX_REASON_OTHER,
	DAX_REASON_SIGNAL,
	DAX_REASON_TIMEOUT,
	DAX_REASON_SUSPEND,
	DAX_REASON_UNBIND,
	DAX_REASON_UNLOAD,
	DAX_REASON_COUNT,
};

const char *dax_reason_word(enum dax_reason reason);
const char *dax_reason_text(enum dax_reason reason);
bool dax_reason_is_cancel(enum dax_reason reason);
int dax_reason_errno(enum dax_reason cancel);

#endif /* DAXPLUG_CORE_REASON_H */
