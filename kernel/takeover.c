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

static bool all_blocks_here(const struct kmem_region *region, const struct kmem_range *range)
{
	unsigned int i;

	for (i = range->first; i < range->first + range->count; i++)
		if (!region->drive.blocks[i] || region->drive.blocks[i]->nid != region->nid)
			return false;
	return true;
}

/*
 * Somebody may have been switching a block since before the guard knew of the
 * region. Switching one to what it is already changes nothing, but waits for
 * the lock that a switch under way holds; nobody begins another, as the region
 * is claimed.
 */
static void wait_for_others(struct memory_block *block)
{
	while (kmem_block_switch(block, block->state == MEM_ONLINE ? "online" : "offline") ==
	       -EAGAIN)
		;
}

static enum dax_block_state state_of(const struct memory_block *block)
{
	unsigned long pfn = section_nr_to_pfn(block->start_section_nr);

	if (block->state != MEM_ONLINE)
		return DAX_BLOCK_OFFLINE;
	return page_zonenum(pfn_to_page(pfn)) == ZONE_MOVABLE ? DAX_BLOCK_MOVABLE
							      : DAX_BLOCK_KERNEL;
}

static bool take_range(struct kmem_region *region, const struct kmem_range *range)
{
	struct memory_block **blocks = region->drive.blocks;
	unsigned int i;

	if (!is_driver_managed(range))
		return false;
	if (!all_blocks_here(region, range)) {
		dev_warn(region->dev,
			 "mapping%u: %#llx-%#llx is memory already, but not of node %d throughout; not taken over\n",
			 range->mapping, range->span.start, range->span.end, region->nid);
		return false;
	}

	wait_for_others(blocks[range->first]);
	for (i = range->first; i < range->first + range->count; i++)
		kmem_guard_record_found(region, i, state_of(blocks[i]));
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

	kmem_guard_claim(region, false);
	if (!kmem_blocks_find_any(region, region->drive.blocks))
		for (i = 0; i < region->nr_ranges; i++)
			taken += take_range(region, &region->ranges[i]);
	kmem_guard_release(region);

	return taken;
}
