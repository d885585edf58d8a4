// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

#include "reason.h"

static const char *const words[DAX_REASON_COUNT] = {
	[DAX_REASON_NONE] = "none",
	[DAX_REASON_SLAB] = "slab",
	[DAX_REASON_PAGE_TABLE] = "page_table",
	[DAX_REASON_RESERVED] = "reserved",
	[DAX_REASON_KERNEL] = "kernel",
	[DAX_REASON_PINNED] = "pinned",
	[DAX_REASON_HUGE_PAGE] = "huge_page",
	[DAX_REASON_NO_MEMORY] = "no_memory",
	[DAX_REASON_REFUSED] = "refused",
	[DAX_REASON_POISONED] = "poisoned",
	[DAX_REASON_IN_USE] = "in_use",
	[DAX_REASON_OTHER] = "other",
	[DAX_REASON_SIGNAL] = "signal",
	[DAX_REASON_TIMEOUT] = "timeout",
	[DAX_REASON_SUSPEND] = "suspend",
	[DAX_REASON_UNBIND] = "unbind",
	[DAX_REASON_UNLOAD] = "unload",
};

static const char *const texts[DAX_REASON_COUNT] = {
	[DAX_REASON_NONE] = "nothing",
	[DAX_REASON_SLAB] = "a slab page cannot be moved",
	[DAX_REASON_PAGE_TABLE] = "a page table cannot be moved",
	[DAX_REASON_RESERVED] = "a reserved page cannot be moved",
	[DAX_REASON_KERNEL] = "a page that the kernel uses cannot be moved",
	[DAX_REASON_PINNED] = "a pinned page cannot be moved",
	[DAX_REASON_HUGE_PAGE] = "a huge page has no free huge page to move to",
	[DAX_REASON_NO_MEMORY] = "out of memory",
	[DAX_REASON_REFUSED] = "a notifier refused",
	[DAX_REASON_POISONED] = "a page has a hardware fault",
	[DAX_REASON_IN_USE] = "the address range is in use",
	[DAX_REASON_OTHER] = "the kernel did not say why",
	[DAX_REASON_SIGNAL] = "a signal",
	[DAX_REASON_TIMEOUT] = "timed out",
	[DAX_REASON_SUSPEND] = "the system is going to sleep",
	[DAX_REASON_UNBIND] = "the device is being unbound",
	[DAX_REASON_UNLOAD] = "the module is being unloaded",
};

/**
 * dax_reason_word() - the word for a reason in files and events
 * @reason: the reason
 *
 * Return: the word, a constant.
 */
const char *dax_reason_word(enum dax_reason reason)
{
	return words[reason];
}

/**
 * dax_reason_text() - the text for a reason in the log
 * @reason: the reason
 *
 * Return: the text, a constant.
 */
const char *dax_reason_text(enum dax_reason reason)
{
	return texts[reason];
}

/**
 * dax_reason_is_cancel() - test whether a reason is a cancellation rather than a failure
 * @reason: why a transition ended
 *
 * Return: true for a cancellation.
 */
bool dax_reason_is_cancel(enum dax_reason reason)
{
	switch (reason) {
	case DAX_REASON_SIGNAL:
	case DAX_REASON_TIMEOUT:
	case DAX_REASON_SUSPEND:
	case DAX_REASON_UNBIND:
	case DAX_REASON_UNLOAD:
		return true;
	default:
		return false;
	}
}

/**
 * dax_reason_errno() - the errno for the writer of a cancelled transition
 * @cancel: the reason of the cancellation
 *
 * Return: the negative errno, or 0 for DAX_REASON_NONE.
 */
int dax_reason_errno(enum dax_reason cancel)
{
	switch (cancel) {
	case DAX_REASON_NONE:
		return 0;
	case DAX_REASON_SIGNAL:
		return -EINTR;
	case DAX_REASON_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -ECANCELED;
	}
}
