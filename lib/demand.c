// SPDX-License-Identifier: LGPL-2.1-or-later
/* The pages that an unplug would have to move, cannot move, or would give up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plural.h"
#include "forecast.h"
#include "handle.h"
#include "node.h"
#include "parse.h"

/* ---- exact, from the node's meminfo, if the node has no other memory than the devices' ---- */

static uint64_t figure(const char *text, const char *key)
{
	uint64_t bytes = 0;

	parse_meminfo(text, key, &bytes);
	return bytes;
}

static uint64_t huge_in_use(const struct pools *pools, uint64_t *all)
{
	uint64_t used = 0;
	unsigned int i;

	*all = 0;
	for (i = 0; i < pools->count; i++) {
		const struct pool *pool = &pools->pool[i];

		*all += pool->pages * pool->size;
		used += (pool->pages > pool->free ? pool->pages - pool->free : 0) * pool->size;
	}
	return used;
}

static uint64_t online_on(const struct daxplug_forecast *forecast, int node)
{
	uint64_t online = 0;
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].node == node)
			online += forecast->parts[i].online;
	return online;
}

/* Whether a part is the first with online memory on its node. */
static bool is_first_on_node(const struct daxplug_forecast *forecast, const struct part *part)
{
	const struct part *other = forecast->parts;

	while (other != part && (other->node != part->node || !other->online))
		other++;
	return other == part && part->online;
}

static void set_all(struct part *part, int64_t value)
{
	unsigned int i;

	for (i = 0; i < USES; i++)
		part->use[i] = value;
}

/* Attributes the figures of a node to the first of its devices with online memory. */
static bool take_node(const struct daxplug_forecast *forecast, struct part *part)
{
	uint64_t all, cache, shared;
	struct pools pools;
	char *text;
	int err;

	text = node_meminfo(forecast->daxplug, part->node, &err);
	part->owns_node = text && figure(text, "MemTotal") &&
			  figure(text, "MemTotal") <= online_on(forecast, part->node) &&
			  !pools_read(forecast->daxplug, part->node, &pools);
	if (part->owns_node && !is_first_on_node(forecast, part)) {
		set_all(part, 0);
	} else if (part->owns_node) {
		shared = figure(text, "Shmem");
		cache = figure(text, "FilePages");
		part->use[DAXPLUG_USE_ANON] = figure(text, "AnonPages");
		part->use[DAXPLUG_USE_SHARED] = shared;
		part->use[DAXPLUG_USE_CACHE] = cache > shared ? cache - shared : 0;
		part->use[DAXPLUG_USE_HUGE] = huge_in_use(&pools, &all);
		part->use[DAXPLUG_USE_KERNEL] = figure(text, "Slab") + figure(text, "KernelStack") +
						figure(text, "PageTables");
		part->use[DAXPLUG_USE_FREE] =
			figure(text, "MemFree") + all - part->use[DAXPLUG_USE_HUGE];
	}
	free(text);
	return part->owns_node;
}

/* ---- estimated from a sample of the pages ---- */

static void add_block(struct part *part, const struct sample *sample)
{
	uint64_t size = part->device->daxplug->block_size;
	unsigned int i;

	for (i = 0; i < USES; i++)
		part->use[i] += (double)size * sample->use[i] / sample->seen;
}

/*
 * Splits huge pages into free and used: in the sample both look alike, but the node's pools have
 * the number of free ones.
 */
static int share_out_huge(const struct daxplug_forecast *forecast, struct part *part)
{
	uint64_t used, all, seen = part->use[DAXPLUG_USE_HUGE];
	struct pools pools;
	int err = pools_read(forecast->daxplug, part->node, &pools);

	if (err)
		return err;
	used = huge_in_use(&pools, &all);
	part->use[DAXPLUG_USE_HUGE] = all ? (double)seen * used / all : seen;
	part->use[DAXPLUG_USE_FREE] += seen - part->use[DAXPLUG_USE_HUGE];
	return 0;
}

