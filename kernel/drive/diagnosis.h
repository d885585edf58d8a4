/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out why a step failed: the core returns -EBUSY for most failures. */
#ifndef DAXPLUG_DIAGNOSIS_H
#define DAXPLUG_DIAGNOSIS_H

#include "core/reason.h"
#include "core/step.h"

struct kmem_gate;

#define KMEM_NO_BLOCK UINT_MAX

/**
 * struct kmem_failure - the first failed step of a job, and the number of failed steps
 * @step: the step, DAX_STEP_NONE if none failed
 * @block: the block
 * @err: the negative errno
 * @reason: the reason, DAX_REASON_OTHER if unknown
 * @pfn: the page that caused the failure, or 0
 * @count: the number of steps that failed
 */
struct kmem_failure {
	enum dax_step step;
	unsigned int block;
	int err;
	enum dax_reason reason;
	unsigned long pfn;
	unsigned int count;
};

void kmem_diagnose(struct kmem_gate *gate, unsigned int tried, struct kmem_failure *failure);

#endif /* DAXPLUG_DIAGNOSIS_H */
