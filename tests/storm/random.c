// SPDX-License-Identifier: GPL-2.0-or-later
#include "random.h"

/* An odd constant near 2^64 divided by the golden ratio spreads neighbouring seeds. */
#define SPREAD 0x9e3779b97f4a7c15ull

static uint64_t mix(uint64_t value)
{
	value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93ull;
	value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93ull;
	return value ^ (value >> 32);
}

uint64_t rng_next(struct rng *rng)
{
	rng->state += SPREAD;
	return mix(rng->state);
}

struct rng rng_of(uint64_t seed, uint64_t step)
{
	return (struct rng){ .state = mix(seed * SPREAD + step) };
}

unsigned int rng_below(struct rng *rng, unsigned int limit)
{
	return (unsigned int)(rng_next(rng) % limit);
}

bool rng_percent(struct rng *rng, unsigned int percent)
{
	return rng_below(rng, 100) < percent;
}
