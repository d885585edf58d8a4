// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds the processes that have pages on the device, and the addresses: the pieces of a pass. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drain.h"
#include "handle.h"
#include "process.h"

/* The page size of a mapping for which numa_maps gives none. */
#define SMALL_PAGE 4096

/**
 * struct search - a search for processes
 * @drain: the drain, which gets the pieces
 * @owner: the index of the current process
 * @begun: whether the current process is already an owner
 * @process: the current process
 * @err: 0 or -ENOMEM
 */
struct search {
	struct drain *drain;
	unsigned int owner;
	bool begun;
	const struct process *process;
	int err;
};

static bool goes_on(const struct search *search)
{
	return !search->err && !pieces_are_full(search->drain) && !owners_are_full(search->drain) &&
	       !task_cancelled(search->drain->change);
}

static bool is_own_node(int node, void *data)
{
	const struct search *search = data;

	return node == search->drain->change->device->target_node;
}

/*
 * The targets that the cpuset of a process allows; all if the cpuset is unknown, because
 * move_pages() itself refuses a node outside the cpuset.
 */
static uint64_t allowed_targets(const struct drain *drain, int pid)
{
	char list[ATTRIBUTE_SIZE];

	if (process_cpuset(drain->change->daxplug, pid, list, sizeof(list)))
		return ~UINT64_C(0);
	return targets_allowed(&drain->targets, list);
}

/* Returns the owner of the current process, from an earlier pass or new. */
static struct owner *take_owner(struct search *search)
{
	struct owner key = { .pid = search->process->pid }, *owner;

	snprintf(key.name, sizeof(key.name), "%.*s", (int)sizeof(key.name) - 1,
		 search->process->name);
	owner = owners_find(search->drain, &key);
	if (owner)
		return owner;
	owner = owners_add(search->drain);
	if (!owner)
		return NULL;
	owner->pid = key.pid;
	memcpy(owner->name, key.name, sizeof(owner->name));
	return owner;
}

static int begin_owner(struct search *search)
{
	struct owner *owner = take_owner(search);

	if (!owner)
		return -ENOMEM;
	owner->found = owner->anon = 0;
	owner->targets = allowed_targets(search->drain, owner->pid);
	atomic_store(&owner->err, 0);
	search->owner = owner - search->drain->owners;
	search->begun = true;
	return 0;
}

static uint64_t page_size_of_line(const char *line)
{
	const char *found = strstr(line, " kernelpagesize_kB=");
	unsigned long long kilobytes;

	if (!found || sscanf(found, " kernelpagesize_kB=%llu", &kilobytes) != 1)
		return SMALL_PAGE;
	return kilobytes * 1024;
}

static int add_pieces(struct search *search, const struct mapping *mapping)
{
	const struct piece all = {
		.owner = search->owner,
		.start = mapping->start,
		.end = mapping->end,
		.page_size = page_size_of_line(mapping->line),
		.use = process_line_use(mapping->line),
	};

	return pieces_add(search->drain, &all);
}

static bool take_mapping(const struct mapping *mapping, void *data)
{
	struct search *search = data;
	uint64_t bytes = process_line_on_nodes(mapping->line, is_own_node, search);
	struct owner *owner;

	if (!bytes)
		return true;
	if (!search->begun)
		search->err = begin_owner(search);
	if (search->err)
		return false;
	owner = &search->drain->owners[search->owner];
	owner->found += bytes;
	owner->anon += process_line_use(mapping->line) == DAXPLUG_USE_ANON ? bytes : 0;
	search->err = add_pieces(search, mapping);
	return goes_on(search);
}

static bool take_process(const struct daxplug *daxplug, const struct process *process, void *data)
{
	struct search *search = data;

	search->process = process;
	search->begun = false;
	process_mappings(daxplug, process->pid, take_mapping, search);
	return goes_on(search);
}

/**
 * evacuees_find() - find the memory of processes on the device
 * @drain: the drain; pieces are added
 * @deadline: when to stop, by clock_now()
 *
 * Memory that it does not find is left to the unplug.
 */
void evacuees_find(struct drain *drain, int64_t deadline)
{
	struct search search = { .drain = drain };

	process_each(drain->change->daxplug, deadline, take_process, &search);
}