static enum daxplug_reason reason_in(const struct sample *sample)
{
	if (sample->slab)
		return DAXPLUG_REASON_SLAB;
	if (sample->page_table)
		return DAXPLUG_REASON_PAGE_TABLE;
	if (sample->reserved)
		return DAXPLUG_REASON_RESERVED;
	/* A few such pages are free, on per-CPU lists. */
	if (sample->use[DAXPLUG_USE_KERNEL] > sample->seen / 64)
		return DAXPLUG_REASON_KERNEL;
	return DAXPLUG_REASON_OTHER;
}

/* Counts every such block, and lists as many as the array holds. */
static void note_unmovable(struct daxplug_forecast *forecast, struct part *part,
			   const struct block *block, const struct sample *sample)
{
	struct unmovable unmovable = {
		.block = block->number,
		.reason = sample ? reason_in(sample) : DAXPLUG_REASON_OTHER,
	};

	if (block->state != DAXPLUG_BLOCK_KERNEL)
		return;
	snprintf(unmovable.device, sizeof(unmovable.device), "%s", part->device->name);
	part->in_kernel_zone++;
	if (unmovable.reason != DAXPLUG_REASON_OTHER && !part->held++)
		part->first_held = unmovable;
	if (forecast->unmovable_count < MOST_UNMOVABLE)
		forecast->unmovable[forecast->unmovable_count++] = unmovable;
}

static int take_sample(struct daxplug_forecast *forecast, struct part *part)
{
	struct daxplug_device *device = part->device;
	struct sample *samples = calloc(device->counts.total + 1, sizeof(*samples));
	bool add = !part->owns_node;
	unsigned int i;
	int err;

	err = samples ? use_read(device, samples) : -ENOMEM;
	if (add)
		set_all(part, err ? -1 : 0);
	for (i = 0; i < device->counts.total; i++) {
		bool seen = !err && samples[i].seen;

		note_unmovable(forecast, part, &device->blocks[i], seen ? &samples[i] : NULL);
		if (add && seen)
			add_block(part, &samples[i]);
		else if (add && block_is_online(device->blocks[i].state) && !err)
			err = -ENODATA;
	}
	free(samples);
	if (!err && add)
		err = share_out_huge(forecast, part);
	if (err && add)
		set_all(part, -1);
	return err;
}

/* ---- findings ---- */

static void find_unmovable(struct daxplug_forecast *forecast, const struct part *part)
{
	const struct unmovable *first = &part->first_held;
	char remedy[80];

	snprintf(remedy, sizeof(remedy), "daxplug replug %s --movable", part->device->name);
	if (part->held)
		find(forecast, "unmovable", DAXPLUG_SEVERITY_ERROR, first->reason, part->device,
		     "stop what uses kernel memory there, or reboot and plug it with --movable",
		     "%u memory block%s hold%s pages that cannot be moved, the first is memory%llu: %s",
		     part->held, dax_plural(part->held), dax_plural_verb(part->held),
		     (unsigned long long)first->block, daxplug_reason_text(first->reason));
	else if (part->in_kernel_zone)
		find(forecast, "kernel-zone", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_KERNEL,
		     part->device, remedy,
		     "%u memory block%s in a kernel zone may hold pages that cannot be moved",
		     part->in_kernel_zone, dax_plural(part->in_kernel_zone));
}

static void find_unknown_use(struct daxplug_forecast *forecast, const struct part *part, int err)
{
	char words[64];

	find(forecast, "use-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
	     part->device, err == -EACCES ? "run it as root" : "",
	     "cannot tell what its memory is used for: /proc/kpageflags: %s",
	     report_errno(err, words, sizeof(words)));
}

