// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The nodes that a drain may fill, up to the high watermarks of their zones, so that it does not
 * wake kswapd and nothing is swapped out. A huge page takes a free page of the node's pool first.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "node.h"
#include "parse.h"
#include "process.h"
#include "targets.h"

/* nodeN/distance lists the distances in the order of the online nodes. */
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

/* Adds a node to the list, which is sorted by the distance from the device. */
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

/*
 * Does not count reserved huge pages, which the kernel keeps for the processes that reserved
 * them. If their number cannot be read, all free pages may be reserved.
 */
static int read_pools(struct target *target, const struct daxplug *daxplug)
{
	int err = pools_read(daxplug, target->node, &target->pools);
	unsigned int i;

	for (i = 0; i < target->pools.count; i++) {
		struct pool *pool = &target->pools.pool[i];
		uint64_t reserved;

		if (pools_reserved(daxplug, pool->size, &reserved))
			reserved = pool->free;
		pool->free -= reserved < pool->free ? reserved : pool->free;
	}
	return err;
}

/* A node that has gone, or has lost its memory, can take nothing. */
static int read_target(struct target *target, const struct daxplug *daxplug, const char *zoneinfo)
{
	struct node_room room;
	int err = node_room(daxplug, zoneinfo, target->node, &room);

	if (!err) {
		target->spare = room.spare;
		err = read_pools(target, daxplug);
	}
	return err == -ENOENT ? 0 : err;
}

/**
 * targets_refresh() - read again how much free memory the targets have
 * @targets: the targets
 * @daxplug: the handle
 *
 * Return: 0; -ENODATA if /proc/zoneinfo cannot be read; or the negative errno of reading the
 * figures of a target, which then keeps those it had.
 */
int targets_refresh(struct targets *targets, const struct daxplug *daxplug)
{
	int err, first = 0;
	char *zoneinfo = node_zoneinfo(daxplug, &err);
	unsigned int i;

	if (!zoneinfo)
		return -ENODATA;
	for (i = 0; i < targets->count; i++) {
		struct target *target = &targets->target[i], now = { .node = target->node };

		err = read_target(&now, daxplug, zoneinfo);
		first = first ? first : err;
		if (err)
			continue;
		pthread_mutex_lock(&targets->lock);
		target->spare = now.spare;
		target->pools = now.pools;
		pthread_mutex_unlock(&targets->lock);
	}
	free(zoneinfo);
	return first;
}

static int read_nodes(struct targets *targets, const struct daxplug *daxplug, int own,
		      const struct node_set *avoid)
{
	char list[ATTRIBUTE_SIZE], online[ATTRIBUTE_SIZE], near[ATTRIBUTE_SIZE];
	char path[SYSFS_PATH_SIZE], cpuset[ATTRIBUTE_SIZE];
	int cpuset_err = process_cpuset(daxplug, 0, cpuset, sizeof(cpuset));
	int distances[MOST_TARGETS], err;
	const char *rest = list;
	unsigned int node, last;

	*targets = (struct targets){ .lock = PTHREAD_MUTEX_INITIALIZER };
	err = sysfs_read(daxplug, NODES "/has_memory", list, sizeof(list));
	if (err)
		return err;
	if (cpuset_err && cpuset_err != -ENOENT)
		return cpuset_err;
	snprintf(path, sizeof(path), NODES "/node%d/distance", own);
	/* Without distances, order the nodes by number. */
	if (sysfs_read(daxplug, path, near, sizeof(near)) ||
	    sysfs_read(daxplug, NODES "/online", online, sizeof(online)))
		online[0] = near[0] = '\0';
	while (parse_list_next(&rest, &node, &last) == 1) {
		for (; node <= last; node++) {
			if ((int)node == own || node_set_has(avoid, node))
				continue;
			if (!cpuset_err && !parse_list_has(cpuset, node))
				targets->barred++;
			else
				add_target(targets, distances, node,
					   distance_of(near, online, node));
		}
	}
	return targets_refresh(targets, daxplug);
}

/**
 * targets_read() - find the nodes that pages of a device may move to
 * @targets: set to these nodes, the nearest first
 * @daxplug: the handle
 * @own: the node of the device
 * @avoid: nodes to leave out, unless no other node is left
 *
 * move_pages() allocates on the nodes that the cpuset of its caller allows, whichever process the
 * pages belong to.
 *
 * Return: 0, also if there are none; or a negative errno.
 */
