/* SPDX-License-Identifier: GPL-2.0-only */
/* The pools of huge pages of a NUMA node. */
#ifndef DAXPLUG_HUGEPAGES_H
#define DAXPLUG_HUGEPAGES_H

#include <linux/mm.h>

struct kmem_label;

/**
 * struct kmem_pool - the size of a pool of huge pages of one size
 * @node: the persistent huge pages of the node
 * @machine: the persistent huge pages of all nodes
 */
struct kmem_pool {
	unsigned long node;
	unsigned long machine;
};

/**
 * struct kmem_pools - the sizes of the pools of huge pages of a node
 * @pool: one for each order from 1 to that of PUD_SIZE; 0 for orders without a
 *	pool
 */
struct kmem_pools {
	struct kmem_pool pool[PUD_SHIFT - PAGE_SHIFT];
};

void kmem_pools_record(struct kmem_pools *pools, int nid);
void kmem_pools_restore(const struct kmem_pools *pools, int nid, const struct kmem_label *label);

#endif /* DAXPLUG_HUGEPAGES_H */
