// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where what must move could go. The kernel moves pages off a block to other nodes
 * only, as long as there are others with memory; free memory of the block's own node
 * does not count.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast.h"
#include "handle.h"
#include "node.h"
#include "parse.h"

#define ROOM_REMEDY "free memory on other nodes, add swap, or use --force"

/* More nodes than any kernel has. */
#define MOST_NODES 1024

/**
 * struct targets - the nodes with memory
 * @count: how many there are
 * @node: their numbers
 * @bytes: what each could take, when the devices are gone
 * @gone: whether it is gone then
 * @restricted: list of the nodes that this process may allocate on, or empty
 */
struct targets {
	unsigned int count;
	int node[MOST_NODES];
	uint64_t bytes[MOST_NODES];
	bool gone[MOST_NODES];
	char restricted[ATTRIBUTE_SIZE];
};

/* Of a node that keeps other memory, the free memory of the devices goes with them. */
static uint64_t free_on_devices(const struct daxplug_forecast *forecast, int node)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		const struct part *part = &forecast->parts[i];

		if (part->node != node)
			continue;
		/* Not known: then all of it may be. */
		bytes += part->use[DAXPLUG_USE_FREE] < 0 ? (int64_t)part->online
							 : part->use[DAXPLUG_USE_FREE];
	}
	return bytes;
}

static bool is_owned(const struct daxplug_forecast *forecast, int node)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].node == node && forecast->parts[i].owns_node)
			return true;
	return false;
}

static int add_node(const struct daxplug_forecast *forecast, const char *zoneinfo, int node,
		    struct targets *targets)
{
	unsigned int at = targets->count;
	struct node_room room;
	uint64_t bytes, gone;
	int err;

	if (at == MOST_NODES)
		return -ENODATA;
	err = node_room(forecast->daxplug, zoneinfo, node, &room);
	if (err)
		return err;
	bytes = room.free + room.cache;
	gone = free_on_devices(forecast, node);
	targets->node[at] = node;
	targets->gone[at] = is_owned(forecast, node);
	targets->bytes[at] = targets->gone[at] || bytes < gone ? 0 : bytes - gone;
	targets->count++;
	return 0;
}

static int read_nodes(const struct daxplug_forecast *forecast, struct targets *targets)
{
	char *zoneinfo = node_zoneinfo(forecast->daxplug), list[ATTRIBUTE_SIZE];
	const char *rest = list;
	unsigned int node, last;
	int err;

	err = sysfs_read(forecast->daxplug, NODES "/has_memory", list, sizeof(list));
	while (!err && parse_list_next(&rest, &node, &last) == 1)
		for (; !err && node <= last; node++)
			err = add_node(forecast, zoneinfo, node, targets);
	free(zoneinfo);
	return err;
}

/* A line of /proc/self/status: the worker allocates as its cpuset allows. */
static void read_restriction(const struct daxplug *daxplug, struct targets *targets)
{
	char *text, *found;
	int err;

	targets->restricted[0] = '\0';
	text = sysfs_read_long(daxplug, "proc/self/status", &err);
	found = text ? strstr(text, "\nMems_allowed_list:\t") : NULL;
	if (found)
		sscanf(found, "\nMems_allowed_list:\t%4095[0-9,-]", targets->restricted);
	free(text);
}

/* daxplug's driver allocates in a thread of the kernel's, which has no cpuset. */
static bool may_allocate(const struct targets *targets, const struct part *part, int node)
{
	return part->device->backend == DAXPLUG_BACKEND_STATE || !targets->restricted[0] ||
	       parse_list_has(targets->restricted, node);
}

static bool has_other(const struct targets *targets, int node)
{
	unsigned int i;

	for (i = 0; i < targets->count; i++)
		if (targets->node[i] != node && !targets->gone[i])
			return true;
	return false;
}

static bool takes(const struct targets *targets, const struct part *part, unsigned int target)
{
	int node = targets->node[target];

	if (targets->gone[target] || !may_allocate(targets, part, node))
		return false;
	return node != part->node || !has_other(targets, part->node);
}

