// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which processes have pages on the device, and at which addresses: the pieces of a pass. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drain.h"
#include "grow.h"
#include "handle.h"
#include "process.h"

/* Of numa_maps, where it does not say otherwise. */
#define SMALL_PAGE 4096

/**
 * struct search - a search for processes
 * @drain: the drain, which gets the pieces
 * @owner: the index of the process that is looked at
 * @begun: whether it is an owner already
 * @process: the process
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
	return !search->err && !pieces_are_full(search->drain) &&
	       !task_cancelled(search->drain->change);
}

static bool is_own_node(int node, void *data)
{
	const struct search *search = data;

	return node == search->drain->change->device->target_node;
}

/* "Mems_allowed_list:\t0-1" of /proc/PID/status; all targets if it cannot be told. */
static uint64_t allowed_targets(const struct drain *drain, int pid)
{
	char path[SYSFS_PATH_SIZE], *text, *found, list[ATTRIBUTE_SIZE];
	uint64_t allowed = ~UINT64_C(0);
	int err;

	snprintf(path, sizeof(path), "proc/%d/status", pid);
	text = sysfs_read_long(drain->change->daxplug, path, &err);
	found = text ? strstr(text, "\nMems_allowed_list:\t") : NULL;
	if (found && sscanf(found, "\nMems_allowed_list:\t%4095[0-9,-]", list) == 1)
		allowed = targets_allowed(drain, list);
	free(text);
	return allowed;
}

static bool find_owner(struct search *search)
{
	unsigned int i;

	for (i = 0; i < search->drain->owner_count; i++) {
		const struct owner *owner = &search->drain->owners[i];

		if (owner->pid == search->process->pid &&
		    !strcmp(owner->name, search->process->name)) {
			search->owner = i;
			return true;
		}
	}
	return false;
}

static int begin_owner(struct search *search)
{
	struct drain *drain = search->drain;
	struct owner *owner;

	if (!find_owner(search)) {
		owner = grow(drain->owners, drain->owner_count, sizeof(*owner));
		if (!owner)
			return -ENOMEM;
		drain->owners = owner;
		search->owner = drain->owner_count++;
		memset(&owner[search->owner], 0, sizeof(*owner));
		owner[search->owner].pid = search->process->pid;
		snprintf(owner[search->owner].name, sizeof(owner->name), "%s",
			 search->process->name);
	}
	owner = &drain->owners[search->owner];
	owner->found = 0;
	owner->targets = allowed_targets(drain, owner->pid);
	atomic_store(&owner->err, owner->targets ? 0 : -EACCES);
	search->begun = true;
	return 0;
}

/* A word " file=" or " huge" tells what a mapping is, as far as numa_maps goes. */
static enum daxplug_use use_of_line(const char *line)
{
	if (strstr(line, " huge"))
		return DAXPLUG_USE_HUGE;
	return strstr(line, " file=") ? DAXPLUG_USE_CACHE : DAXPLUG_USE_ANON;
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
		.use = use_of_line(mapping->line),
	};

	return pieces_add(search->drain, &all);
}

static bool take_mapping(const struct mapping *mapping, void *data)
{
	struct search *search = data;
	uint64_t bytes = process_line_on_nodes(mapping->line, is_own_node, search);

	if (!bytes)
		return true;
	if (!search->begun)
		search->err = begin_owner(search);
	if (search->err)
		return false;
	search->drain->owners[search->owner].found += bytes;
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
 * Return: whether all processes were looked at.
 */
bool evacuees_find(struct drain *drain, int64_t deadline)
{
	struct search search = { .drain = drain };
	bool all = process_each(drain->change->daxplug, deadline, take_process, &search);

	return all && !search.err;
}
