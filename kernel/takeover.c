// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/memory.h>
#include <linux/mm.h>

#include "blocks.h"
#include "guard.h"
#include "region.h"
#include "takeover.h"

/*
 * Is the whole range memory that a driver added? Memory that the machine booted
 * with is not for a driver to take, whatever address it has.
 */
static bool is_driver_managed(const struct kmem_range *range)
{
	return region_intersects(range->span.start, range_len(&range->span),
				 IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED,
				 IORES_DESC_NONE) == REGION_INTERSECTS;
}

static int is_exactly(struct resource *entry, void *arg)
{
	const struct range *span = arg;

	return entry->start == span->start && entry->end == span->end;
}

/*
 * Was it added at one go, and nothing else with it? The kernel does not survive the
 * removal of a part (see kmem_range_remove()), nor finds the entries of several.
 */
static bool was_added_alone(const struct kmem_range *range)
{
	struct range span = range->span;

	return walk_iomem_res_desc(IORES_DESC_NONE,
				   IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED, 0, -1,
				   &span, is_exactly) == 1;
}

/* Is the block one of kmem's: of a group that never grows? Other drivers' do. */
static bool is_of_kmem(const struct kmem_region *region, const struct memory_block *block)
{
	return block && block->nid == region->nid && block->group && !block->group->is_dynamic;
}

static bool all_blocks_here(const struct kmem_region *region, const struct kmem_range *range)
{
	struct memory_block **blocks = region->drive.blocks;
	unsigned int i;

	for (i = range->first; i < range->first + range->count; i++)
		if (!is_of_kmem(region, blocks[i]) ||
		    blocks[i]->group != blocks[range->first]->group)
			return false;
	return true;
}

/*
 * Was the range added for a device like this one? A driver has one group for all
 * blocks of a device, and says how large it is.
 */
static bool is_of_such_device(const struct kmem_region *region, const struct kmem_range *range)
{
	u64 size = (u64)region->counts.total * memory_block_size_bytes();

	return was_added_alone(range) && all_blocks_here(region, range) &&
	       region->drive.blocks[range->first]->group->s.max_pages == PHYS_PFN(size);
}

/*
 * Flushes switches that began before the guard knew of the range: a write to a block's
 * state file takes device_hotplug_lock, which a task that switches a block holds. The
 * guard refuses this write, as it refuses every switch that begins from now on.
 */
static void wait_for_others(struct memory_block *block)
{
	const char *word = block->state == MEM_ONLINE ? "online" : "offline";

	while (kmem_block_switch(block, word) == KMEM_LATER)
		;
}

static enum dax_block_state state_of(const struct memory_block *block)
{
	if (block->state != MEM_ONLINE)
		return DAX_BLOCK_OFFLINE;
	return kmem_block_zone_state(section_nr_to_pfn(block->start_section_nr));
}

static void take_range(struct kmem_region *region, const struct kmem_range *range)
{
	struct memory_block **blocks = region->drive.blocks;
	unsigned int i;

	kmem_guard_begin_add(region, range);
	wait_for_others(blocks[range->first]);
	for (i = range->first; i < range->first + range->count; i++)
		kmem_guard_record_found(region, i, state_of(blocks[i]));
	kmem_guard_end_add(region, false);
}

static bool take_if_fitting(struct kmem_region *region, const struct kmem_range *range)
{
	if (!is_driver_managed(range))
		return false;
	if (!is_of_such_device(region, range)) {
		dev_warn(region->dev,
			 "mapping%u: %#llx-%#llx is memory already, but not as a device of these ranges on node %d would have added it; not taken over\n",
			 range->mapping, range->span.start, range->span.end, region->nid);
		return false;
	}

	take_range(region, range);
	return true;
}

/**
 * kmem_take_over() - take over what another driver has left of a region's memory
 * @region: the region, in the guard's list, bound to a device, no block of it present
 *
 * The kernel's own driver keeps its reservation when it leaves memory behind.
 * It cannot be freed by anybody else, but does not keep others from reserving
 * inside it, so a range that was taken over can be unplugged and plugged again.
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: how many ranges were taken over.
 */
unsigned int kmem_take_over(struct kmem_region *region)
{
	unsigned int i, taken = 0;

	kmem_guard_claim_now(region);
	if (!kmem_blocks_find_any(region, region->drive.blocks))
		for (i = 0; i < region->nr_ranges; i++)
			taken += take_if_fitting(region, &region->ranges[i]);
	kmem_guard_release(region);

	return taken;
}

/**
 * kmem_take_is_left() - has another kmem driver left this in the system
 * @region: the region, made for a range that some driver added in one go, as an
 *	entry of its own in the iomem tree says; it can be removed in one go
 *
 * Context: Process context, sleeps; nobody else knows of @region.
 * Return: whether it has; then kmem_take_found() has to follow.
 */
bool kmem_take_is_left(struct kmem_region *region)
{
	struct memory_block **blocks = region->drive.blocks;

	if (!kmem_blocks_find_any(region, blocks) && blocks[0]) {
		region->nid = blocks[0]->nid;
		if (all_blocks_here(region, region->ranges))
			return true;
	}

	kmem_drive_end(&region->drive);
	return false;
}

/**
 * kmem_take_found() - record what kmem_take_is_left() found
 * @region: the region, now in the guard's list
 *
 * Context: Process context, sleeps; @region->lock held.
 */
void kmem_take_found(struct kmem_region *region)
{
	kmem_guard_claim_now(region);
	take_range(region, region->ranges);
	kmem_guard_release(region);
	kmem_drive_end(&region->drive);
}