static uint64_t room_for(const struct targets *targets, const struct part *part)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < targets->count; i++)
		bytes += takes(targets, part, i) ? targets->bytes[i] : 0;
	return bytes;
}

/* For all together: each node that takes the pages of one of them. */
static uint64_t room_for_all(const struct daxplug_forecast *forecast, const struct targets *targets)
{
	uint64_t bytes = 0;
	unsigned int i, j;

	for (i = 0; i < targets->count; i++) {
		for (j = 0; j < forecast->count; j++) {
			if (!takes(targets, &forecast->parts[j], i))
				continue;
			bytes += targets->bytes[i];
			break;
		}
	}
	return bytes;
}

/* ---- swap ---- */

/* Compressed memory is still memory: it makes the room that it saves, by what it holds. */
static uint64_t saved_by_zram(const struct daxplug *daxplug, const char *name, uint64_t bytes)
{
	unsigned long long original, compressed, used;
	char path[SYSFS_PATH_SIZE], text[256];

	snprintf(path, sizeof(path), "sys/block/%.32s/mm_stat", name);
	if (sysfs_read(daxplug, path, text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu", &original, &compressed, &used) != 3 || used >= original)
		return 0;
	return (double)bytes * (original - used) / original;
}

/* A kernel without swap has no such file. */
static int room_in_swap(const struct daxplug *daxplug, uint64_t *bytes)
{
	char *text, *line, *rest;
	int err;

	*bytes = 0;
	text = sysfs_read_long(daxplug, "proc/swaps", &err);
	if (!text)
		return err == -ENOENT ? 0 : err;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		unsigned long long size, used;
		char name[256];

		if (sscanf(line, "%255s %*s %llu %llu", name, &size, &used) != 3 || used > size)
			continue;
		size = (size - used) * 1024;
		*bytes += strncmp(name, "/dev/zram", 9)
				  ? size
				  : saved_by_zram(daxplug, parse_base_name(name), size);
	}
	free(text);
	return 0;
}

/* ---- findings ---- */

static void find_no_room(struct daxplug_forecast *forecast, const struct daxplug_device *device,
			 uint64_t must_move, uint64_t room)
{
	char must[32], has[32];

	find(forecast, "no-room", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_ROOM, device,
	     ROOM_REMEDY, "%s must move, and other nodes have room for %s",
	     forecast_size(must_move, must, sizeof(must)), forecast_size(room, has, sizeof(has)));
}

static bool find_parts(struct daxplug_forecast *forecast, const struct targets *targets,
		       uint64_t swap)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		const struct part *part = &forecast->parts[i];
		uint64_t room = room_for(targets, part) + swap;

		if (part->must_move <= 0 || (uint64_t)part->must_move <= room)
			continue;
		find_no_room(forecast, part->device, part->must_move, room);
		found = true;
	}
	return found;
}

/* Then its own node cannot be told from those that its pages could move to. */
static bool has_unknown_node(const struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].online && !forecast->parts[i].device->node_known)
			return true;
	return false;
}

/**
 * forecast_room() - is there room for what must move
 * @forecast: the forecast, with the use of its devices
 */
void forecast_room(struct daxplug_forecast *forecast)
{
	struct targets *targets = calloc(1, sizeof(*targets));
	uint64_t swap;

	if (!targets || has_unknown_node(forecast) || read_nodes(forecast, targets) ||
	    room_in_swap(forecast->daxplug, &swap)) {
		find(forecast, "room-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     NULL, "", "cannot tell how much room other nodes have");
		free(targets);
		return;
	}
	read_restriction(forecast->daxplug, targets);
	forecast->room = room_for_all(forecast, targets) + swap;
	if (!find_parts(forecast, targets, swap) && forecast->must_move > forecast->room)
		find_no_room(forecast, NULL, forecast->must_move, forecast->room);
	free(targets);
}
