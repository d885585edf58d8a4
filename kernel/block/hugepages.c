// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core dissolves the free huge pages of a block that goes offline, and does not allocate them
 * again when the block comes back online. No exported function resizes a pool, so this reads and
 * writes the sysfs files of the pools.
 */
#include <linux/kern_levels.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "compat/setting.h"
#include "hugepages.h"
#include "log.h"

#define PATH_SIZE 96

static unsigned long pool_kb(unsigned int index)
{
	return (PAGE_SIZE << (index + 1)) / SZ_1K;
}

static void machine_path(char *path, unsigned long kb, const char *attribute)
{
	scnprintf(path, PATH_SIZE, "/sys/kernel/mm/hugepages/hugepages-%lukB/%s", kb, attribute);
}

/* Without CONFIG_NUMA, the machine's pools are the node's. */
static void node_path(char *path, int nid, unsigned long kb, const char *attribute)
{
	if (!IS_ENABLED(CONFIG_NUMA)) {
		machine_path(path, kb, attribute);
		return;
	}
	scnprintf(path, PATH_SIZE, "/sys/devices/system/node/node%d/hugepages/hugepages-%lukB/%s",
		  nid, kb, attribute);
}

/* A read of nr_hugepages includes surplus pages; a write sets the number of persistent pages. */
static unsigned long persistent(const char *all_path, const char *surplus_path)
{
	unsigned long all, surplus;

	if (kmem_setting_read(all_path, &all) || kmem_setting_read(surplus_path, &surplus))
		return 0;
	return all > surplus ? all - surplus : 0;
}

static unsigned long node_pages(int nid, unsigned long kb)
{
	char all[PATH_SIZE], surplus[PATH_SIZE];

	node_path(all, nid, kb, "nr_hugepages");
	node_path(surplus, nid, kb, "surplus_hugepages");
	return persistent(all, surplus);
}

static unsigned long machine_pages(unsigned long kb)
{
	char all[PATH_SIZE], surplus[PATH_SIZE];

	machine_path(all, kb, "nr_hugepages");
	machine_path(surplus, kb, "surplus_hugepages");
	return persistent(all, surplus);
}

/**
 * kmem_pools_record() - record the sizes of the pools of huge pages
 * @pools: filled in
 * @nid: the node
 *
 * A pool that cannot be read is recorded as empty, and is not restored.
 *
 * Context: Process context, sleeps.
 */
void kmem_pools_record(struct kmem_pools *pools, int nid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pools->pool); i++) {
		pools->pool[i].node = node_pages(nid, pool_kb(i));
		pools->pool[i].machine = pools->pool[i].node ? machine_pages(pool_kb(i)) : 0;
	}
}

static unsigned long missing(unsigned long before, unsigned long now)
{
	return before > now ? before - now : 0;
}

/*
 * The number of pages to restore to the pool of a node. A huge page in use moves to another node
 * and stays in the machine's pool, so this is at most the machine's loss.
 */
static unsigned long lost(const struct kmem_pool *before, int nid, unsigned long kb)
{
	unsigned long of_node = missing(before->node, node_pages(nid, kb));

	return of_node ? min(of_node, missing(before->machine, machine_pages(kb))) : 0;
}

static void restore(const struct kmem_pool *before, int nid, unsigned long kb,
		    const struct kmem_label *label)
{
	unsigned long wanted = lost(before, nid, kb), got;
	char path[PATH_SIZE];

	if (!wanted)
		return;
	wanted += node_pages(nid, kb);
	node_path(path, nid, kb, "nr_hugepages");
	kmem_setting_write(path, wanted);
	got = node_pages(nid, kb);
	if (got < wanted)
		kmem_log(label, LOGLEVEL_WARNING,
			 "node %d has lost %lu of its %lu huge pages of %lu kB; to try again, write %lu to %s\n",
			 nid, wanted - got, before->node, kb, wanted, path);
}

/**
 * kmem_pools_restore() - allocate again the huge pages that a node's pools have lost
 * @pools: their former sizes
 * @nid: the node
 * @label: names the memory in the log, which says how many pages could not be allocated
 *
 * Context: Process context, sleeps; not in a memory notifier, no signal pending.
 */
void kmem_pools_restore(const struct kmem_pools *pools, int nid, const struct kmem_label *label)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pools->pool); i++)
		if (pools->pool[i].node)
			restore(&pools->pool[i], nid, pool_kb(i), label);
}
