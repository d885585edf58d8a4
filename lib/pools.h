/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pools of huge pages of a NUMA node. */
#ifndef DAXPLUG_POOLS_H
#define DAXPLUG_POOLS_H

#include <stdint.h>

struct daxplug;

/* One for each size of huge pages; no architecture has more. */
#define MOST_POOLS 8

/**
 * struct pool - the huge pages of one size on one node
 * @size: of a page, in bytes
 * @pages: how many there are, surplus pages included, as nr_hugepages of a node reads
 * @surplus: how many of them are surplus pages
 * @free: how many of them are free
 * @system: how many the nodes have together, without surplus pages; 0 if unknown
 */
struct pool {
	uint64_t size;
	uint64_t pages;
	uint64_t surplus;
	uint64_t free;
	uint64_t system;
};

/**
 * struct pools - the pools of a node
 * @node: the node
 * @count: how many there are
 * @pool: the pools
 */
struct pools {
	int node;
	unsigned int count;
	struct pool pool[MOST_POOLS];
};

int pools_read(const struct daxplug *daxplug, int node, struct pools *pools);
uint64_t pools_reserved(const struct daxplug *daxplug, uint64_t size);
void pools_give_up_free(struct daxplug *daxplug, const struct pools *pools);
uint64_t pools_restore(struct daxplug *daxplug, const struct pools *before);

#endif /* DAXPLUG_POOLS_H */
