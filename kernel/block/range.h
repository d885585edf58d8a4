/* SPDX-License-Identifier: GPL-2.0-only */
/* Reserves, adds and removes one range of a device's memory. */
#ifndef DAXPLUG_RANGE_H
#define DAXPLUG_RANGE_H

#include "core/spans.h"

struct kmem_gate;
struct memory_dev_type;
struct resource;

/**
 * struct kmem_memory - the reservations, group and type of a device's memory in the core
 * @gate: the gate of the same memory
 * @nid: the node
 * @mgid: the ID of the memory group, or -1
 * @type: the memory type of the node, or NULL
 * @memmap_on_memory: whether the device wants its page structs in its own blocks
 * @reserved: the reservation of each range in the iomem tree, or NULL. A range is reserved from
 *	before its blocks are added until their removal is final. Memory that was taken over or
 *	found gets its reservation when the range is removed.
 *
 * kmem_dev->lock protects all of it.
 */
struct kmem_memory {
	struct kmem_gate *gate;
	int nid;
	int mgid;
	struct memory_dev_type *type;
	bool memmap_on_memory;
	struct resource **reserved;
};

int kmem_ranges_init(void);
void kmem_ranges_exit(bool memory_left);

int kmem_memory_create(struct kmem_memory *memory, struct kmem_gate *gate, int nid);
void kmem_memory_destroy(struct kmem_memory *memory);
int kmem_memory_register(struct kmem_memory *memory);
void kmem_memory_rename(struct kmem_memory *memory, const char *name);

int kmem_range_reserve(struct kmem_memory *memory, const struct dax_span *span);
void kmem_range_release(struct kmem_memory *memory, const struct dax_span *span);
int kmem_range_add(struct kmem_memory *memory, const struct dax_span *span);
int kmem_range_remove(struct kmem_memory *memory, const struct dax_span *span);

#endif /* DAXPLUG_RANGE_H */
