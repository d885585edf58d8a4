/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a transition did not come about. */
#ifndef DAXPLUG_CAUSE_H
#define DAXPLUG_CAUSE_H

#include <linux/types.h>

/*
 * DAX_CAUSES(ENTRY) calls ENTRY(name, word, text) for each. The word is the one
 * in sysfs and uevents, the text goes into the log.
 */
#define DAX_CAUSES(ENTRY)                                                                          \
	ENTRY(NONE, "none", "nothing")                                                             \
	ENTRY(SLAB, "slab", "a slab page cannot be moved")                                         \
	ENTRY(PAGE_TABLE, "page_table", "a page table cannot be moved")                            \
	ENTRY(RESERVED, "reserved", "a reserved page cannot be moved")                             \
	ENTRY(KERNEL, "kernel", "a page that the kernel uses cannot be moved")                     \
	ENTRY(PINNED, "pinned", "a pinned page cannot be moved")                                   \
	ENTRY(HUGE_PAGE, "huge_page", "a huge page has nowhere to go")                             \
	ENTRY(NO_MEMORY, "no_memory", "there is no memory")                                        \
	ENTRY(REFUSED, "refused", "a notifier refused")                                            \
	ENTRY(POISONED, "poisoned", "a page has a hardware fault")                                 \
	ENTRY(IN_USE, "in_use", "something else has the address range")                            \
	ENTRY(SIGNAL, "signal", "a signal")                                                        \
	ENTRY(TIMEOUT, "timeout", "the time was up")                                               \
	ENTRY(SUSPEND, "suspend", "the system goes to sleep")                                      \
	ENTRY(UNBIND, "unbind", "the device is being unbound")                                     \
	ENTRY(UNLOAD, "unload", "the module is being unloaded")                                    \
	ENTRY(OTHER, "other", "the kernel did not say why")

/**
 * enum kmem_cause - why a transition did not come about; see DAX_CAUSES()
 */
enum kmem_cause {
#define DAX_CAUSE_ENUM(name, word, text) KMEM_CAUSE_##name,
	DAX_CAUSES(DAX_CAUSE_ENUM)
#undef DAX_CAUSE_ENUM
};

#define KMEM_CAUSE_COUNT (KMEM_CAUSE_OTHER + 1)

const char *kmem_cause_word(enum kmem_cause cause);
const char *kmem_cause_text(enum kmem_cause cause);
bool kmem_cause_is_cancel(enum kmem_cause cause);
int kmem_cause_errno(enum kmem_cause cancel);

#endif /* DAXPLUG_CAUSE_H */
