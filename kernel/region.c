// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "dax_private.h"
#include "guard.h"
#include "memtier.h"
#include "region.h"

/* The name by which others know this memory in /proc/iomem; kdump is one of them. */
#define RESOURCE_NAME "System RAM (kmem)"

/*
 * On the heap rather than in the module: the iomem tree points at it for as
 * long as any memory is there, which can be longer than the module.
 */
static const char *resource_name;

/* Cuts a range down to whole memory blocks; false if none is left. */
static bool trim(struct device *dev, unsigned int mapping, const struct range *range,
		 struct range *span)
{
	u64 block = memory_block_size_bytes();

	span->start = ALIGN(range->start, block);
	span->end = ALIGN_DOWN(range->end + 1, block);
	if (span->start >= span->end) {
		dev_info(dev,
			 "mapping%u: %#llx-%#llx too small after alignment to memory blocks of %llu MiB\n",
			 mapping, range->start, range->end, block >> 20);
		return false;
	}

	span->end--;
	if (range_len(span) != range_len(range))
		dev_info(dev,
			 "mapping%u: %#llx-%#llx trimmed to memory blocks of %llu MiB: %#llx-%#llx\n",
			 mapping, range->start, range->end, block >> 20, span->start, span->end);
	return true;
}

static int by_address(const void *a, const void *b)
{
	const struct kmem_range *left = a, *right = b;

	return left->span.start < right->span.start ? -1 : 1;
}

static int number_blocks(struct kmem_region *region)
{
	unsigned int i, first = 0;

	/* The device orders its ranges by page offset, the zone by address. */
	sort(region->ranges, region->nr_ranges, sizeof(region->ranges[0]), by_address, NULL);

	for (i = 0; i < region->nr_ranges; i++) {
		struct kmem_range *range = &region->ranges[i];

		range->first = first;
		range->count = div64_ul(range_len(&range->span), memory_block_size_bytes());
		first += range->count;
	}

	region->counts.total = first;
	region->blocks = kvcalloc(first, sizeof(*region->blocks), GFP_KERNEL);
	if (!region->blocks)
		return -ENOMEM;
	return kmem_drive_init(&region->drive, region);
}

static struct kmem_region *allocate(unsigned int nr_ranges, int nid, struct device *behind)
{
	struct kmem_region *region;

	region = kzalloc(struct_size(region, ranges, nr_ranges), GFP_KERNEL);
	if (!region)
		return NULL;

	kref_init(&region->users);
	mutex_init(&region->lock);
	INIT_LIST_HEAD(&region->node);
	region->nid = nid;
	region->mgid = -1;
	if (behind)
		region->behind = sysfs_get(behind->kobj.sd);
	return region;
}

/**
 * kmem_region_create() - a region for a device's ranges, with nothing present
 * @dev_dax: the device, its device_lock held
 *
 * Each range that is trimmed, or too small for one block, is logged.
 *
 * Context: Process context, sleeps.
 * Return: the region, or an ERR_PTR(): -EINVAL if the device has no valid node
 * or no whole memory block, -ENOMEM.
 */
struct kmem_region *kmem_region_create(struct dev_dax *dev_dax)
{
	struct device *dev = dev_dax_device(dev_dax);
	unsigned int i, nr = dev_dax_nr_range(dev_dax);
	int nid = dev_dax_target_node(dev_dax);
	struct kmem_region *region;

	if (nid < 0) {
		dev_warn(dev, "rejecting DAX region with invalid node: %d; give it a node first\n",
			 nid);
		return ERR_PTR(-EINVAL);
	}

	region = allocate(nr, nid, dev->parent);
	if (!region)
		return ERR_PTR(-ENOMEM);
	region->memmap_on_memory = dev_dax_memmap_on_memory(dev_dax);

	for (i = 0; i < nr; i++) {
		struct kmem_range *range = &region->ranges[region->nr_ranges];

		if (!trim(dev, i, dev_dax_range(dev_dax, i), &range->span))
			continue;
		range->mapping = i;
		region->nr_ranges++;
	}

	if (!region->nr_ranges) {
		dev_warn(dev, "rejecting DAX region without a whole memory block of %lu MiB\n",
			 memory_block_size_bytes() >> 20);
		kmem_region_put(region);
		return ERR_PTR(-EINVAL);
	}

	if (number_blocks(region)) {
		kmem_region_put(region);
		return ERR_PTR(-ENOMEM);
	}

	return region;
}

