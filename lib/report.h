/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call that failed, or a change, reports. */
#ifndef DAXPLUG_REPORT_H
#define DAXPLUG_REPORT_H

#include <stddef.h>

#include "libdaxplug.h"

/**
 * struct report - what happened
 * @err: 0 or a negative errno
 * @outcome: how a change has ended
 * @reason: why it failed
 * @held: what kept a block when the change was cancelled
 * @block: N of memoryN at which it failed, or -1
 * @pfn: the page frame that held it, or -1
 * @holder: the process that maps this page, or 0
 * @holder_name: its name
 * @huge_pages_lost: huge pages that could not be given back to their pools
 * @retry: whether trying again may help
 * @message: what happened, or empty
 * @hint: what can be done about it, or empty
 *
 * Plain data: a child process sends it to its parent as it is.
 */
struct report {
	int err;
	enum daxplug_outcome outcome;
	enum daxplug_reason reason;
	enum daxplug_reason held;
	int64_t block;
	int64_t pfn;
	int holder;
	char holder_name[32];
	uint64_t huge_pages_lost;
	bool retry;
	char message[320];
	char hint[320];
};

void report_clear(struct report *report);
int report_error(struct report *report, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void report_hint(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *report_errno(int err, char *text, size_t size);

#endif /* DAXPLUG_REPORT_H */
