/* SPDX-License-Identifier: GPL-2.0-only */
/* A job: one drive of a device's blocks, with its failures and times. */
#ifndef DAXPLUG_JOB_H
#define DAXPLUG_JOB_H

#include <linux/ktime.h>
#include <linux/types.h>

#include "diagnosis.h"

struct kmem_gate;
struct kmem_lifecycle;

/**
 * struct kmem_times - where the time of a transition went, all in µs
 * @core_us: in the core's functions that switch a block or add or remove a range, including the
 *	wait for the hotplug locks
 * @longest_us: the longest of these calls
 * @gaps_us: in gaps for other users of the hotplug locks
 */
struct kmem_times {
	s64 core_us;
	s64 longest_us;
	s64 gaps_us;
};

/**
 * struct kmem_job - one drive of a device's blocks
 * @gate: the gate of the memory
 * @lifecycle: its lifecycle, which says whether the job was cancelled
 * @purpose: if set, each failure is logged at once, with this word; if NULL, failures are only
 *	recorded in @failure
 * @best_effort: go on after a failure, and after a cancel
 * @tried: the block that was switched last, or KMEM_NO_BLOCK
 * @times: the times of all jobs of the transition
 * @last_gap: the end of the last gap, or the start of the job if there was none, in jiffies
 * @failure: the first failure
 *
 * kmem_dev->lock protects all of it.
 */
struct kmem_job {
	struct kmem_gate *gate;
	struct kmem_lifecycle *lifecycle;
	const char *purpose;
	bool best_effort;
	unsigned int tried;
	struct kmem_times times;
	unsigned long last_gap;
	struct kmem_failure failure;
};

void kmem_job_begin(struct kmem_job *job);
void kmem_job_begin_best_effort(struct kmem_job *job, const char *purpose);

int kmem_job_fail(struct kmem_job *job, enum dax_step step, unsigned int first, unsigned int count,
		  int err);
int kmem_job_cancelled(const struct kmem_job *job);
bool kmem_job_is_over(const struct kmem_job *job, int err);
s64 kmem_job_count_core(struct kmem_job *job, ktime_t begin);

#endif /* DAXPLUG_JOB_H */
