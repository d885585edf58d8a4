// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "gate.h"
#include "memtier.h"
#include "poison.h"
#include "range.h"

/* Programs such as kdump recognize this memory in /proc/iomem by this name. */
#define RESOURCE_NAME "System RAM (kmem)"

/* From kmalloc(), because the iomem tree may point to the name after the module is unloaded. */
static const char *resource_name;

/**
 * kmem_ranges_init() - prepare to add ranges, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int kmem_ranges_init(void)
{
	resource_name = kstrdup(RESOURCE_NAME, GFP_KERNEL);
	return resource_name ? 0 : -ENOMEM;
}

/**
 * kmem_ranges_exit() - clean up at module exit
 * @memory_left: memory stays in the system, and its entry in the iomem tree uses the name
 *
 * Context: Process context, sleeps.
 */
void kmem_ranges_exit(bool memory_left)
{
	if (!memory_left)
		kfree(resource_name);
	kmem_memtier_exit();
}

/**
 * kmem_memory_create() - set up a device's memory, without reservations, group or type
 * @memory: the memory, all zero
 * @gate: its gate
 * @nid: its node
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM; kmem_memory_destroy() frees it either way.
 */
int kmem_memory_create(struct kmem_memory *memory, struct kmem_gate *gate, int nid)
{
	memory->gate = gate;
	memory->nid = nid;
	memory->mgid = -1;
	memory->reserved = kcalloc(gate->spans->nr, sizeof(*memory->reserved), GFP_KERNEL);
	return memory->reserved ? 0 : -ENOMEM;
}

/**
 * kmem_memory_destroy() - release the reservations, group and type of a device's memory
 * @memory: the memory, no block of it present; kmem_memory_create() was called for it
 *
 * Context: Process context, sleeps.
 */
void kmem_memory_destroy(struct kmem_memory *memory)
{
	if (memory->mgid >= 0)
		memory_group_unregister(memory->mgid);
	if (memory->type)
		kmem_memtier_put(memory->nid);
	kfree(memory->reserved);
}

/**
 * kmem_memory_register() - register the type and the group of a device's memory
 * @memory: the memory
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0 or -ENOMEM. After an error kmem_memory_destroy() undoes the rest.
 */
int kmem_memory_register(struct kmem_memory *memory)
{
	const struct dax_spans *spans = memory->gate->spans;
	struct memory_dev_type *type = kmem_memtier_get(memory->nid);

	if (IS_ERR(type))
		return PTR_ERR(type);
	memory->type = type;

	memory->mgid = memory_group_register_static(memory->nid,
						    PHYS_PFN(spans->total * spans->block_size));
	return min(memory->mgid, 0);
}

static struct resource **reservation(struct kmem_memory *memory, const struct dax_span *span)
{
	return &memory->reserved[span - memory->gate->spans->span];
}

/**
 * kmem_memory_rename() - rename a device's reservations in /proc/iomem
 * @memory: the memory
 * @name: the new name; if it cannot be copied, a range keeps its old name
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 */
void kmem_memory_rename(struct kmem_memory *memory, const char *name)
{
	unsigned int i;

	for (i = 0; i < memory->gate->spans->nr; i++) {
		struct resource *reserved = memory->reserved[i];
		const char *old, *new = reserved ? kstrdup(name, GFP_KERNEL) : NULL;

		if (!new)
			continue;
		old = reserved->name;
		WRITE_ONCE(reserved->name, new);
		/*
		 * A reader of /proc/iomem holds resource_lock, which adjust_resource() takes for
		 * writing. So no reader uses the old name once it has returned. With unchanged
		 * bounds it cannot fail.
		 */
		if (!WARN_ON_ONCE(
			    adjust_resource(reserved, reserved->start, resource_size(reserved))))
			kfree(old);
	}
}

/**
 * kmem_range_reserve() - reserve a range in the iomem tree
 * @memory: the memory
 * @span: one of its ranges; nothing happens if it is reserved already
 *
 * The reservation has its own copy of the device's name, because it may outlive the device.
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0, -EBUSY if something else has reserved a part of the range, or -ENOMEM.
 */
