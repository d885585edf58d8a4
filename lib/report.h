/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a call that failed, or of a change. */
#ifndef DAXPLUG_REPORT_H
#define DAXPLUG_REPORT_H

#include <stddef.h>

#include "libdaxplug.h"

/* The number of values of enum daxplug_use. */
#define USES (DAXPLUG_USE_FREE + 1)

#define MOST_EVACUEES 8

/**
 * struct evacuee - a process whose pages a drain has moved, or cannot move
 * @pid: its PID
 * @err: 0, or the negative errno for which its pages cannot be moved
 * @bytes: bytes moved; or, with @err, bytes on the device
 * @name: its name
 */
struct evacuee {
	int pid;
	int err;
	uint64_t bytes;
	char name[32];
};

/**
 * struct drained - the result of a drain
 * @done: whether there was one
 * @moved: bytes moved, by use
 * @swapped: bytes swapped out
 * @dropped: bytes of page cache dropped
 * @left: bytes left on the device, by use; -1 if unknown
 * @took: its duration, in ms
 * @refills: a bit for each enum refill_way that was on
 * @refills_unknown: a bit for each that cannot be read
 * @refills_off: whether these settings were switched off
 * @evacuees: processes whose pages cannot be moved, then by the memory moved, @count of them
 * @count: number of elements of @evacuees
 */
struct drained {
	bool done;
	uint64_t moved[USES];
	uint64_t swapped;
	uint64_t dropped;
	int64_t left[USES];
	int64_t took;
	unsigned int refills;
	unsigned int refills_unknown;
	bool refills_off;
	struct evacuee evacuees[MOST_EVACUEES];
	unsigned int count;
};

/**
 * struct report - the result of a call or a change
 * @err: 0 or a negative errno
 * @outcome: the outcome of a change
 * @reason: why it failed
 * @held: the reason that kept a block online when the change was cancelled
 * @block: N of memoryN at which it failed, or -1
 * @pfn: the page frame that kept the block online, or -1
 * @holder: the process that maps this page, or 0
 * @holder_name: its name
 * @drained: the result of its drain
 * @huge_pages_lost: huge pages that could not be restored to their pools
 * @retry: whether another attempt may succeed
 * @message: the message, or empty
 * @hint: the remedy, or empty
 *
 * Has no pointers: a child process sends it to its parent.
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
	struct drained drained;
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