/**
 * kmem_region_create_found() - a region for one range that another driver has left
 * @span: the range
 *
 * What is behind it cannot be known; it may well be there still.
 *
 * Context: Process context, sleeps.
 * Return: the region, or an ERR_PTR(): -EINVAL if these are not whole memory
 * blocks, -ENOMEM.
 */
struct kmem_region *kmem_region_create_found(const struct range *span)
{
	u64 block = memory_block_size_bytes();
	struct kmem_region *region;

	if (!IS_ALIGNED(span->start | range_len(span), block))
		return ERR_PTR(-EINVAL);

	region = allocate(1, NUMA_NO_NODE, NULL);
	if (!region)
		return ERR_PTR(-ENOMEM);

	region->found = true;
	region->ranges[0].span = *span;
	region->nr_ranges = 1;
	region->name = kasprintf(GFP_KERNEL, "%llx-%llx", span->start, span->end);
	if (!region->name || number_blocks(region)) {
		kmem_region_put(region);
		return ERR_PTR(-ENOMEM);
	}

	return region;
}

/**
 * kmem_region_rename() - name a region after its device
 * @region: the region, with @region->dev set
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: 0, or -ENOMEM with the name as it was.
 */
int kmem_region_rename(struct kmem_region *region)
{
	const char *name = kstrdup(dev_name(region->dev), GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	kfree(region->name);
	region->name = name;
	return 0;
}

/**
 * kmem_region_equip() - give a new region what its memory will hang on
 * @region: the region, with @region->dev set
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno (-ENOMEM). After an error,
 * kmem_region_put() takes back what was done.
 */
int kmem_region_equip(struct kmem_region *region)
{
	struct memory_dev_type *type;
	int mgid;

	if (kmem_region_rename(region))
		return -ENOMEM;

	type = kmem_memtier_get(region->nid);
	if (IS_ERR(type))
		return PTR_ERR(type);
	region->type = type;

	mgid = memory_group_register_static(region->nid, PHYS_PFN((u64)region->counts.total *
								  memory_block_size_bytes()));
	if (mgid < 0)
		return mgid;
	region->mgid = mgid;
	return 0;
}

static void destroy(struct kref *users)
{
	struct kmem_region *region = container_of(users, struct kmem_region, users);

	if (region->mgid >= 0)
		memory_group_unregister(region->mgid);
	if (region->type)
		kmem_memtier_put(region->nid, region->type);
	sysfs_put(region->behind);
	kfree(region->name);
	kmem_drive_exit(&region->drive);
	kvfree(region->blocks);
	mutex_destroy(&region->lock);
	kfree(region);
}

/**
 * kmem_region_get() - keep a region
 * @region: the region
 *
 * Context: Any.
 */
void kmem_region_get(struct kmem_region *region)
{
	kref_get(&region->users);
}

/**
 * kmem_region_put() - let go of a region
 * @region: the region, no block of it present if this is the last to do so
 *
 * Context: Process context, sleeps.
 */
void kmem_region_put(struct kmem_region *region)
{
	kref_put(&region->users, destroy);
}

/**
 * kmem_region_name() - what to call a region
 * @region: the region
 *
 * Return: the name of the device bound to it, else of the one that was last; of
 * memory that was found, START-END.
 */
const char *kmem_region_name(const struct kmem_region *region)
{
	return region->dev ? dev_name(region->dev) : region->name;
}

/**
 * kmem_region_log() - log a line about a region
 * @region: the region
 * @level: LOGLEVEL_ERR or another of these
 * @format: as for printk(), the newline included
 *
 * As dev_printk(), whether or not the device is bound.
 *
 * Context: Any.
 */
void kmem_region_log(const struct kmem_region *region, int level, const char *format, ...)
{
	struct va_format text;
	va_list args;

	va_start(args, format);
	text.fmt = format;
	text.va = &args;
	/* The platform bus is a device that says nothing of itself. */
	dev_printk_emit(level, region->dev ?: &platform_bus, KBUILD_MODNAME " %s: %pV",
			kmem_region_name(region), &text);
	va_end(args);
}

/**
 * kmem_region_same_ranges() - do two regions consist of the same ranges
 * @a: one
 * @b: the other
 *
 * Return: whether they do.
 */
bool kmem_region_same_ranges(const struct kmem_region *a, const struct kmem_region *b)
{
	unsigned int i;

	if (a->nr_ranges != b->nr_ranges)
		return false;

	for (i = 0; i < a->nr_ranges; i++)
		if (a->ranges[i].span.start != b->ranges[i].span.start ||
		    a->ranges[i].span.end != b->ranges[i].span.end)
			return false;

	return true;
}

/**
 * kmem_region_overlap() - do two regions have memory in common
 * @a: one
 * @b: the other
 *
 * Return: the first range of @a that has memory of @b, or NULL.
 */
const struct kmem_range *kmem_region_overlap(const struct kmem_region *a,
					     const struct kmem_region *b)
{
	unsigned int i, j;

	for (i = 0; i < a->nr_ranges; i++)
		for (j = 0; j < b->nr_ranges; j++)
			if (a->ranges[i].span.start <= b->ranges[j].span.end &&
			    b->ranges[j].span.start <= a->ranges[i].span.end)
				return &a->ranges[i];

	return NULL;
}

/**
 * kmem_region_block_at() - the block that holds an address
 * @region: the region
 * @address: physical
 * @block: where the block's number goes
 *
 * Return: whether the region has such a block.
 */
bool kmem_region_block_at(const struct kmem_region *region, u64 address, unsigned int *block)
{
	unsigned int i;

	for (i = 0; i < region->nr_ranges; i++) {
		const struct kmem_range *range = &region->ranges[i];

		if (address < range->span.start || address > range->span.end)
			continue;
		*block = range->first +
			 div64_ul(address - range->span.start, memory_block_size_bytes());
		return true;
	}

	return false;
}

/**
 * kmem_region_block_start() - where a block begins
 * @region: the region
 * @block: the block's number, below @region->counts.total
 *
 * Return: its physical address.
 */
u64 kmem_region_block_start(const struct kmem_region *region, unsigned int block)
{
	const struct kmem_range *range = region->ranges;

	while (block >= range->first + range->count)
		range++;
	return range->span.start + (u64)(block - range->first) * memory_block_size_bytes();
}

/**
 * kmem_region_block_id() - the number that the system knows a block by
 * @region: the region
 * @block: the block's number in the region
 *
 * Return: the N of /sys/devices/system/memory/memoryN.
 */
u64 kmem_region_block_id(const struct kmem_region *region, unsigned int block)
{
	return div64_ul(kmem_region_block_start(region, block), memory_block_size_bytes());
}

/**
 * kmem_range_is_present() - are the blocks of a range there
 * @region: the region
 * @range: one of its ranges
 *
 * What was added in one go is there or not as one.
 *
 * Context: Any but interrupts.
 * Return: whether they are.
 */
bool kmem_range_is_present(const struct kmem_region *region, const struct kmem_range *range)
{
	return kmem_guard_block(region, range->first) != DAX_BLOCK_ABSENT;
}

/**
 * kmem_range_has_online() - is a block of a range online
 * @region: the region
 * @range: one of its ranges
 *
 * Context: Any but interrupts.
 * Return: whether one is.
 */
bool kmem_range_has_online(const struct kmem_region *region, const struct kmem_range *range)
{
	unsigned int i;

	for (i = 0; i < range->count; i++)
		if (dax_block_is_online(kmem_guard_block(region, range->first + i)))
			return true;
	return false;
}

/**
 * kmem_range_reserve() - claim a range in the iomem tree
 * @region: the region
 * @range: one of its ranges; nothing happens if it is reserved already
 *
 * The reservation has a name of its own, as it may outlive that of the region.
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: 0, -EBUSY if anything else has a part of it, or -ENOMEM.
 */
int kmem_range_reserve(struct kmem_region *region, struct kmem_range *range)
{
	struct resource *reserved;
	const char *name;

	if (range->reserved)
		return 0;

	name = kstrdup(region->name, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	reserved = request_mem_region(range->span.start, range_len(&range->span), name);
	if (!reserved) {
		kfree(name);
		return -EBUSY;
	}

	/*
	 * Not busy, or the memory could not be put below it; and without what
	 * the iomem tree would merge or look for in a device's resource.
	 */
	reserved->flags = IORESOURCE_SYSTEM_RAM;
	range->reserved = reserved;
	return 0;
}

/*
 * What is not busy others may reserve a part of, as the core does when it adds
 * the memory. So it must be busy while none is there; and no System RAM, or kexec
 * would take it for memory. What was taken over from the kernel's own driver is
 * reserved only now.
 */
static void keep_others_out(struct kmem_region *region, struct kmem_range *range)
{
	if (!kmem_range_reserve(region, range))
		range->reserved->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
}

static void let_core_in(struct kmem_range *range)
{
	range->reserved->flags = IORESOURCE_SYSTEM_RAM;
}

/**
 * kmem_range_release() - give a range back to the iomem tree
 * @region: the region
 * @range: one of its ranges, no block of it present; nothing happens if it is
 *	not reserved
 *
 * Context: Process context, sleeps; @region->lock held.
 */
void kmem_range_release(struct kmem_region *region, struct kmem_range *range)
{
	struct resource *reserved = range->reserved;

	if (!reserved)
		return;

	range->reserved = NULL;
	remove_resource(reserved);
	kfree(reserved->name);
	kfree(reserved);
}

static u64 less(u64 pages, u64 some)
{
	return pages > some ? pages - some : 0;
}

/*
 * How many page structs' pages a zone can give: what is free above its low watermark,
 * and page cache. Page structs are unmovable, so no CMA area serves them: its free pages
 * do not count, and its other pages may all be page cache.
 */
static u64 room_in_zone(struct zone *zone)
{
	u64 free = zone_page_state(zone, NR_FREE_PAGES);
	u64 cache = zone_page_state(zone, NR_ZONE_INACTIVE_FILE) +
		    zone_page_state(zone, NR_ZONE_ACTIVE_FILE);
	u64 free_cma = zone_page_state(zone, NR_FREE_CMA_PAGES);

	return less(free, free_cma + low_wmark_pages(zone)) +
	       less(cache, less(zone_cma_pages(zone), free_cma));
}

/* ZONE_MOVABLE and what is above it has none. */
static u64 room_for_page_structs(void)
{
	u64 pages = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B);
	int nid, i;

	for_each_online_node(nid)
		for (i = 0; i < ZONE_MOVABLE; i++)
			pages += room_in_zone(&NODE_DATA(nid)->node_zones[i]);

	return PFN_PHYS(pages);
}

/*
 * If the core runs out of memory half-way through a range, it leaves what it has
 * by then, and the range cannot be added any more (__add_pages() in
 * mm/memory_hotplug.c). What can be seen to fail must not be tried.
 */
static bool has_room_for_page_structs(const struct kmem_region *region,
				      const struct kmem_range *range)
{
	u64 needed = PHYS_PFN(range_len(&range->span)) * sizeof(struct page);

	if (region->memmap_on_memory && kmem_supports_memmap_on_memory())
		return true;
	return needed < room_for_page_structs();
}

/**
 * kmem_range_add() - add a range to the system, offline
 * @region: the region
 * @range: a range of it, reserved
 *
 * The system's policy may be to online what is added; the guard refuses that
 * here, because the core would do it in ascending order. What the policy was
 * is then in @region->policy.
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: 0 or a negative errno of add_memory_driver_managed(): -EEXIST if
 * some of it is memory already, -ENOMEM, -EINVAL, -E2BIG.
 */
int kmem_range_add(struct kmem_region *region, struct kmem_range *range)
{
	mhp_t flags = MHP_NID_IS_MGID;
	int err;

	if (region->memmap_on_memory)
		flags |= MHP_MEMMAP_ON_MEMORY;

	if (!has_room_for_page_structs(region, range))
		return -ENOMEM;

	let_core_in(range);
	kmem_guard_begin_add(region, range);
	err = add_memory_driver_managed(region->mgid, range->span.start, range_len(&range->span),
					resource_name, flags);
	kmem_guard_end_add(region, !err);
	return err;
}

/**
 * kmem_range_remove() - remove a range from the system, all of it offline
 * @region: the region
 * @range: a range of it
 *
 * Never less than was added in one go: x86 maps an added GiB by one page, and
 * takes memory of the device for a page table when a part of that is removed
 * (remove_pud_table() in arch/x86/mm/init_64.c, seen on 6.12 and 7.3).
 *
 * The addresses stay reserved, for nobody else to have them as long as this can
 * be undone.
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: 0 or a negative errno of remove_memory(): -EBUSY if a block is not
 * offline.
 */
int kmem_range_remove(struct kmem_region *region, struct kmem_range *range)
{
	int err;

	err = remove_memory(range->span.start, range_len(&range->span));
	if (err)
		return err;

	keep_others_out(region, range);
	kmem_guard_record_absent(region, range->first, range->count);
	return 0;
}

/**
 * kmem_region_init() - get ready for regions, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int kmem_region_init(void)
{
	resource_name = kstrdup(RESOURCE_NAME, GFP_KERNEL);
	return resource_name ? 0 : -ENOMEM;
}

/**
 * kmem_region_exit() - clean up at module exit
 * @memory_left: whether memory of any region stays behind
 *
 * Context: Process context, sleeps.
 */
void kmem_region_exit(bool memory_left)
{
	/* What stays in the iomem tree keeps its name. */
	if (!memory_left)
		kfree(resource_name);
	kmem_memtier_exit();
}