static void add_up(struct daxplug_forecast *forecast, struct part *part)
{
	unsigned int i;

	part->must_move = -1;
	if (part->use[DAXPLUG_USE_ANON] >= 0)
		part->must_move = part->use[DAXPLUG_USE_ANON] + part->use[DAXPLUG_USE_SHARED] +
				  part->use[DAXPLUG_USE_HUGE];
	for (i = 0; i < USES; i++)
		forecast->use[i] = part->use[i] < 0 || forecast->use[i] < 0
					   ? -1
					   : forecast->use[i] + part->use[i];
	forecast->must_move = part->must_move < 0 || forecast->must_move < 0
				      ? -1
				      : forecast->must_move + part->must_move;
}

/* If the node's figures give the use, only blocks in kernel zones need a sample. */
static bool needs_sample(const struct part *part)
{
	const struct dax_block_counts *counts = &part->device->counts;

	return part->online && (!part->owns_node || counts->movable < counts->online);
}

/**
 * forecast_use() - find the use of the devices' memory
 * @forecast: the forecast
 */
void forecast_use(struct daxplug_forecast *forecast)
{
	unsigned int i;
	int err;

	forecast->exact = true;
	for (i = 0; i < forecast->count; i++) {
		struct part *part = &forecast->parts[i];
		bool counted = take_node(forecast, part);

		err = needs_sample(part) ? take_sample(forecast, part) : 0;
		forecast->exact &= counted || !part->online;
		if (err && !counted)
			find_unknown_use(forecast, part, err);
		find_unmovable(forecast, part);
		add_up(forecast, part);
	}
}

/* ---- pools of huge pages ---- */

/* If the node has other memory too, this is an estimate of the devices' share. */
static uint64_t lost_pages(const struct daxplug_forecast *forecast, const struct part *part,
			   const struct pool *pool)
{
	uint64_t online = online_on(forecast, part->node), total;
	char *text;
	int err;

	if (part->owns_node)
		return pool->free;
	text = node_meminfo(forecast->daxplug, part->node, &err);
	total = text ? figure(text, "MemTotal") : 0;
	free(text);
	return total > online ? (double)pool->free * online / total : pool->free;
}

static void note_pool(struct daxplug_forecast *forecast, const struct part *part,
		      const struct pool *pool)
{
	uint64_t pages = lost_pages(forecast, part, pool);
	char size[32], remedy[160];

	if (!pages || forecast->pool_count == MOST_LOST_POOLS)
		return;
	forecast->pools[forecast->pool_count++] = (struct lost_pool){
		.node = part->node,
		.size = pool->size,
		.pages = pages,
	};
	snprintf(remedy, sizeof(remedy),
		 "reserve them on another node: " NODES
		 "/nodeN/hugepages/hugepages-%llukB/nr_hugepages",
		 (unsigned long long)(pool->size / 1024));
	find(forecast, "huge-pages", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_HUGE_PAGE, NULL,
	     remedy, "%s%llu free huge page%s of %s on node %d will be given up",
	     part->owns_node ? "" : "about ", (unsigned long long)pages, dax_plural(pages),
	     forecast_size(pool->size, size, sizeof(size)), part->node);
}

/**
 * forecast_pools() - find the free huge pages that would be lost
 * @forecast: the forecast, with the use of its devices
 */
void forecast_pools(struct daxplug_forecast *forecast)
{
	struct pools pools;
	unsigned int i, j;

	for (i = 0; i < forecast->count; i++) {
		const struct part *part = &forecast->parts[i];

		if (!is_first_on_node(forecast, part))
			continue;
		if (pools_read(forecast->daxplug, part->node, &pools)) {
			find(forecast, "huge-pages-unknown", DAXPLUG_SEVERITY_UNSURE,
			     DAXPLUG_REASON_UNREADABLE, NULL, "",
			     "cannot read the pools of huge pages of node %d", part->node);
			continue;
		}
		for (j = 0; j < pools.count; j++)
			note_pool(forecast, part, &pools.pool[j]);
	}
}
