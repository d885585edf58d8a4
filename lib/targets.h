/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes that the pages of a drained device may move to. */
#ifndef DAXPLUG_TARGETS_H
#define DAXPLUG_TARGETS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "node_set.h"
#include "pools.h"

struct daxplug;

/* The maximum number of targets; further nodes are left out. */
#define MOST_TARGETS 64

/**
 * struct target - a node that pages may move to
 * @node: its number
 * @spare: bytes that were free above its high watermarks when last read
 * @pools: its pools of huge pages, of which @free does not count reserved pages
 * @in_flight: bytes that movers have reserved and not yet settled
 * @gigantic_in_flight: the same for gigantic pages
 */
struct target {
	int node;
	uint64_t spare;
	struct pools pools;
	uint64_t in_flight;
	uint64_t gigantic_in_flight;
};

/**
 * struct targets - the nodes that pages may move to
 * @lock: protects each target, except for its number
 * @target: the nodes, the nearest to the device first
 * @count: number of targets
 * @barred: number of nodes that the cpuset of this process excludes
 */
struct targets {
	pthread_mutex_t lock;
	struct target target[MOST_TARGETS];
	unsigned int count;
	unsigned int barred;
};

int targets_read(struct targets *targets, const struct daxplug *daxplug, int own,
		 const struct node_set *avoid);
int targets_refresh(struct targets *targets, const struct daxplug *daxplug);
uint64_t targets_spare(struct targets *targets, uint64_t allowed);
bool targets_are_all(const struct targets *targets, uint64_t allowed);
uint64_t targets_allowed(const struct targets *targets, const char *list);
struct target *targets_take(struct targets *targets, uint64_t allowed, uint64_t bytes,
			    uint64_t reserve, uint64_t page_size);
void targets_settle(struct targets *targets, struct target *target, uint64_t promised,
		    uint64_t moved, uint64_t page_size);
uint64_t target_huge(const struct target *target, uint64_t page_size);

#endif /* DAXPLUG_TARGETS_H */
