/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of a NUMA node. */
#ifndef DAXPLUG_NODE_H
#define DAXPLUG_NODE_H

#include <stdint.h>

struct daxplug;

/**
 * struct node_room - the memory of a node that is free or can be reclaimed, in bytes
 * @free: free above the watermarks, in any zone
 * @spare: free above the high watermarks, in any zone; its use does not wake kswapd
 * @kernel_free: the part of @free outside of ZONE_MOVABLE
 * @cache: page cache and slab that can be dropped
 * @movable: the memory in ZONE_MOVABLE
 * @kernel: the memory in other zones
 */
struct node_room {
	uint64_t free;
	uint64_t spare;
	uint64_t kernel_free;
	uint64_t cache;
	uint64_t movable;
	uint64_t kernel;
};

char *node_meminfo(const struct daxplug *daxplug, int node, int *err);
int node_room(const struct daxplug *daxplug, const char *zoneinfo, int node,
	      struct node_room *room);
char *node_zoneinfo(const struct daxplug *daxplug, int *err);

#endif /* DAXPLUG_NODE_H */
