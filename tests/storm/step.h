/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_STEP_H
#define STORM_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "actors.h"
#include "device.h"
#include "tenants.h"

enum operation {
	WRITE_STATE, /* one of the words that can be written */
	WRITE_NONSENSE,
	RECLAIM,
	BIND,
	UNBIND,
	LOAD,
	UNLOAD,
	TOGGLE, /* blocks by their own files */
	SET_GUARD,
	SET_POLICY, /* of the system, for new memory */
	OPERATIONS
};

/* One operation, the actors beside it, and its result. */
struct step {
	unsigned long number;
	/* The plan, which the seed, the number and @before decide: */
	enum operation operation;
	const char *word; /* to be written */
	unsigned int range; /* to be reclaimed */
	bool beside[ROLES];
	int signal_us; /* when the writer gets a signal, after its begin; -1: never */
	unsigned int hold_ms, timeout_ms; /* 0: none */
	enum errand errand; /* for the tenants, after the step */
	struct rng rng; /* for the operation and the actors */
	/* The result: */
	struct facts before, after;
	int err;
	unsigned int ms;
	bool switched; /* the toggler beside has switched a block */
	char wrong[128]; /* an impossible value, or empty */
};

/* step_plan() - draw a step from @number and @before */
void step_plan(struct step *step, uint64_t seed, bool may_use_kernel_zone);
/* step_run() - run a step; sets the result except @after */
void step_run(struct step *step, bool may_use_kernel_zone);
/* step_is_alone() - no actor could have switched a block, or bound the device */
bool step_is_alone(const struct step *step);
/* step_is_transition() - whether it is a transition of the whole device */
bool step_is_transition(const struct step *step);
/* step_remember() - add it to the history and the tally */
void step_remember(const struct step *step);

#endif
