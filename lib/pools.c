// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The pools of huge pages of a NUMA node. The kernel dissolves the free huge pages of a block
 * that goes offline, and never allocates them again by itself.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"
#include "parse.h"
#include "pools.h"

#define PREFIX "hugepages-"
#define POOLS "sys/kernel/mm/hugepages"

static void pool_path(int node, uint64_t size, const char *attribute, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, NODES "/node%d/hugepages/" PREFIX "%llukB/%s", node,
		 (unsigned long long)(size / 1024), attribute);
}

/**
 * pools_are_gigantic() - test whether the kernel allocates huge pages of a size only for a pool
 * @size: the page size, in bytes
 *
 * The buddy allocator has pages as large as what one page table maps (2 MiB on x86), and none of
 * the larger sizes. For a migration the kernel takes a gigantic page from a pool only.
 *
 * Return: true if it is.
 */
bool pools_are_gigantic(uint64_t size)
{
	uint64_t page_size = sysconf(_SC_PAGESIZE);

	return size > page_size / sizeof(uint64_t) * page_size;
}

/* Reads a number of pages of one size, of all nodes together. */
static int read_of_system(const struct daxplug *daxplug, uint64_t size, const char *attribute,
			  uint64_t *pages)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), POOLS "/" PREFIX "%llukB/%s",
		 (unsigned long long)(size / 1024), attribute);
	return sysfs_read_number(daxplug, path, pages);
}

/* The pages of one size on all nodes, without surplus pages; 0 if that cannot be read. */
static uint64_t read_system(const struct daxplug *daxplug, uint64_t size)
{
	uint64_t pages, surplus;

	if (read_of_system(daxplug, size, "nr_hugepages", &pages) ||
	    read_of_system(daxplug, size, "surplus_hugepages", &surplus) || surplus > pages)
		return 0;
	return pages - surplus;
}

/**
 * pools_reserved() - read how many free huge pages of all nodes are reserved
 * @daxplug: the handle
 * @size: the page size, in bytes
 * @pages: set to their number; unchanged on an error
 *
 * Return: 0 or a negative errno.
 */
int pools_reserved(const struct daxplug *daxplug, uint64_t size, uint64_t *pages)
{
	return read_of_system(daxplug, size, "resv_hugepages", pages);
}

static int read_pool(const struct daxplug *daxplug, int node, struct pool *pool)
{
	const struct {
		const char *name;
		uint64_t *value;
	} attributes[] = {
		{ "nr_hugepages", &pool->pages },
		{ "surplus_hugepages", &pool->surplus },
		{ "free_hugepages", &pool->free },
	};
	char path[SYSFS_PATH_SIZE];
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		pool_path(node, pool->size, attributes[i].name, path);
		err = sysfs_read_number(daxplug, path, attributes[i].value);
	}
	if (!err)
		pool->system = read_system(daxplug, pool->size);
	return err;
}

/* Parses the page size in the name of a pool, in bytes; 0 if it is not such a name. */
static uint64_t size_of(const char *name)
{
	unsigned long long kilobytes;
	int end = 0;

	if (sscanf(name, PREFIX "%llukB%n", &kilobytes, &end) != 1 || !end || name[end])
		return 0;
	return kilobytes * 1024;
}

static int read_pools(const struct daxplug *daxplug, DIR *dir, struct pools *pools)
{
	struct dirent *entry;
	int err = 0;

	while (!err && pools->count < MOST_POOLS) {
		struct pool *pool = &pools->pool[pools->count];

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		pool->size = size_of(entry->d_name);
		if (!pool->size)
			continue;
		err = read_pool(daxplug, pools->node, pool);
		pools->count++;
	}
	return err;
}

/**
 * pools_read() - read the pools of a node
 * @daxplug: the handle
 * @node: the node; -1 for none
 * @pools: set to its pools: none on an error, if the kernel has no huge pages, or if the node has
 *no memory
 *
 * Return: 0 or a negative errno.
 */
int pools_read(const struct daxplug *daxplug, int node, struct pools *pools)
{
	char path[SYSFS_PATH_SIZE];
	DIR *dir;
	int err;

	*pools = (struct pools){ .node = node };
	if (node < 0)
		return 0;
	snprintf(path, sizeof(path), NODES "/node%d/hugepages", node);
	err = sysfs_open_dir(daxplug, path, &dir);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = read_pools(daxplug, dir, pools);
	if (err)
		pools->count = 0;
	closedir(dir);
	return err;
}

/* The pages that are not surplus; a write to nr_hugepages sets their number. */
static uint64_t persistent(const struct pool *pool)
{
	return pool->pages > pool->surplus ? pool->pages - pool->surplus : 0;
}

static int set_size(struct daxplug *daxplug, int node, const struct pool *pool, uint64_t pages)
{
	char path[SYSFS_PATH_SIZE], text[24];

	pool_path(node, pool->size, "nr_hugepages", path);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)pages);
	return daxplug->system->write(daxplug, path, text);
}

/**
 * pools_give_up_free() - free the huge pages of a node that are not in use
 * @daxplug: the handle
 * @node: the node
 *
 * Otherwise a process could allocate these pages on the device meanwhile. The kernel keeps
 * reserved pages. The pools are read here: with older figures, pages that have come into use since
 * would become surplus pages, which the kernel frees after their use. If the pools cannot be read,
 * the pages are kept.
 */
void pools_give_up_free(struct daxplug *daxplug, int node)
{
	struct pools pools;
	unsigned int i;

	pools_read(daxplug, node, &pools);
	for (i = 0; i < pools.count; i++) {
		const struct pool *pool = &pools.pool[i];

		if (pool->free && persistent(pool) > pool->free)
			set_size(daxplug, node, pool, persistent(pool) - pool->free);
		else if (pool->free)
			set_size(daxplug, node, pool, 0);
	}
}

static uint64_t lost(uint64_t before, uint64_t now)
{
	return before > now ? before - now : 0;
}

/*
 * The pages that the node has lost: at most the machine's loss, because used pages may have moved
 * to another node, and at most its own, because other nodes may have lost pages too.
 */
static uint64_t missing_of(const struct pool *before, const struct pool *now)
{
	uint64_t of_node = lost(persistent(before), persistent(now));
	uint64_t of_system = lost(before->system, now->system);

	if (!before->system || !now->system)
		return of_node;
	return of_node < of_system ? of_node : of_system;
}

/* The number of pages of a pool that are still missing after an attempt to restore them. */
static uint64_t restore(struct daxplug *daxplug, int node, const struct pool *before)
{
	struct pool now = { .size = before->size };
	uint64_t missing = persistent(before), wanted = missing;

	if (!missing)
		return 0;
	if (!read_pool(daxplug, node, &now)) {
		missing = missing_of(before, &now);
		wanted = persistent(&now) + missing;
	}
	if (!missing)
		return 0;
	set_size(daxplug, node, before, wanted);
	return read_pool(daxplug, node, &now) ? missing : missing_of(before, &now);
}

/**
 * pools_restore() - restore the former sizes of a node's pools
 * @daxplug: the handle
 * @before: the pools as they were
 *
 * Return: the number of huge pages that are, or may be, missing.
 */
uint64_t pools_restore(struct daxplug *daxplug, const struct pools *before)
{
	uint64_t missing = 0;
	unsigned int i;

	for (i = 0; i < before->count; i++)
		missing += restore(daxplug, before->node, &before->pool[i]);
	return missing;
}
