// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Findings about the pages that a drain could not move: those of processes whose cpuset has no
 * other node or too little free memory there, pinned pages, and page cache of files that no
 * process has open.
 */
#include <stdio.h>
#include <string.h>

#include "confined.h"
#include "handle.h"
#include "process.h"
#include "targets.h"

/* Page cache below this size, in bytes, is not worth a finding. */
#define LITTLE (UINT64_C(4) << 20)

/**
 * confined_init() - prepare to find the processes that a drain cannot move
 * @confined: initialized
 * @forecast: the forecast of a drain
 *
 * With several devices each process is checked against the targets of the first device: devices
 * are drained one after another, and the nodes of the others have gone or are avoided.
 */
void confined_init(struct confined *confined, struct daxplug_forecast *forecast)
{
	struct node_set avoid = forecast->parts[0].avoid;
	unsigned int i;

	*confined = (struct confined){ .forecast = forecast };
	for (i = 1; i < forecast->count; i++)
		if (forecast->parts[i].owns_node)
			node_set_add(&avoid, forecast->parts[i].node);
	confined->active = (forecast->flags & DAXPLUG_CHANGE_DRAIN) &&
			   !targets_read(&confined->targets, forecast->daxplug,
					 forecast->parts[0].node, &avoid) &&
			   confined->targets.count;
}

static void note(unsigned int *count, struct process *first, const struct process *process)
{
	if (!(*count)++)
		*first = *process;
}

/**
 * confined_note() - check a process
 * @confined: from confined_init()
 * @process: the process
 * @bytes: its memory on the nodes of the devices
 * @anon: the part of @bytes that is anonymous memory
 */
void confined_note(struct confined *confined, const struct process *process, uint64_t bytes,
		   uint64_t anon)
{
	const struct daxplug *daxplug = confined->forecast->daxplug;
	int64_t all_anon = confined->forecast->use[DAXPLUG_USE_ANON];
	char list[ATTRIBUTE_SIZE];
	uint64_t allowed;

	/* The nodes may have other memory. */
	if (all_anon >= 0 && (uint64_t)all_anon < anon)
		anon = all_anon;
	if (!confined->active || !bytes)
		return;
	if (process_pinned(daxplug, process->pid))
		note(&confined->pinned, &confined->first_pinned, process);
	if (process_cpuset(daxplug, process->pid, list, sizeof(list)))
		return;
	allowed = targets_allowed(&confined->targets, list);
	if (!allowed)
		note(&confined->without_node, &confined->first_without_node, process);
	else if (!targets_are_all(&confined->targets, allowed) &&
		 anon > targets_spare(&confined->targets, allowed))
		note(&confined->without_room, &confined->first_without_room, process);
}

static const char *plural(unsigned int processes)
{
	return processes == 1 ? "" : "es";
}

static void find_processes(struct confined *confined)
{
	struct daxplug_forecast *forecast = confined->forecast;
	const struct process *first = &confined->first_without_node;

	if (confined->without_node)
		find(forecast, "confined", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN, NULL,
		     "add other nodes to cpuset.mems of its control group",
		     "no node to drain to in the cpuset of %u process%s, such as %s (PID %d): those "
		     "pages are left to the unplug",
		     confined->without_node, plural(confined->without_node), first->name,
		     first->pid);
	first = &confined->first_without_room;
	if (confined->without_room && !(forecast->flags & DAXPLUG_CHANGE_SWAP))
		find(forecast, "no-room", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_ROOM, NULL,
		     DRAIN_ROOM_REMEDY,
		     "too little is free above the high watermarks of the nodes in the cpuset of "
		     "%u process%s, such as %s (PID %d)",
		     confined->without_room, plural(confined->without_room), first->name,
		     first->pid);
}

static void find_pinned(struct confined *confined)
{
	if (!confined->pinned)
		return;
	find(confined->forecast, "pinned-memory", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN,
	     NULL, "stop the programs that pin it, such as users of RDMA",
	     "pinned memory of %u process%s, such as %s (PID %d), cannot be moved if it is on the "
	     "device",
	     confined->pinned, plural(confined->pinned), confined->first_pinned.name,
	     confined->first_pinned.pid);
}

/*
 * Adds a finding about page cache that the drain cannot drop: the kernel drops that of a whole
 * node, by Linux 7.2 and later.
 */
static void find_cache(struct daxplug_forecast *forecast, const struct part *part)
{
	char path[SYSFS_PATH_SIZE], size[32];
	bool can_drop;

	snprintf(path, sizeof(path), NODES "/node%d/reclaim", part->node);
	can_drop = !sysfs_find(forecast->daxplug, path);
	if (part->use[DAXPLUG_USE_CACHE] < (int64_t)LITTLE || (can_drop && part->owns_node))
		return;
	find(forecast, "cache-left", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, part->device,
	     "",
	     "page cache of files that no process maps or has open, of %s in all, is left to the "
	     "unplug: %s",
	     forecast_size(part->use[DAXPLUG_USE_CACHE], size, sizeof(size)),
	     can_drop ? "the node has other memory too" : "this kernel cannot drop it by node");
}

/* Adds the findings. */
void confined_find(struct confined *confined)
{
	struct daxplug_forecast *forecast = confined->forecast;
	unsigned int i;

	if (!confined->active)
		return;
	find_processes(confined);
	find_pinned(confined);
	for (i = 0; i < forecast->count; i++)
		find_cache(forecast, &forecast->parts[i]);
}
