// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Checks whether other nodes have enough free memory for the pages that must move. If other nodes
 * have memory, the kernel moves pages of a block only there: free memory of the block's own node
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
#include "process.h"
#include "swap.h"

#define ROOM_REMEDY "free memory on other nodes, add swap, or use --force"

/**
 * struct rooms - the nodes with memory
 * @count: number of nodes
 * @node: their numbers
 * @bytes: the bytes that each could take once the devices are unplugged
 * @gone: whether each has no memory then
 * @restricted: list of the nodes that this process may allocate on, or empty
 */
struct rooms {
	unsigned int count;
	int node[MOST_NODES];
	uint64_t bytes[MOST_NODES];
	bool gone[MOST_NODES];
	char restricted[ATTRIBUTE_SIZE];
};

/* Free memory of the devices on a node that keeps other memory: an unplug removes it. */
static uint64_t free_on_devices(const struct daxplug_forecast *forecast, int node)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		const struct part *part = &forecast->parts[i];

		if (part->node != node)
			continue;
		/* Unknown: assume that all of it is free. */
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
		    struct rooms *rooms)
{
	unsigned int at = rooms->count;
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
	rooms->node[at] = node;
	rooms->gone[at] = is_owned(forecast, node);
	rooms->bytes[at] = rooms->gone[at] || bytes < gone ? 0 : bytes - gone;
	rooms->count++;
	return 0;
}

/* A recorded tree may have no zoneinfo; all free memory counts then. */
static int read_nodes(const struct daxplug_forecast *forecast, struct rooms *rooms)
{
	int err;
	char *zoneinfo = node_zoneinfo(forecast->daxplug, &err), list[ATTRIBUTE_SIZE];
	const char *rest = list;
	unsigned int node, last;

	if (!zoneinfo && err != -ENOENT)
		return err;
	err = sysfs_read(forecast->daxplug, NODES "/has_memory", list, sizeof(list));
	while (!err && parse_list_next(&rest, &node, &last) == 1)
		for (; !err && node <= last; node++)
			err = add_node(forecast, zoneinfo, node, rooms);
	free(zoneinfo);
	return err;
}

/* Reads the nodes that the worker's cpuset allows. */
static int read_restriction(const struct daxplug *daxplug, struct rooms *rooms)
{
	int err = process_cpuset(daxplug, 0, rooms->restricted, sizeof(rooms->restricted));

	if (err)
		rooms->restricted[0] = '\0';
	return err == -ENOENT ? 0 : err;
}

/* daxplug's driver allocates in a kernel thread, which no cpuset restricts. */
static bool may_allocate(const struct rooms *rooms, const struct part *part, int node)
{
	return part->device->backend == DAXPLUG_BACKEND_STATE || !rooms->restricted[0] ||
	       parse_list_has(rooms->restricted, node);
}

static bool has_other(const struct rooms *rooms, int node)
{
	unsigned int i;

	for (i = 0; i < rooms->count; i++)
		if (rooms->node[i] != node && !rooms->gone[i])
			return true;
	return false;
}

static bool takes(const struct rooms *rooms, const struct part *part, unsigned int at)
{
	int node = rooms->node[at];

	if (rooms->gone[at] || !may_allocate(rooms, part, node))
		return false;
	return node != part->node || !has_other(rooms, part->node);
}

static uint64_t room_for(const struct rooms *rooms, const struct part *part)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < rooms->count; i++)
		bytes += takes(rooms, part, i) ? rooms->bytes[i] : 0;
	return bytes;
}

/* Sums the nodes that can take pages of at least one device. */
static uint64_t room_for_all(const struct daxplug_forecast *forecast, const struct rooms *rooms)
{
	uint64_t bytes = 0;
	unsigned int i, j;

	for (i = 0; i < rooms->count; i++) {
		for (j = 0; j < forecast->count; j++) {
			if (!takes(rooms, &forecast->parts[j], i))
				continue;
			bytes += rooms->bytes[i];
			break;
		}
	}
	return bytes;
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

static bool find_parts(struct daxplug_forecast *forecast, const struct rooms *rooms, uint64_t swap)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		const struct part *part = &forecast->parts[i];
		uint64_t room = room_for(rooms, part) + swap;

		if (part->must_move <= 0 || (uint64_t)part->must_move <= room)
			continue;
		find_no_room(forecast, part->device, part->must_move, room);
		found = true;
	}
	return found;
}

/* Whether the node of a device is unknown: any node may then be its own. */
static bool has_unknown_node(const struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].online && !forecast->parts[i].device->node_known)
			return true;
	return false;
}

/* Adds a finding if the free memory of other nodes could not be read. */
void find_room_unknown(struct daxplug_forecast *forecast)
{
	find(forecast, "room-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE, NULL, "",
	     "cannot tell how much room other nodes have");
}

/**
 * forecast_room() - check whether other nodes have enough free memory for the pages that must
 * move
 * @forecast: the forecast, with the use of its devices
 */
void forecast_room(struct daxplug_forecast *forecast)
{
	struct rooms *rooms = calloc(1, sizeof(*rooms));
	uint64_t swap;

	if (!rooms || has_unknown_node(forecast) || read_nodes(forecast, rooms) ||
	    read_restriction(forecast->daxplug, rooms) || swap_room(forecast->daxplug, &swap)) {
		find_room_unknown(forecast);
		free(rooms);
		return;
	}
	forecast->room = room_for_all(forecast, rooms) + swap;
	if (!find_parts(forecast, rooms, swap) && forecast->must_move > forecast->room)
		find_no_room(forecast, NULL, forecast->must_move, forecast->room);
	free(rooms);
}