int targets_read(struct targets *targets, const struct daxplug *daxplug, int own,
		 const struct node_set *avoid)
{
	const struct node_set none = { 0 };
	int err = read_nodes(targets, daxplug, own, avoid);

	if (!err && !targets->count && !targets->barred)
		err = read_nodes(targets, daxplug, own, &none);
	return err;
}

/* Sums the bytes above the high watermarks of all targets in a mask. */
uint64_t targets_spare(struct targets *targets, uint64_t allowed)
{
	uint64_t spare = 0;
	unsigned int i;

	pthread_mutex_lock(&targets->lock);
	for (i = 0; i < targets->count; i++)
		spare += allowed >> i & 1 ? targets->target[i].spare : 0;
	pthread_mutex_unlock(&targets->lock);
	return spare;
}

/**
 * targets_allowed() - find the targets in a list of nodes
 * @targets: the targets
 * @list: such as "0,2-3"
 *
 * Return: a bit for each of them.
 */
uint64_t targets_allowed(const struct targets *targets, const char *list)
{
	uint64_t allowed = 0;
	unsigned int i;

	for (i = 0; i < targets->count; i++)
		if (parse_list_has(list, targets->target[i].node))
			allowed |= UINT64_C(1) << i;
	return allowed;
}

/* Whether a mask has a bit for each target. */
bool targets_are_all(const struct targets *targets, uint64_t allowed)
{
	uint64_t all = targets->count ? ~UINT64_C(0) >> (MOST_TARGETS - targets->count) : 0;

	return (allowed & all) == all;
}

/* The bytes of free huge pages of one size; 0 for small pages. */
uint64_t target_huge(const struct target *target, uint64_t page_size)
{
	unsigned int i;

	for (i = 0; i < target->pools.count; i++)
		if (target->pools.pool[i].size == page_size)
			return target->pools.pool[i].free * page_size;
	return 0;
}

/*
 * Accounts for huge pages that moved to a target and took free pages of its pool; returns their
 * bytes.
 */
static uint64_t use_huge(struct target *target, uint64_t page_size, uint64_t moved)
{
	uint64_t huge = target_huge(target, page_size);
	unsigned int i;

	huge = moved < huge ? moved : huge;
	for (i = 0; i < target->pools.count; i++)
		if (target->pools.pool[i].size == page_size)
			target->pools.pool[i].free -= huge / page_size;
	return huge;
}

/* The bytes that movers have reserved for pages of a size; gigantic pages have only the pool. */
static uint64_t *in_flight(struct target *target, uint64_t page_size)
{
	return pools_are_gigantic(page_size) ? &target->gigantic_in_flight : &target->in_flight;
}

static uint64_t room_of(const struct target *target, uint64_t page_size)
{
	return target_huge(target, page_size) + (pools_are_gigantic(page_size) ? 0 : target->spare);
}

/**
 * targets_take() - reserve free memory on a target
 * @targets: the targets
 * @allowed: a bit for each target that may be taken
 * @bytes: the amount
 * @reserve: bytes that are to be free on the target besides
 * @page_size: the size of the pages to move
 *
 * Return: the nearest target with that much free memory, to be passed to targets_settle(); NULL
 * if there is none now.
 */
struct target *targets_take(struct targets *targets, uint64_t allowed, uint64_t bytes,
			    uint64_t reserve, uint64_t page_size)
{
	struct target *found = NULL;
	unsigned int i;

	pthread_mutex_lock(&targets->lock);
	for (i = 0; i < targets->count && !found; i++) {
		struct target *target = &targets->target[i];

		if ((allowed >> i & 1) &&
		    room_of(target, page_size) >= *in_flight(target, page_size) + bytes + reserve)
			found = target;
	}
	if (found)
		*in_flight(found, page_size) += bytes;
	pthread_mutex_unlock(&targets->lock);
	return found;
}

/**
 * targets_settle() - end a reservation, and account for the part of it that was used
 * @targets: the targets
 * @target: from targets_take()
 * @promised: the bytes that were passed to targets_take()
 * @moved: the bytes that were moved there
 * @page_size: the size of the pages
 */
void targets_settle(struct targets *targets, struct target *target, uint64_t promised,
		    uint64_t moved, uint64_t page_size)
{
	pthread_mutex_lock(&targets->lock);
	*in_flight(target, page_size) -= promised;
	moved -= use_huge(target, page_size, moved);
	target->spare -= moved < target->spare ? moved : target->spare;
	pthread_mutex_unlock(&targets->lock);
}
