// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/range.h>

#include "kmem_dev.h"
#include "memblk/memblk.h"
#include "takeover.h"

static int stop(struct resource *entry, void *arg)
{
	return 1;
}

/*
 * Whether the range has memory that a driver added. Memory that the machine booted with is never
 * taken over. Not by region_intersects(), which looked only at the topmost entries of the tree
 * until 6.12 and the stable releases of late 2024.
 */
static bool is_driver_managed(const struct dax_span *span)
{
	return walk_iomem_res_desc(IORES_DESC_NONE,
				   IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED,
				   span->start, span->end, NULL, stop) == 1;
}

static int is_exactly(struct resource *entry, void *arg)
{
	const struct range *range = arg;

	return entry->start == range->start && entry->end == range->end;
}

/*
 * Whether this range, and nothing else, was added by one call. The kernel crashes when a part of
 * a larger range is removed (see kmem_range_remove()), and does not find the iomem entries of
 * several ranges.
 */
static bool was_added_alone(const struct dax_span *span)
{
	struct range range = { .start = span->start, .end = span->end };

	return walk_iomem_res_desc(IORES_DESC_NONE,
				   IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED, 0, -1,
				   &range, is_exactly) == 1;
}

/*
 * Whether the block belongs to a static memory group of the same node. Among the drivers of
 * driver-managed memory only kmem has static groups.
 */
static bool is_of_kmem(const struct kmem_dev *kmem, const struct memory_block *block)
{
	const struct memory_group *group = block ? READ_ONCE(block->group) : NULL;

	return group && block->nid == kmem->memory.nid && !group->is_dynamic;
}

static bool all_blocks_of_kmem(const struct kmem_dev *kmem, const struct dax_span *span)
{
	struct memory_block **blocks = kmem->drive.blocks;
	unsigned int i;

	for (i = span->first; i < span->first + span->count; i++)
		if (!is_of_kmem(kmem, blocks[i]) || blocks[i]->group != blocks[span->first]->group)
			return false;
	return true;
}

/*
 * Whether the range was added for a device of this size: kmem has one group for all blocks of a
 * device, and the group has the device's size.
 */
static bool is_of_such_device(const struct kmem_dev *kmem, const struct dax_span *span)
{
	u64 size = kmem->spans->total * kmem->spans->block_size;

	return was_added_alone(span) && all_blocks_of_kmem(kmem, span) &&
	       kmem->drive.blocks[span->first]->group->s.max_pages == PHYS_PFN(size);
}

/*
 * Waits for the end of switches that began before the gate was opened: every switch holds
 * device_hotplug_lock, and the one below waits for that lock. The core refuses it, because the
 * block is already in that state; if the state has just changed, the gate refuses it, like every
 * other switch that begins from now on.
 */
static void flush_switches(struct memory_block *block)
{
	const char *word = block->state == MEM_ONLINE ? "online" : "offline";

	while (kmem_memblk_switch(block, word) == KMEM_MEMBLK_LATER)
		;
}

static enum dax_block_state state_of(const struct memory_block *block)
{
	if (block->state != MEM_ONLINE)
		return DAX_BLOCK_OFFLINE;
	return kmem_memblk_zone(section_nr_to_pfn(block->start_section_nr));
}

static void take_range(struct kmem_dev *kmem, const struct dax_span *span)
{
	struct memory_block **blocks = kmem->drive.blocks;
	unsigned int i;

	kmem_gate_begin_add(&kmem->gate, span);
	flush_switches(blocks[span->first]);
	for (i = span->first; i < span->first + span->count; i++)
		kmem_gate_record_found(&kmem->gate, i, state_of(blocks[i]));
	kmem_gate_end_add(&kmem->gate, false);
}

static bool take_if_fitting(struct kmem_dev *kmem, const struct dax_span *span)
{
	if (!is_driver_managed(span))
		return false;
	if (!is_of_such_device(kmem, span)) {
		kmem_log(&kmem->gate.label, LOGLEVEL_WARNING,
			 "mapping%u: %#llx-%#llx is memory already, but not as a device of these ranges on node %d would have added it; not taken over\n",
			 span->mapping, span->start, span->end, kmem->memory.nid);
		return false;
	}

	take_range(kmem, span);
	return true;
}

/**
 * kmem_take_over() - take over a device's memory that another driver left in the system
 * @kmem: the memory, its gate open, in KMEM_BOUND, no block of it present
 *
 * The kernel's own driver leaves its reservation behind together with the memory. No other driver
 * can free that reservation, but any driver can reserve inside it, so a range that was taken over
 * can be unplugged and plugged again.
 *
 * Context: Process context, sleeps; @kmem->lock held.
 * Return: the number of ranges that were taken over.
 */
unsigned int kmem_take_over(struct kmem_dev *kmem)
{
	unsigned int i, taken = 0;

	kmem_dev_assert_locked(kmem);
	kmem_gate_own(&kmem->gate);
	if (!kmem_memblks_find_any(kmem->spans, kmem->drive.blocks))
		for (i = 0; i < kmem->spans->nr; i++)
			taken += take_if_fitting(kmem, &kmem->spans->span[i]);
	kmem_gate_disown(&kmem->gate);

	return taken;
}

/**
 * kmem_find_left_over() - find the blocks that another kmem driver left in this range
 * @kmem: memory created for one entry of the iomem tree, so that its range was added by one call
 *	and can be removed by one call; this function sets its node
 *
 * Context: Process context, sleeps; no other task knows of @kmem.
 * Return: true if one did; then @kmem holds the blocks, and the caller has to call
 * kmem_take_found().
 */
bool kmem_find_left_over(struct kmem_dev *kmem)
{
	struct memory_block **blocks = kmem->drive.blocks;

	if (!kmem_memblks_find_any(kmem->spans, blocks) && blocks[0]) {
		kmem->memory.nid = blocks[0]->nid;
		if (all_blocks_of_kmem(kmem, kmem->spans->span))
			return true;
	}

	kmem_drive_end(&kmem->drive);
	return false;
}

/**
 * kmem_take_found() - record the memory that kmem_find_left_over() found
 * @kmem: the memory, its gate open
 *
 * Context: Process context, sleeps; @kmem->lock held.
 */
void kmem_take_found(struct kmem_dev *kmem)
{
	kmem_dev_assert_locked(kmem);
	kmem_gate_own(&kmem->gate);
	take_range(kmem, kmem->spans->span);
	kmem_gate_disown(&kmem->gate);
	kmem_drive_end(&kmem->drive);
}
