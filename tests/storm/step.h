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

/* One operation, what runs beside it, and what came of it. */
struct step {
	unsigned long number;
	/* The plan, which the seed, the number and @before decide: */
	enum operation operation;
	const char *word; /* to be written */
	unsigned int range; /* to be reclaimed */
	bool beside[ROLES];
	int signal_us; /* to the writer, so long after it began; -1: none */
	unsigned int hold_ms, timeout_ms; /* 0: none */
	enum errand errand; /* for the tenants, when it is over */
	struct rng rng; /* for all that runs */
	/* What came of it: */
	struct facts before, after;
	int err;
	unsigned int ms;
	bool switched; /* the toggler beside has switched a block */
	char wrong[128]; /* what cannot be, or empty */
};

/* step_plan() - from @number and @before */
void step_plan(struct step *step, uint64_t seed, bool may_use_kernel_zone);
/* step_run() - sets what came of it, but for @after */
void step_run(struct step *step, bool may_use_kernel_zone);
/* step_is_alone() - nothing beside it could have switched a block, or bound the device */
bool step_is_alone(const struct step *step);
/* step_is_transition() - of the whole device */
bool step_is_transition(const struct step *step);
/* step_remember() - for the history, and the tally */
void step_remember(const struct step *step);

#endif
