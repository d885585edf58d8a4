/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pools of huge pages of a NUMA node. */
#ifndef DAXPLUG_POOLS_H
#define DAXPLUG_POOLS_H

#include <stdbool.h>
#include <stdint.h>

struct daxplug;

/* No architecture has more sizes of huge pages. */
#define MOST_POOLS 8

/**
 * struct pool - the huge pages of one size on one node
 * @size: the page size, in bytes
 * @pages: the number of pages, including surplus pages, as nr_hugepages of a node reads
 * @surplus: the number of surplus pages
 * @free: the number of free pages
 * @system: the number of pages on all nodes, without surplus pages; 0 if unknown
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
 * @count: number of pools
 * @pool: the pools
 */
struct pools {
	int node;
	unsigned int count;
	struct pool pool[MOST_POOLS];
};

int pools_read(const struct daxplug *daxplug, int node, struct pools *pools);
bool pools_are_gigantic(uint64_t size);
int pools_reserved(const struct daxplug *daxplug, uint64_t size, uint64_t *pages);
void pools_give_up_free(struct daxplug *daxplug, int node);
uint64_t pools_restore(struct daxplug *daxplug, const struct pools *before);

#endif /* DAXPLUG_POOLS_H */
