// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The nodes that a drain may fill, and how far: up to the high watermarks of their zones,
 * so that it wakes no kswapd and nothing is swapped out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drain.h"
#include "handle.h"
#include "node.h"
#include "parse.h"

/* The distances in nodeN/distance are in the order of the nodes that are online. */
static int distance_of(const char *distances, const char *online, int node)
{
	const char *rest = online;
	unsigned int first, last, at;

	while (parse_list_next(&rest, &first, &last) == 1) {
		for (at = first; at <= last; at++) {
			char *end;
			long distance = strtol(distances, &end, 10);

			if (end == distances)
				return INT_MAX;
			if ((int)at == node)
				return distance;
			distances = end;
		}
	}
	return INT_MAX;
}

/* Keeps the list sorted by the distance from the device. */
static void add_target(struct targets *targets, int *distances, int node, int distance)
{
	unsigned int at = targets->count;

	if (at == MOST_TARGETS)
		return;
	for (; at && distances[at - 1] > distance; at--) {
		targets->target[at] = targets->target[at - 1];
		distances[at] = distances[at - 1];
	}
	targets->target[at] = (struct target){ .node = node };
	distances[at] = distance;
	targets->count++;
}

/* 0 for a node whose figures cannot be read, such as one that has lost its memory. */
static uint64_t read_spare(const struct drain *drain, const char *zoneinfo, int node)
{
	struct node_room room;

	return node_room(drain->change->daxplug, zoneinfo, node, &room) ? 0 : room.spare;
}

/**
 * targets_refresh() - read anew how much room the targets have
 * @drain: the drain
 *
 * A node that has gone has none.
 *
 * Return: 0; -ENODATA if /proc/zoneinfo cannot be read.
 */
int targets_refresh(struct drain *drain)
{
	struct targets *targets = &drain->targets;
	char *zoneinfo = node_zoneinfo(drain->change->daxplug);
	unsigned int i;

	if (!zoneinfo)
		return -ENODATA;
	for (i = 0; i < targets->count; i++) {
		uint64_t spare = read_spare(drain, zoneinfo, targets->target[i].node);

		pthread_mutex_lock(&targets->lock);
		targets->target[i].spare = spare;
		pthread_mutex_unlock(&targets->lock);
	}
	free(zoneinfo);
	return 0;
}

/**
 * targets_read() - find the nodes that pages of the device may move to
 * @drain: the drain; its targets are set, the nearest first
 *
 * Return: 0, also if there are none; or a negative errno.
 */
int targets_read(struct drain *drain)
{
	const struct daxplug *daxplug = drain->change->daxplug;
	int own = drain->change->device->target_node, distances[MOST_TARGETS];
	char list[ATTRIBUTE_SIZE], online[ATTRIBUTE_SIZE], near[ATTRIBUTE_SIZE];
	char path[SYSFS_PATH_SIZE];
	const char *rest = list;
	unsigned int node, last;
	int err;

	pthread_mutex_init(&drain->targets.lock, NULL);
	err = sysfs_read(daxplug, NODES "/has_memory", list, sizeof(list));
	if (err)
		return err;
	snprintf(path, sizeof(path), NODES "/node%d/distance", own);
	/* Without them the order is that of the nodes' numbers. */
	if (sysfs_read(daxplug, path, near, sizeof(near)) ||
	    sysfs_read(daxplug, NODES "/online", online, sizeof(online)))
		online[0] = near[0] = '\0';
	while (parse_list_next(&rest, &node, &last) == 1)
		for (; node <= last; node++)
			if ((int)node != own)
				add_target(&drain->targets, distances, node,
					   distance_of(near, online, node));
	return targets_refresh(drain);
}

/* Bytes that all targets together have room for. */
uint64_t targets_spare(struct drain *drain)
{
	struct targets *targets = &drain->targets;
	uint64_t spare = 0;
	unsigned int i;

	pthread_mutex_lock(&targets->lock);
	for (i = 0; i < targets->count; i++)
		spare += targets->target[i].spare;
	pthread_mutex_unlock(&targets->lock);
	return spare;
}

/**
 * targets_allowed() - which targets are in a list of nodes
 * @drain: the drain
 * @list: such as "0,2-3"
 *
 * Return: a bit for each of them.
 */
uint64_t targets_allowed(const struct drain *drain, const char *list)
{
	uint64_t allowed = 0;
	unsigned int i;

	for (i = 0; i < drain->targets.count; i++)
		if (parse_list_has(list, drain->targets.target[i].node))
			allowed |= UINT64_C(1) << i;
	return allowed;
}

/**
 * targets_take() - have room on a target
 * @drain: the drain
 * @allowed: a bit for each target that may be taken
 * @bytes: how much
 *
 * Return: the nearest target with so much room, to be given to targets_settle(); NULL if
 * there is none now.
 */
struct target *targets_take(struct drain *drain, uint64_t allowed, uint64_t bytes)
{
	struct targets *targets = &drain->targets;
	struct target *found = NULL;
	unsigned int i;

	pthread_mutex_lock(&targets->lock);
	for (i = 0; i < targets->count && !found; i++) {
		struct target *target = &targets->target[i];

		if ((allowed >> i & 1) && target->spare >= target->in_flight + bytes)
			found = target;
	}
	if (found)
		found->in_flight += bytes;
	pthread_mutex_unlock(&targets->lock);
	return found;
}

/**
 * targets_settle() - say how much of what was promised has been used
 * @drain: the drain
 * @target: from targets_take()
 * @promised: what it was asked for
 * @moved: what was moved there
 */
void targets_settle(struct drain *drain, struct target *target, uint64_t promised, uint64_t moved)
{
	pthread_mutex_lock(&drain->targets.lock);
	target->in_flight -= promised;
	target->spare -= moved < target->spare ? moved : target->spare;
	pthread_mutex_unlock(&drain->targets.lock);
}
