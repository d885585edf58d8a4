// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which process maps a page frame. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "handle.h"
#include "holder.h"
#include "process.h"

/* How long the search may take, in ms: the change has failed, and its caller waits. */
#define PATIENCE 500

/* An entry of pagemap, an ABI: Documentation/admin-guide/mm/pagemap.rst. */
#define PRESENT (UINT64_C(1) << 63)
#define FRAME ((UINT64_C(1) << 55) - 1)
#define ENTRIES 4096

/**
 * struct search - a search for a page frame
 * @pfn: its number
 * @node: the node that it is on
 * @deadline: when to give up, by clock_now()
 * @found: the process, or its PID is 0
 */
struct search {
	uint64_t pfn;
	int node;
	int64_t deadline;
	struct process found;
};

static bool is_on_node(int node, void *data)
{
	const struct search *search = data;

	return node == search->node;
}

static bool map_has(const struct search *search, int pagemap, uint64_t page, uint64_t end)
{
	uint64_t entries[ENTRIES];

	while (page < end && clock_now() < search->deadline) {
		uint64_t count = end - page < ENTRIES ? end - page : ENTRIES;
		ssize_t got = pread(pagemap, entries, count * sizeof(entries[0]),
				    page * sizeof(entries[0]));
		ssize_t i;

		if (got <= 0)
			return false;
		for (i = 0; i < got / (ssize_t)sizeof(entries[0]); i++)
			if ((entries[i] & PRESENT) && (entries[i] & FRAME) == search->pfn)
				return true;
		page += count;
	}
	return false;
}

/* numa_maps says where a mapping begins, maps where it ends; both are in order. */
static uint64_t end_of(const char **maps, uint64_t start)
{
	unsigned long long from, to;

	while (*maps && sscanf(*maps, "%llx-%llx", &from, &to) == 2 && from <= start) {
		if (from == start)
			return to;
		*maps = strchr(*maps, '\n');
		*maps = *maps ? *maps + 1 : NULL;
	}
	return start;
}

static bool maps_have(const struct search *search, int pagemap, char *numa, const char *maps)
{
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	char *line, *rest;

	for (line = strtok_r(numa, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		uint64_t start = strtoull(line, NULL, 16);

		if (!process_line_on_nodes(line, is_on_node, (void *)search))
			continue;
		if (map_has(search, pagemap, start / page_size, end_of(&maps, start) / page_size))
			return true;
	}
	return false;
}

static bool has_page(const struct daxplug *daxplug, const struct search *search, int pid)
{
	char path[SYSFS_PATH_SIZE], *numa, *maps;
	bool found = false;
	int pagemap, err;

	snprintf(path, sizeof(path), "proc/%d/numa_maps", pid);
	numa = sysfs_read_long(daxplug, path, &err);
	snprintf(path, sizeof(path), "proc/%d/maps", pid);
	maps = sysfs_read_long(daxplug, path, &err);
	snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	pagemap = root_open(daxplug, path, O_RDONLY);
	if (numa && maps && pagemap >= 0)
		found = maps_have(search, pagemap, numa, maps);
	if (pagemap >= 0)
		close(pagemap);
	free(numa);
	free(maps);
	return found;
}

static bool look(const struct daxplug *daxplug, const struct process *process, void *data)
{
	struct search *search = data;

	if (has_page(daxplug, search, process->pid))
		search->found = *process;
	return !search->found.pid;
}

/**
 * holder_find() - which process maps a page frame
 * @daxplug: the handle
 * @pfn: the number of the page frame
 * @node: the node that it is on
 * @name: set to the name of the process; untouched if none is found
 * @size: how much room that has
 *
 * Return: its PID; 0 if none was found in the time that there is.
 */
int holder_find(const struct daxplug *daxplug, int64_t pfn, int node, char *name, size_t size)
{
	struct search search = { .pfn = pfn, .node = node, .deadline = clock_now() + PATIENCE };

	process_each(daxplug, search.deadline, look, &search);
	if (search.found.pid)
		snprintf(name, size, "%s", search.found.name);
	return search.found.pid;
}
