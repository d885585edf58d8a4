// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"
#include "node.h"
#include "parse.h"

/**
 * struct zone - a zone of a node from /proc/zoneinfo, in pages
 * @name: such as Movable
 * @free: free pages
 * @low: the watermark at which the kernel begins to reclaim
 * @high: the watermark up to which the kernel reclaims
 * @managed: pages that the allocator manages
 * @reserve: pages that movable allocations must leave alone
 */
struct zone {
	char name[16];
	unsigned long long free;
	unsigned long long low;
	unsigned long long high;
	unsigned long long managed;
	unsigned long long reserve;
};

/* The meminfo of a node, which the caller frees; NULL with @err set if it cannot be read. */
char *node_meminfo(const struct daxplug *daxplug, int node, int *err)
{
	char path[SYSFS_PATH_SIZE];

	*err = -ENODATA;
	if (node < 0)
		return NULL;
	snprintf(path, sizeof(path), NODES "/node%d/meminfo", node);
	return sysfs_read_long(daxplug, path, err);
}

/* /proc/zoneinfo, which the caller frees; NULL with @err set if it cannot be read. */
char *node_zoneinfo(const struct daxplug *daxplug, int *err)
{
	return sysfs_read_long(daxplug, "proc/zoneinfo", err);
}

/* "protection: (0, 1933, 1933, 1933)": the last but one is for movable allocations. */
static unsigned long long parse_reserve(const char *list)
{
	unsigned long long last = 0, last_but_one = 0;

	for (list = strchr(list, '('); list; list = strchr(list, ',')) {
		last_but_one = last;
		last = strtoull(list + 1, NULL, 10);
		list++;
	}
	return last_but_one;
}

static void take_line(struct zone *zone, const char *line)
{
	sscanf(line, " pages free %llu", &zone->free);
	sscanf(line, " low %llu", &zone->low);
	sscanf(line, " high %llu", &zone->high);
	sscanf(line, " managed %llu", &zone->managed);
	if (strstr(line, " protection:"))
		zone->reserve = parse_reserve(line);
}

/* Bytes of a zone that are free above a watermark. */
static uint64_t free_above(const struct zone *zone, uint64_t watermark)
{
	uint64_t kept = watermark + zone->reserve;

	return zone->free > kept ? (zone->free - kept) * sysconf(_SC_PAGESIZE) : 0;
}

static void add_zone(struct node_room *room, const struct zone *zone, uint64_t *low)
{
	uint64_t page = sysconf(_SC_PAGESIZE), free = free_above(zone, zone->low);
	bool movable = !strcmp(zone->name, "Movable");

	if (!zone->managed)
		return;
	room->free += free;
	room->spare += free_above(zone, zone->high);
	room->kernel_free += movable ? 0 : free;
	*(movable ? &room->movable : &room->kernel) += zone->managed * page;
	*low += zone->low * page;
}

/* Adds up the zones of a node; returns the sum of their low watermarks. */
static uint64_t add_zones(const char *zoneinfo, int node, struct node_room *room)
{
	struct zone zone = { 0 };
	uint64_t low = 0;
	int owner = -1;

	for (; *zoneinfo; zoneinfo += strcspn(zoneinfo, "\n"), zoneinfo += *zoneinfo == '\n') {
		char line[160], name[16];
		int number;

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(zoneinfo, "\n"), zoneinfo);
		if (sscanf(line, "Node %d, zone %15s", &number, name) != 2) {
			take_line(&zone, line);
			continue;
		}
		if (owner == node)
			add_zone(room, &zone, &low);
		zone = (struct zone){ 0 };
		snprintf(zone.name, sizeof(zone.name), "%s", name);
		owner = number;
	}
	if (owner == node)
		add_zone(room, &zone, &low);
	return low;
}

/* As for MemAvailable: half of the cache, or as much as the low watermark, cannot be dropped. */
static uint64_t droppable(uint64_t cache, uint64_t low)
{
	return cache - (cache / 2 < low ? cache / 2 : low);
}

/**
 * node_room() - read the free and reclaimable memory of a node
 * @daxplug: the handle
 * @zoneinfo: from node_zoneinfo(), or NULL to count all free memory
 * @node: the node
 * @room: set to the figures
 *
 * Return: 0; -ENODATA if the node's meminfo has no figures; or the negative errno of reading it,
 * such as -ENOENT for a node that has gone.
 */
int node_room(const struct daxplug *daxplug, const char *zoneinfo, int node, struct node_room *room)
{
	uint64_t active = 0, inactive = 0, slab = 0, low = 0;
	int err;
	char *text = node_meminfo(daxplug, node, &err);

	*room = (struct node_room){ 0 };
	if (text)
		err = parse_meminfo(text, "MemFree", &room->free) ? -ENODATA : 0;
	if (!err) {
		parse_meminfo(text, "Active(file)", &active);
		parse_meminfo(text, "Inactive(file)", &inactive);
		parse_meminfo(text, "SReclaimable", &slab);
	}
	free(text);
	if (err)
		return err;

	room->spare = room->free;
	if (zoneinfo) {
		room->free = room->spare = 0;
		low = add_zones(zoneinfo, node, room);
	}
	room->cache = droppable(active + inactive, low) + droppable(slab, low);
	return 0;
}
