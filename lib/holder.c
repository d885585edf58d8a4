// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds the process that maps a page frame. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "handle.h"
#include "holder.h"
#include "pagemap.h"
#include "process.h"

/* The time limit of the search in ms: the change has failed, and its caller waits. */
#define PATIENCE 500

#define ENTRIES 4096

/**
 * struct search - a search for a page frame
 * @pfn: the number of the page frame
 * @node: the node that it is on
 * @deadline: when to give up, by clock_now()
 * @found: the process that was found; its PID is 0 if none was
 * @pagemap: the pagemap of the current process
 * @mapped: whether the current process maps the page frame
 */
struct search {
	uint64_t pfn;
	int node;
	int64_t deadline;
	struct process found;
	int pagemap;
	bool mapped;
};

static bool is_on_node(int node, void *data)
{
	const struct search *search = data;

	return node == search->node;
}

static bool map_has(const struct search *search, uint64_t page, uint64_t end)
{
	uint64_t entries[ENTRIES];

	while (page < end && clock_now() < search->deadline) {
		uint64_t count = end - page < ENTRIES ? end - page : ENTRIES;
		ssize_t got = pread(search->pagemap, entries, count * sizeof(entries[0]),
				    page * sizeof(entries[0]));
		ssize_t i;

		if (got <= 0)
			return false;
		for (i = 0; i < got / (ssize_t)sizeof(entries[0]); i++)
			if ((entries[i] & PAGEMAP_PRESENT) &&
			    (entries[i] & PAGEMAP_FRAME) == search->pfn)
				return true;
		page += count;
	}
	return false;
}

static bool map_is_searched(const struct mapping *mapping, void *data)
{
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	struct search *search = data;

	if (process_line_on_nodes(mapping->line, is_on_node, search))
		search->mapped =
			map_has(search, mapping->start / page_size, mapping->end / page_size);
	return !search->mapped;
}

static bool has_page(const struct daxplug *daxplug, struct search *search, int pid)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	search->pagemap = root_open(daxplug, path, O_RDONLY);
	if (search->pagemap < 0)
		return false;
	search->mapped = false;
	process_mappings(daxplug, pid, map_is_searched, search);
	close(search->pagemap);
	return search->mapped;
}

static bool look(const struct daxplug *daxplug, const struct process *process, void *data)
{
	struct search *search = data;

	if (has_page(daxplug, search, process->pid))
		search->found = *process;
	return !search->found.pid;
}

/**
 * holder_find() - find the process that maps a page frame
 * @daxplug: the handle
 * @pfn: the number of the page frame
 * @node: the node that it is on
 * @name: set to the name of the process; unchanged if none is found
 * @size: the size of @name
 *
 * Return: its PID; 0 if none was found within the time limit.
 */
int holder_find(const struct daxplug *daxplug, int64_t pfn, int node, char *name, size_t size)
{
	struct search search = { .pfn = pfn, .node = node, .deadline = clock_now() + PATIENCE };

	process_each(daxplug, search.deadline, look, &search);
	if (search.found.pid)
		snprintf(name, size, "%s", search.found.name);
	return search.found.pid;
}
