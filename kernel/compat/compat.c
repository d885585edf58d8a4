// SPDX-License-Identifier: GPL-2.0-only
/* Functions of newer kernels, for kernels that lack them. */
#include <linux/err.h>
#include <linux/slab.h>

#include "compat.h"

#ifndef HAVE_MT_FIND_ALLOC_MEMORY_TYPE
/*
 * An entry of a list of types, which have a list member of their own only since
 * 6.7.
 */
struct kept_type {
	struct list_head node;
	struct memory_dev_type *type;
};

struct memory_dev_type *mt_find_alloc_memory_type(int distance, struct list_head *types)
{
	struct memory_dev_type *type;
	struct kept_type *kept;

	list_for_each_entry(kept, types, node)
		if (kept->type->adistance == distance)
			return kept->type;

	kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return ERR_PTR(-ENOMEM);

	type = alloc_memory_type(distance);
	/* NULL without CONFIG_NUMA, which is not a failure. */
	if (IS_ERR_OR_NULL(type)) {
		kfree(kept);
		return type;
	}

	kept->type = type;
	list_add(&kept->node, types);
	return type;
}

void mt_put_memory_types(struct list_head *types)
{
	struct kept_type *kept, *next;

	list_for_each_entry_safe(kept, next, types, node) {
		put_memory_type(kept->type);
		list_del(&kept->node);
		kfree(kept);
	}
}
#endif
