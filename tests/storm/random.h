/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_RANDOM_H
#define STORM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* A stream of random numbers that is determined by a seed. */
struct rng {
	uint64_t state;
};

/* rng_of() - the stream of one step, which does not depend on the draws of earlier steps */
struct rng rng_of(uint64_t seed, uint64_t step);
uint64_t rng_next(struct rng *rng);
/* rng_below() - a number from 0 to limit - 1 */
unsigned int rng_below(struct rng *rng, unsigned int limit);
/* rng_percent() - true with a probability in percent */
bool rng_percent(struct rng *rng, unsigned int percent);

#endif
