/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_NODE_SET_H
#define DAXPLUG_NODE_SET_H

#include <stdbool.h>
#include <stdint.h>

/* More NUMA nodes than any kernel has. */
#define MOST_NODES 1024

/**
 * struct node_set - a set of NUMA nodes
 * @bits: a bit for each node
 */
struct node_set {
	uint64_t bits[MOST_NODES / 64];
};

static inline bool node_set_may_have(int node)
{
	return node >= 0 && node < MOST_NODES;
}

/* Ignores numbers that no node has. */
static inline void node_set_add(struct node_set *set, int node)
{
	if (node_set_may_have(node))
		set->bits[node / 64] |= UINT64_C(1) << node % 64;
}

static inline bool node_set_has(const struct node_set *set, int node)
{
	return node_set_may_have(node) && set->bits[node / 64] >> node % 64 & 1;
}

#endif /* DAXPLUG_NODE_SET_H */