int kmem_range_reserve(struct kmem_memory *memory, const struct dax_span *span)
{
	struct resource **place = reservation(memory, span);
	struct resource *reserved;
	const char *name;

	if (*place)
		return 0;

	name = kstrdup(memory->gate->label.name, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	reserved = request_mem_region(span->start, dax_span_size(span), name);
	if (!reserved) {
		kfree(name);
		return -EBUSY;
	}

	/*
	 * Not busy, so that the core can insert the memory below it; and without the flags by
	 * which the iomem tree merges resources or finds those of devices.
	 */
	reserved->flags = IORESOURCE_SYSTEM_RAM;
	*place = reserved;
	return 0;
}

/*
 * Anybody can reserve a part of a reservation that is not busy, as the core does when it adds the
 * memory. So the reservation is busy while the memory is absent; and it is not System RAM, or
 * kexec would use it as memory. Memory that was taken over or found gets its reservation only
 * here.
 */
static void keep_others_out(struct kmem_memory *memory, const struct dax_span *span)
{
	if (!kmem_range_reserve(memory, span))
		(*reservation(memory, span))->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
}

static void let_core_in(struct kmem_memory *memory, const struct dax_span *span)
{
	(*reservation(memory, span))->flags = IORESOURCE_SYSTEM_RAM;
}

/**
 * kmem_range_release() - release the reservation of a range
 * @memory: the memory
 * @span: one of its ranges, no block of it present; nothing happens if it is not reserved
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 */
void kmem_range_release(struct kmem_memory *memory, const struct dax_span *span)
{
	struct resource **place = reservation(memory, span);
	struct resource *reserved = *place;

	if (!reserved)
		return;

	*place = NULL;
	remove_resource(reserved);
	kfree(reserved->name);
	kfree(reserved);
}

static u64 subtract_or_zero(u64 pages, u64 subtrahend)
{
	return pages > subtrahend ? pages - subtrahend : 0;
}

/*
 * The number of pages that a zone can provide for page structs: free pages and page cache, less the
 * pages that the zone keeps from a GFP_KERNEL allocation: its low watermark, and the lowmem_reserve
 * of a zone below ZONE_NORMAL. Page structs are unmovable, so they cannot be in a CMA area: its
 * free pages do not count, and its used pages may all be page cache.
 */
static u64 zone_pages_for_page_structs(struct zone *zone)
{
	u64 free = zone_page_state(zone, NR_FREE_PAGES);
	u64 cache = zone_page_state(zone, NR_ZONE_INACTIVE_FILE) +
		    zone_page_state(zone, NR_ZONE_ACTIVE_FILE);
	u64 free_cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
	u64 used_cma = subtract_or_zero(zone_cma_pages(zone), free_cma);
	u64 kept = low_wmark_pages(zone) + zone->lowmem_reserve[gfp_zone(GFP_KERNEL)];
	u64 usable = subtract_or_zero(free, free_cma) + subtract_or_zero(cache, used_cma);

	return subtract_or_zero(usable, kept);
}

/* Page structs are not allocated from ZONE_MOVABLE, nor from the zones above it. */
static u64 bytes_for_page_structs(void)
{
	u64 pages = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B);
	int nid, i;

	for_each_online_node(nid)
		for (i = 0; i < ZONE_MOVABLE; i++)
			pages += zone_pages_for_page_structs(&NODE_DATA(nid)->node_zones[i]);

	return PFN_PHYS(pages);
}

/*
 * Whether page structs of the range would be in a faulty page: the core does not look. They are at
 * the start of each block; with memory_hotplug.memmap_on_memory=force they fill whole pageblocks.
 */
static bool memmap_is_faulty(const struct kmem_memory *memory, const struct dax_span *span)
{
	unsigned long pages = PHYS_PFN(memory->gate->spans->block_size);
	unsigned long nr = ALIGN(PFN_UP(pages * sizeof(struct page)), pageblock_nr_pages);
	unsigned int i;

	for (i = 0; i < span->count; i++)
		if (kmem_poison_any(PHYS_PFN(span->start) + i * pages, min(nr, pages)))
			return true;
	return false;
}

static bool has_memmap_on_memory(const struct kmem_memory *memory, const struct dax_span *span)
{
	return memory->memmap_on_memory && !memmap_is_faulty(memory, span);
}

/*
 * If the core runs out of memory half-way through a range, it leaves the sections behind that it
 * has added, and the range cannot be added again (__add_pages() in mm/memory_hotplug.c, 6.1 to
 * 7.3). So do not even try an add that would run out of memory.
 */
static bool can_allocate_page_structs(const struct kmem_memory *memory, const struct dax_span *span)
{
	u64 needed = PHYS_PFN(dax_span_size(span)) * sizeof(struct page);

	if (has_memmap_on_memory(memory, span) && kmem_supports_memmap_on_memory())
		return true;
	return needed < bytes_for_page_structs();
}

/**
 * kmem_range_add() - add a range to the system, offline
 * @memory: the memory
 * @span: one of its ranges, reserved
 *
 * If the system's policy is to online new memory, the gate refuses, because the core would online
 * the blocks in ascending order. kmem_gate_policy() then returns the policy.
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0 or a negative errno of add_memory_driver_managed(): -EEXIST if some of it is
 * memory already, -ENOMEM, -EINVAL, -E2BIG.
 */
int kmem_range_add(struct kmem_memory *memory, const struct dax_span *span)
{
	mhp_t flags = MHP_NID_IS_MGID;
	int err;

	if (has_memmap_on_memory(memory, span))
		flags |= MHP_MEMMAP_ON_MEMORY;

	if (!can_allocate_page_structs(memory, span))
		return -ENOMEM;

	let_core_in(memory, span);
	kmem_gate_begin_add(memory->gate, span);
	err = add_memory_driver_managed(memory->mgid, span->start, dax_span_size(span),
					resource_name, flags);
	kmem_gate_end_add(memory->gate, !err);
	return err;
}

/**
 * kmem_range_remove() - remove a range, all of it offline, from the system
 * @memory: the memory
 * @span: one of its ranges
 *
 * Removes whole ranges only: x86 maps an added GiB with one 1 GiB page, and when a part of that
 * GiB is removed, uses memory of the device as a page table (remove_pud_table() in
 * arch/x86/mm/init_64.c, seen on 6.12 and 7.3).
 *
 * The addresses stay reserved, so that nothing else gets them while this can still be undone.
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0 or a negative errno of remove_memory(): -EBUSY if a block is not offline.
 */
int kmem_range_remove(struct kmem_memory *memory, const struct dax_span *span)
{
	int err = remove_memory(span->start, dax_span_size(span));

	if (err)
		return err;

	keep_others_out(memory, span);
	kmem_gate_record_absent(memory->gate, span);
	return 0;
}
