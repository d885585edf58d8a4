/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding out why a step went wrong: the core says -EBUSY for nearly everything. */
#ifndef DAXPLUG_DIAGNOSIS_H
#define DAXPLUG_DIAGNOSIS_H

#include "core/reason.h"
#include "core/step.h"

struct kmem_gate;

#define KMEM_NO_BLOCK UINT_MAX

/**
 * struct kmem_failure - the first step that went wrong
 * @step: the step, DAX_STEP_NONE if none went wrong
 * @block: the block
 * @err: the negative errno
 * @reason: why, as far as could be found out
 * @pfn: the page that was the reason, or 0
 * @count: how many steps went wrong
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
