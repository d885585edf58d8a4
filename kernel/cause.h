/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a transition did not come about. */
#ifndef DAXPLUG_CAUSE_H
#define DAXPLUG_CAUSE_H

#include <linux/types.h>

/**
 * enum kmem_cause - what ended a transition
 * @KMEM_CAUSE_NONE: nothing ended it
 * @KMEM_CAUSE_SLAB: a slab page
 * @KMEM_CAUSE_PAGE_TABLE: a page table
 * @KMEM_CAUSE_RESERVED: a reserved page
 * @KMEM_CAUSE_KERNEL: a page that the kernel uses for something else
 * @KMEM_CAUSE_PINNED: a page that is pinned
 * @KMEM_CAUSE_HUGE_PAGE: a huge page that has nowhere to go
 * @KMEM_CAUSE_NO_MEMORY: no memory, to move to or to add with
 * @KMEM_CAUSE_REFUSED: a memory notifier
 * @KMEM_CAUSE_POISONED: a page with a hardware fault
 * @KMEM_CAUSE_IN_USE: something else in the address range
 * @KMEM_CAUSE_OTHER: something that the kernel did not name
 * @KMEM_CAUSE_SIGNAL: cancelled by a signal to the writer
 * @KMEM_CAUSE_TIMEOUT: cancelled when the time was up
 * @KMEM_CAUSE_SUSPEND: cancelled because the system goes to sleep
 * @KMEM_CAUSE_UNBIND: cancelled because the device is being unbound
 * @KMEM_CAUSE_UNLOAD: cancelled because the module is being unloaded
 * @KMEM_CAUSE_COUNT: how many there are
 */
enum kmem_cause {
	KMEM_CAUSE_NONE,
	KMEM_CAUSE_SLAB,
	KMEM_CAUSE_PAGE_TABLE,
	KMEM_CAUSE_RESERVED,
	KMEM_CAUSE_KERNEL,
	KMEM_CAUSE_PINNED,
	KMEM_CAUSE_HUGE_PAGE,
	KMEM_CAUSE_NO_MEMORY,
	KMEM_CAUSE_REFUSED,
	KMEM_CAUSE_POISONED,
	KMEM_CAUSE_IN_USE,
	KMEM_CAUSE_OTHER,
	KMEM_CAUSE_SIGNAL,
	KMEM_CAUSE_TIMEOUT,
	KMEM_CAUSE_SUSPEND,
	KMEM_CAUSE_UNBIND,
	KMEM_CAUSE_UNLOAD,
	KMEM_CAUSE_COUNT,
};

const char *kmem_cause_word(enum kmem_cause cause);
const char *kmem_cause_text(enum kmem_cause cause);
bool kmem_cause_is_cancel(enum kmem_cause cause);
int kmem_cause_errno(enum kmem_cause cancel);

#endif /* DAXPLUG_CAUSE_H */
