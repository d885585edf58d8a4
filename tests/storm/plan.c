// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "step.h"

/* Draws an operation, with a probability by its weight. */
static enum operation draw(struct rng *rng, const unsigned int weights[OPERATIONS])
{
	unsigned int sum = 0, drawn, i;

	for (i = 0; i < OPERATIONS; i++)
		sum += weights[i];
	drawn = rng_below(rng, sum);
	for (i = 0; drawn >= weights[i]; i++)
		drawn -= weights[i];
	return (enum operation)i;
}

static enum operation draw_operation(struct rng *rng, const struct facts *before)
{
	static const unsigned int bound[OPERATIONS] = {
		[WRITE_STATE] = 75, [WRITE_NONSENSE] = 3, [UNBIND] = 7,	    [UNLOAD] = 3,
		[TOGGLE] = 6,	    [SET_GUARD] = 4,	  [SET_POLICY] = 2,
	};
	static const unsigned int stranded[OPERATIONS] = {
		[RECLAIM] = 35,
		[BIND] = 45,
		[TOGGLE] = 12,
		[UNLOAD] = 8,
	};
	static const unsigned int unbound[OPERATIONS] = { [BIND] = 85, [UNLOAD] = 15 };
	static const unsigned int stock[OPERATIONS] = {
		[WRITE_STATE] = 90,
		[WRITE_NONSENSE] = 4,
		[TOGGLE] = 6,
	};

	if (!device.ours)
		return draw(rng, stock);
	if (!before->loaded)
		return LOAD;
	if (before->bound)
		return draw(rng, bound);
	return draw(rng, online(before) ? stranded : unbound);
}

static const char *draw_online_word(struct rng *rng, bool may_use_kernel_zone)
{
	if (may_use_kernel_zone && rng_percent(rng, 20))
		return "online_kernel";
	return rng_percent(rng, 30) ? "online" : "online_movable";
}

/* Draws mostly operations that are possible in the device's state. */
static const char *draw_word(struct rng *rng, const struct facts *before, bool may_use_kernel_zone)
{
	bool plugged = before->count[ABSENT] != device.block_count;

	if (rng_percent(rng, 10))
		plugged = !plugged;
	return plugged ? "unplugged" : draw_online_word(rng, may_use_kernel_zone);
}

static const char *draw_nonsense(struct rng *rng)
{
	static const char *const words[] = { "offline", "mixed", "onlin", "online_movablee", "\n" };

	return words[rng_below(rng, 5)];
}

static const char *draw_policy(struct rng *rng, bool may_use_kernel_zone)
{
	static const char *const words[] = { "offline", "offline", "online_movable", "online",
					     "online_kernel" };

	return words[rng_below(rng, 5 - !may_use_kernel_zone)];
}

/* draw_range() - draw a stranded range; there is one */
static unsigned int draw_range(struct rng *rng, const struct facts *before)
{
	unsigned int block;

	do
		block = rng_below(rng, device.block_count);
	while (before->blocks[block] < ONLINE_KERNEL);
	for (unsigned int i = 0;; i++) {
		const struct range *range = &device.ranges[i];

		if (block < range->first + range->count)
			return i;
	}
}

/* The actors that run during the operation, and their probabilities in per cent. */
static const unsigned char beside[OPERATIONS][ROLES] = {
	[WRITE_STATE] = { [TOGGLER] = 20,
			  [WRITER] = 8,
			  [READER] = 15,
			  [BINDER] = 4,
			  [UNLOADER] = 3,
			  [GUARDIAN] = 4,
			  [HOLDER] = 10,
			  [POOL_KEEPER] = 6,
			  [CPU_SWITCHER] = 4,
			  [COMPACTOR] = 5 },
	[RECLAIM] = { [TOGGLER] = 20,
		      [READER] = 5,
		      [BINDER] = 8,
		      [UNLOADER] = 4,
		      [HOLDER] = 10,
		      [POOL_KEEPER] = 6,
		      [CPU_SWITCHER] = 4 },
	[BIND] = { [TOGGLER] = 20, [WRITER] = 15, [READER] = 15 },
	[UNBIND] = { [TOGGLER] = 20, [WRITER] = 15, [READER] = 15 },
};

static void draw_beside(struct step *step, struct rng *rng)
{
	unsigned int role;

	for (role = 0; role < ROLES; role++)
		step->beside[role] = rng_percent(rng, beside[step->operation][role]);
	if (!device.ours)
		step->beside[BINDER] = step->beside[UNLOADER] = step->beside[GUARDIAN] = false;
	if (step->beside[HOLDER])
		step->hold_ms = 20 + rng_below(rng, 300);
	if (step->operation != WRITE_STATE && step->operation != RECLAIM)
		return;
	if (rng_percent(rng, 15))
		step->signal_us = (int)rng_below(rng, 1u << (9 + rng_below(rng, 9)));
	if (step->operation == WRITE_STATE && rng_percent(rng, 10))
		step->timeout_ms = 1 + rng_below(rng, 1u << rng_below(rng, 9));
}

static enum errand draw_errand(struct rng *rng)
{
	unsigned int drawn = rng_below(rng, 100);

	return drawn < 40 ? MOVE_IN : drawn < 50 ? START_ANEW : STAY;
}

void step_plan(struct step *step, uint64_t seed, bool may_use_kernel_zone)
{
	struct rng rng = rng_of(seed, step->number);

	step->signal_us = -1;
	step->operation = draw_operation(&rng, &step->before);
	switch (step->operation) {
	case WRITE_STATE:
		step->word = draw_word(&rng, &step->before, may_use_kernel_zone);
		break;
	case WRITE_NONSENSE:
		step->word = draw_nonsense(&rng);
		break;
	case RECLAIM:
		step->range = draw_range(&rng, &step->before);
		break;
	case SET_GUARD:
		step->word = rng_percent(&rng, 40) ? "1" : "0";
		break;
	case SET_POLICY:
		step->word = draw_policy(&rng, may_use_kernel_zone);
		break;
	default:
		break;
	}
	draw_beside(step, &rng);
	step->errand = draw_errand(&rng);
	step->rng = rng;
}
