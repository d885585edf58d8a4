/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_STATS_H
#define DAXPLUG_STATS_H

#include <linux/types.h>

#include "cause.h"

/**
 * struct kmem_stats - what happened to a region so far
 * @done: transitions that reached what was asked for
 * @failed: transitions that a failure ended, by its cause
 * @cancelled: transitions that were cancelled, by its cause
 * @refusals: switches of a block by others that the guard refused
 * @last_ms: how long the last transition took, its rollback included, in ms
 * @last_failure: the last transition's failure in one line, empty after a success
 *
 * All under kmem_guard_lock.
 */
struct kmem_stats {
	unsigned long done;
	unsigned long failed[KMEM_CAUSE_COUNT];
	unsigned long cancelled[KMEM_CAUSE_COUNT];
	unsigned long refusals;
	unsigned long last_ms;
	char last_failure[200];
};

#endif /* DAXPLUG_STATS_H */
