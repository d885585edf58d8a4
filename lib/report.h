/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said about a call that failed, and about every change. */
#ifndef DAXPLUG_REPORT_H
#define DAXPLUG_REPORT_H

#include <stddef.h>

#include "libdaxplug.h"

/**
 * struct report - what happened
 * @err: 0 or a negative errno
 * @outcome: in what a change has ended
 * @block: N of memoryN at which it failed, or -1
 * @retry: whether trying again may help
 * @message: what happened, or empty
 * @hint: what can be done about it, or empty
 *
 * Plain data: a child process sends it to its parent as it is.
 */
struct report {
	int err;
	enum daxplug_outcome outcome;
	int64_t block;
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
