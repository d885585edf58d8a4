// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "cause.h"

static const char *const words[KMEM_CAUSE_COUNT] = {
	[KMEM_CAUSE_NONE] = "none",
	[KMEM_CAUSE_SLAB] = "slab",
	[KMEM_CAUSE_PAGE_TABLE] = "page_table",
	[KMEM_CAUSE_RESERVED] = "reserved",
	[KMEM_CAUSE_KERNEL] = "kernel",
	[KMEM_CAUSE_PINNED] = "pinned",
	[KMEM_CAUSE_HUGE_PAGE] = "huge_page",
	[KMEM_CAUSE_NO_MEMORY] = "no_memory",
	[KMEM_CAUSE_REFUSED] = "refused",
	[KMEM_CAUSE_POISONED] = "poisoned",
	[KMEM_CAUSE_IN_USE] = "in_use",
	[KMEM_CAUSE_OTHER] = "other",
	[KMEM_CAUSE_SIGNAL] = "signal",
	[KMEM_CAUSE_TIMEOUT] = "timeout",
	[KMEM_CAUSE_SUSPEND] = "suspend",
	[KMEM_CAUSE_UNBIND] = "unbind",
	[KMEM_CAUSE_UNLOAD] = "unload",
};

static const char *const texts[KMEM_CAUSE_COUNT] = {
	[KMEM_CAUSE_NONE] = "nothing",
	[KMEM_CAUSE_SLAB] = "a slab page cannot be moved",
	[KMEM_CAUSE_PAGE_TABLE] = "a page table cannot be moved",
	[KMEM_CAUSE_RESERVED] = "a reserved page cannot be moved",
	[KMEM_CAUSE_KERNEL] = "a page that the kernel uses cannot be moved",
	[KMEM_CAUSE_PINNED] = "a pinned page cannot be moved",
	[KMEM_CAUSE_HUGE_PAGE] = "a huge page has nowhere to go",
	[KMEM_CAUSE_NO_MEMORY] = "there is no memory",
	[KMEM_CAUSE_REFUSED] = "a notifier refused",
	[KMEM_CAUSE_POISONED] = "a page has a hardware fault",
	[KMEM_CAUSE_IN_USE] = "something else has the address range",
	[KMEM_CAUSE_OTHER] = "the kernel did not say why",
	[KMEM_CAUSE_SIGNAL] = "a signal",
	[KMEM_CAUSE_TIMEOUT] = "the time was up",
	[KMEM_CAUSE_SUSPEND] = "the system goes to sleep",
	[KMEM_CAUSE_UNBIND] = "the device is being unbound",
	[KMEM_CAUSE_UNLOAD] = "the module is being unloaded",
};

/**
 * kmem_cause_word() - a cause for programs
 * @cause: the cause
 *
 * Return: the word, a constant.
 */
const char *kmem_cause_word(enum kmem_cause cause)
{
	return words[cause];
}

/**
 * kmem_cause_text() - a cause for people
 * @cause: the cause
 *
 * Return: the text, a constant.
 */
const char *kmem_cause_text(enum kmem_cause cause)
{
	return texts[cause];
}

/**
 * kmem_cause_is_cancel() - was a transition stopped from outside rather than by a failure
 * @cause: why it ended
 *
 * Return: whether it was.
 */
bool kmem_cause_is_cancel(enum kmem_cause cause)
{
	switch (cause) {
	case KMEM_CAUSE_SIGNAL:
	case KMEM_CAUSE_TIMEOUT:
	case KMEM_CAUSE_SUSPEND:
	case KMEM_CAUSE_UNBIND:
	case KMEM_CAUSE_UNLOAD:
		return true;
	default:
		return false;
	}
}

/**
 * kmem_cause_errno() - what the writer of a cancelled transition gets
 * @cancel: why it was cancelled
 *
 * Return: the negative errno, or 0 if it was not.
 */
int kmem_cause_errno(enum kmem_cause cancel)
{
	switch (cancel) {
	case KMEM_CAUSE_NONE:
		return 0;
	case KMEM_CAUSE_SIGNAL:
		return -EINTR;
	case KMEM_CAUSE_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -ECANCELED;
	}
}
