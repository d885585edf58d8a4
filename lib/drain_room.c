// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Checks whether other nodes have enough free memory for a drain. A drain fills fewer nodes than
 * the kernel does, and each only to the high watermarks of its zones. It does not displace page
 * cache of these nodes, and swaps out only with DAXPLUG_CHANGE_SWAP.
 */
#include <errno.h>

#include "forecast.h"
#include "swap.h"
#include "targets.h"

/**
 * struct huge - the huge pages of one size
 * @size: the page size, in bytes
 * @used: bytes in use on devices
 * @free: bytes free in the pools of the targets
 */
struct huge {
	uint64_t size;
	uint64_t used;
	uint64_t free;
};

#define CPUSET_REMEDY "run daxplug in a cpuset that has the other nodes, or unplug without draining"

/* Reads the targets of a device, without the nodes that vanish with the devices. */
static int read_targets(const struct daxplug_forecast *forecast, const struct part *part,
			struct targets *targets)
{
	struct node_set avoid = part->avoid;
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].owns_node)
			node_set_add(&avoid, forecast->parts[i].node);
	return targets_read(targets, forecast->daxplug, part->node, &avoid);
}

static bool has_target(const struct targets *targets, int node)
{
	unsigned int i;

	for (i = 0; i < targets->count; i++)
		if (targets->target[i].node == node)
			return true;
	return false;
}

static void add_targets(struct targets *all, const struct targets *targets)
{
	unsigned int i;

	for (i = 0; i < targets->count && all->count < MOST_TARGETS; i++)
		if (!has_target(all, targets->target[i].node))
			all->target[all->count++] = targets->target[i];
	all->barred += targets->barred;
}

/* Bytes of used huge pages of one size on a device; an upper bound if its node has other memory. */
static uint64_t huge_on(const struct daxplug_forecast *forecast, const struct part *part,
			uint64_t size)
{
	uint64_t used = part->use[DAXPLUG_USE_HUGE] > 0 ? part->use[DAXPLUG_USE_HUGE] : 0;
	struct pools pools;
	unsigned int i;

	if (!used || pools_read(forecast->daxplug, part->node, &pools))
		return 0;
	for (i = 0; i < pools.count; i++) {
		const struct pool *pool = &pools.pool[i];
		uint64_t of_node = pool->pages > pool->free ? pool->pages - pool->free : 0;

		if (pool->size == size)
			return of_node * size < used ? of_node * size : used;
	}
	return 0;
}

/* Sums huge pages of one size: those in use on devices, and free ones of the targets. */
static struct huge count_huge(const struct daxplug_forecast *forecast, unsigned int first,
			      unsigned int end, const struct targets *targets, uint64_t size)
{
	struct huge huge = { .size = size };
	unsigned int i;

	for (i = first; i < end; i++)
		huge.used += huge_on(forecast, &forecast->parts[i], size);
	for (i = 0; i < targets->count; i++)
		huge.free += target_huge(&targets->target[i], size);
	return huge;
}

/* Bytes of used huge pages that can move to free ones in the pools of the targets. */
static uint64_t room_in_pools(const struct daxplug_forecast *forecast, unsigned int first,
			      unsigned int end, const struct targets *targets)
{
	const struct pools *pools = &targets->target[0].pools;
	uint64_t room = 0;
	unsigned int i;

	for (i = 0; targets->count && i < pools->count; i++) {
		struct huge huge = count_huge(forecast, first, end, targets, pools->pool[i].size);

		room += huge.used < huge.free ? huge.used : huge.free;
	}
	return room;
}

static void find_no_huge(struct daxplug_forecast *forecast, const struct daxplug_device *device,
			 const struct huge *huge)
{
	char size[32], used[32], free[32];

	find(forecast, "no-room", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_ROOM, device,
	     "allocate huge pages of this size on other nodes, or stop the programs that use them",
	     "%s in huge pages of %s must move, and the pools of other nodes have %s free",
	     forecast_size(huge->used, used, sizeof(used)),
	     forecast_size(huge->size, size, sizeof(size)),
	     forecast_size(huge->free, free, sizeof(free)));
}

/* Whether no node of these devices has other memory. */
static bool own_their_nodes(const struct daxplug_forecast *forecast, unsigned int first,
			    unsigned int end)
{
	while (first < end && forecast->parts[first].owns_node)
		first++;
	return first == end;
}

/*
 * Adds a finding about gigantic pages that lack free ones to move to; returns whether it did. On a
 * node with other memory it is unknown whether the pages in use are on the device.
 */
