// SPDX-License-Identifier: GPL-2.0-only
/* The memory tier that a device's node goes to. */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "memtier.h"

/* Memory behind a DAX device is assumed to be slower than DRAM unless firmware says otherwise. */
#define DEFAULT_DISTANCE (MEMTIER_ADISTANCE_DRAM * 5)

/**
 * struct node_type - the memory type that this driver gave a node
 * @list: in node_types
 * @nid: the node
 * @users: the number of devices whose memory has this type; at 0 other memory keeps the node's
 *	type
 * @type: the type
 */
struct node_type {
	struct list_head list;
	int nid;
	unsigned int users;
	struct memory_dev_type *type;
};

/* Protects both lists. */
static DEFINE_MUTEX(types_lock);
static LIST_HEAD(types);
static LIST_HEAD(node_types);

static struct node_type *find_node(int nid)
{
	struct node_type *node;

	list_for_each_entry(node, &node_types, list)
		if (node->nid == nid)
			return node;
	return NULL;
}

static struct node_type *add_node(int nid)
{
	struct memory_dev_type *type;
	int distance = DEFAULT_DISTANCE;
	struct node_type *node;

	mt_calc_adistance(nid, &distance);
	type = mt_find_alloc_memory_type(distance, &types);
	/* NULL without CONFIG_NUMA, which is not a failure. */
	if (IS_ERR_OR_NULL(type))
		return ERR_CAST(type);

	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return ERR_PTR(-ENOMEM);
	node->nid = nid;
	node->type = type;
	init_node_memory_type(nid, type);
	list_add(&node->list, &node_types);
	return node;
}

/**
 * kmem_memtier_get() - declare the memory type of a device's node
 * @nid: the node
 *
 * All devices of a node share the type of the first one. The core recalculates a node's distance
 * each time, and the result may differ, for example because the CXL region that gave the distance
 * has gone. But the core supports one type for each node, and dereferences NULL if it gets a
 * second one (clear_node_memory_type() in mm/memory-tiers.c, 6.1 to 7.3).
 *
 * Context: Process context, sleeps.
 * Return: the type, until kmem_memtier_put(); NULL without CONFIG_NUMA; or an ERR_PTR() of
 * -ENOMEM.
 */
struct memory_dev_type *kmem_memtier_get(int nid)
{
	struct node_type *node;

	mutex_lock(&types_lock);
	node = find_node(nid) ?: add_node(nid);
	if (!IS_ERR_OR_NULL(node))
		node->users++;
	mutex_unlock(&types_lock);

	return IS_ERR_OR_NULL(node) ? ERR_CAST(node) : node->type;
}

static void drop_node(struct node_type *node)
{
	list_del(&node->list);
	kfree(node);
}

/**
 * kmem_memtier_put() - undo kmem_memtier_get()
 * @nid: the node
 *
 * A node that still has memory keeps the type: memory of another driver, such as a DIMM that was
 * added later, uses the type too, and the core does not count that use.
 *
 * Context: Process context, sleeps.
 */
void kmem_memtier_put(int nid)
{
	struct node_type *node;

	mutex_lock(&types_lock);
	node = find_node(nid);
	if (node && !--node->users && !node_state(nid, N_MEMORY)) {
		clear_node_memory_type(nid, node->type);
		drop_node(node);
	}
	mutex_unlock(&types_lock);
}

/**
 * kmem_memtier_exit() - put all memory types, at module exit
 *
 * The core holds its own reference to the type of a node.
 *
 * Context: Process context, sleeps.
 */
void kmem_memtier_exit(void)
{
	struct node_type *node, *next;

	mutex_lock(&types_lock);
	list_for_each_entry_safe(node, next, &node_types, list)
		drop_node(node);
	mt_put_memory_types(&types);
	mutex_unlock(&types_lock);
}
