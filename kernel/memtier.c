// SPDX-License-Identifier: GPL-2.0-only
/* The memory tier that a device's node goes to. */
#include <linux/err.h>
#include <linux/mutex.h>

#include "compat.h"
#include "memtier.h"

/* Memory behind a DAX device counts as slower than DRAM unless firmware knows better. */
#define DEFAULT_DISTANCE (MEMTIER_ADISTANCE_DRAM * 5)

static DEFINE_MUTEX(types_lock);
static LIST_HEAD(types);

/**
 * kmem_memtier_get() - declare the memory type of a device's node
 * @nid: the node
 *
 * Context: Process context, sleeps.
 * Return: the type, to hand back to kmem_memtier_put(), or an ERR_PTR() of
 * -ENOMEM.
 */
struct memory_dev_type *kmem_memtier_get(int nid)
{
	struct memory_dev_type *type;
	int distance = DEFAULT_DISTANCE;

	mt_calc_adistance(nid, &distance);

	mutex_lock(&types_lock);
	type = mt_find_alloc_memory_type(distance, &types);
	mutex_unlock(&types_lock);

	if (!IS_ERR(type))
		init_node_memory_type(nid, type);
	return type;
}

/**
 * kmem_memtier_put() - take back what kmem_memtier_get() declared
 * @nid: the node
 * @type: what kmem_memtier_get() returned
 *
 * Context: Process context, sleeps.
 */
void kmem_memtier_put(int nid, struct memory_dev_type *type)
{
	clear_node_memory_type(nid, type);
}

/**
 * kmem_memtier_exit() - let go of all memory types, at module exit
 *
 * Context: Process context, sleeps.
 */
void kmem_memtier_exit(void)
{
	mutex_lock(&types_lock);
	mt_put_memory_types(&types);
	mutex_unlock(&types_lock);
}
