// SPDX-License-Identifier: GPL-2.0-only
/* Pages that fail at a moment that a test chooses. */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/page-flags.h>

#include "pages.h"

#define LONGEST_WAIT_MS 5000

/**
 * fault_page() - simulate a hardware fault of a page
 * @pfn: the page, online
 *
 * As when the kernel fails to copy a page: memory_failure() runs in a worker thread, and
 * may have to wait there for a lock of the caller. It marks the page before that.
 *
 * Context: Process context, sleeps.
 * Return: whether the page is marked.
 */
bool fault_page(unsigned long pfn)
{
	unsigned int ms;

	memory_failure_queue(pfn, 0);
	for (ms = 0; ms < LONGEST_WAIT_MS; ms++) {
		if (PageHWPoison(pfn_to_page(pfn)))
			return true;
		msleep(1);
	}

	return false;
}