static bool find_gigantic(struct daxplug_forecast *forecast, unsigned int first, unsigned int end,
			  const struct targets *targets)
{
	const struct pools *pools = &targets->target[0].pools;
	unsigned int i;

	if (!own_their_nodes(forecast, first, end))
		return false;
	for (i = 0; targets->count && i < pools->count; i++) {
		struct huge huge = count_huge(forecast, first, end, targets, pools->pool[i].size);

		if (!pools_are_gigantic(huge.size) || huge.used <= huge.free)
			continue;
		find_no_huge(forecast, end - first == 1 ? forecast->parts[first].device : NULL,
			     &huge);
		return true;
	}
	return false;
}

static void find_no_room(struct daxplug_forecast *forecast, const struct daxplug_device *device,
			 uint64_t must_move, uint64_t room, const struct targets *targets)
{
	char must[32], has[32], lacks[32];

	find(forecast, "no-room", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_ROOM, device,
	     targets->barred ? CPUSET_REMEDY : DRAIN_ROOM_REMEDY,
	     "%s must move, and other nodes%s have %s free above their high watermarks%s, %s too "
	     "little",
	     forecast_size(must_move, must, sizeof(must)),
	     targets->barred ? " in the cpuset of this process" : "",
	     forecast_size(room, has, sizeof(has)),
	     forecast->flags & DAXPLUG_CHANGE_SWAP ? " and in swap" : "",
	     forecast_size(must_move - room, lacks, sizeof(lacks)));
}

static void find_cpuset(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	find(forecast, "own-cpuset", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_PERMISSION, device,
	     CPUSET_REMEDY, "the cpuset of this process has none of the nodes to drain it to");
}

/* Bytes of the devices that could be swapped out; huge pages cannot. */
static uint64_t swappable(const struct daxplug_forecast *forecast, unsigned int first,
			  unsigned int end)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = first; i < end; i++) {
		const struct part *part = &forecast->parts[i];
		int64_t huge = part->use[DAXPLUG_USE_HUGE] > 0 ? part->use[DAXPLUG_USE_HUGE] : 0;

		bytes += part->must_move > huge ? part->must_move - huge : 0;
	}
	return bytes;
}

/* Bytes that devices could move to targets, or swap out. */
static uint64_t room_for(const struct daxplug_forecast *forecast, unsigned int first,
			 unsigned int end, struct targets *targets, uint64_t swap)
{
	uint64_t most = swappable(forecast, first, end);

	return targets_spare(targets, ~UINT64_C(0)) + room_in_pools(forecast, first, end, targets) +
	       (swap < most ? swap : most);
}

/* Adds the findings about one device; returns whether one of them is an obstacle. */
static bool find_part(struct daxplug_forecast *forecast, unsigned int at, struct targets *targets,
		      uint64_t swap)
{
	const struct part *part = &forecast->parts[at];
	uint64_t room = room_for(forecast, at, at + 1, targets, swap);

	if (!targets->count) {
		find_cpuset(forecast, part->device);
		return true;
	}
	if (find_gigantic(forecast, at, at + 1, targets))
		return true;
	if (part->must_move <= 0 || (uint64_t)part->must_move <= room)
		return false;
	find_no_room(forecast, part->device, part->must_move, room, targets);
	return true;
}

/*
 * Adds the findings about each device. Sets @all to the targets of all devices, and whether one
 * has an obstacle.
 */
static int find_parts(struct daxplug_forecast *forecast, struct targets *all, uint64_t swap,
		      bool *found)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		struct targets targets;
		int err;

		if (!forecast->parts[i].online)
			continue;
		err = read_targets(forecast, &forecast->parts[i], &targets);
		if (err)
			return err;
		if (!targets.count && !targets.barred)
			return -ENODEV;
		*found |= find_part(forecast, i, &targets, swap);
		add_targets(all, &targets);
	}
	return 0;
}

/**
 * forecast_drain_room() - check the free memory for the pages that a drain has to move
 * @forecast: the forecast, with the use of its devices
 *
 * Return: 0; -ENODEV if a device has no target, so that it is unplugged without a drain; or
 * the negative errno of what could not be read.
 */
int forecast_drain_room(struct daxplug_forecast *forecast)
{
	struct targets all = { .lock = PTHREAD_MUTEX_INITIALIZER };
	uint64_t swap = 0, room;
	bool found = false;
	int err = 0;

	if (forecast->flags & DAXPLUG_CHANGE_SWAP)
		err = swap_room(forecast->daxplug, &swap);
	if (!err)
		err = find_parts(forecast, &all, swap, &found);
	if (err)
		return err;
	room = room_for(forecast, 0, forecast->count, &all, swap);
	found = found || find_gigantic(forecast, 0, forecast->count, &all);
	if (!found && forecast->must_move > 0 && (uint64_t)forecast->must_move > room)
		find_no_room(forecast, NULL, forecast->must_move, room, &all);
	forecast->room = room;
	return 0;
}
