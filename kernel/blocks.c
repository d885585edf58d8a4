// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "blocks.h"
#include "compat.h"
#include "guard.h"
#include "region.h"

struct search {
	struct kmem_region *region;
	struct memory_block **blocks;
};

static int take_if_ours(struct device *dev, void *data)
{
	struct memory_block *block = container_of(dev, struct memory_block, dev);
	struct search *search = data;
	unsigned int number;

	if (kmem_region_block_at(search->region,
				 PFN_PHYS(section_nr_to_pfn(block->start_section_nr)), &number) &&
	    !search->blocks[number]) {
		get_device(dev);
		search->blocks[number] = block;
	}
	return 0;
}

/*
 * Every device of the machine is in one kset, by its name, that of the platform
 * bus as well. The list is as long as there are devices: never for each of many
 * blocks.
 */
static struct device *find_by_name(const struct kmem_region *region, unsigned int block)
{
	struct kobject *found;
	struct device *dev;
	char name[32];

	snprintf(name, sizeof(name), "memory%llu", kmem_region_block_id(region, block));
	found = kset_find_obj(platform_bus.kobj.kset, name);
	if (!found)
		return NULL;

	dev = kobj_to_dev(found);
	if (dev->bus && dev->bus->name && !strcmp(dev->bus->name, "memory"))
		return dev;

	kobject_put(found);
	return NULL;
}

/* The bus of the memory blocks is not exported, but a block knows it. */
static kmem_bus_ptr memory_bus(const struct kmem_region *region, unsigned int present)
{
	struct device *dev = find_by_name(region, present);
	kmem_bus_ptr bus;

	if (!dev)
		return NULL;

	bus = dev->bus;
	put_device(dev);
	return bus;
}

/**
 * kmem_block_policy() - what the system's policy is about to make of a block
 * @region: the region
 * @block: the block, which the core is about to online on adding it
 *
 * The core tells nobody but the block, and the block only until it has been
 * onlined or refused.
 *
 * Context: Any but interrupts, in a memory notifier.
 * Return: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY.
 */
u8 kmem_block_policy(const struct kmem_region *region, unsigned int block)
{
	struct device *dev = find_by_name(region, block);
	int type;

	if (!dev)
		return DAX_BLOCK_OFFLINE;

	type = container_of(dev, struct memory_block, dev)->online_type;
	put_device(dev);

	switch (type) {
	case MMOP_ONLINE:
		return DAX_BLOCK_ONLINE_ANY;
	case MMOP_ONLINE_KERNEL:
		return DAX_BLOCK_KERNEL;
	case MMOP_ONLINE_MOVABLE:
		return DAX_BLOCK_MOVABLE;
	default:
		return DAX_BLOCK_OFFLINE;
	}
}

static int collect(struct kmem_region *region, struct memory_block **blocks, kmem_bus_ptr bus)
{
	struct search search = { .region = region, .blocks = blocks };

	return bus ? bus_for_each_dev(bus, NULL, &search, take_if_ours) : -ENODEV;
}

static bool is_missing(struct kmem_region *region, struct memory_block **blocks, unsigned int i)
{
	return !blocks[i] && kmem_guard_block(region, i) != DAX_BLOCK_ABSENT;
}

/**
 * kmem_blocks_find() - get the devices of all present blocks, in one pass
 * @region: the region
 * @blocks: one pointer for each block; filled in with a reference where it is
 *	NULL and the block present
 *
 * Context: Process context, sleeps; @region->lock held by this task or by the
 * one that waits for it.
 * Return: 0, or -ENODEV if a present block has no device.
 */
int kmem_blocks_find(struct kmem_region *region, struct memory_block **blocks)
{
	unsigned int i = 0, total = region->counts.total;

	while (i < total && !is_missing(region, blocks, i))
		i++;
	if (i == total)
		return 0;

	if (collect(region, blocks, memory_bus(region, i)))
		return -ENODEV;

	for (; i < total; i++)
		if (is_missing(region, blocks, i))
			return -ENODEV;
	return 0;
}

/**
 * kmem_blocks_find_any() - get the devices of all blocks that have one, known or not
 * @region: the region
 * @blocks: as for kmem_blocks_find()
 *
 * Context: Process context, sleeps; @region->lock held.
 * Return: 0, or -ENODEV if no range begins with a block that has one.
 */
int kmem_blocks_find_any(struct kmem_region *region, struct memory_block **blocks)
{
	kmem_bus_ptr bus = NULL;
	unsigned int i;

	for (i = 0; i < region->nr_ranges && !bus; i++)
		bus = memory_bus(region, region->ranges[i].first);
	return collect(region, blocks, bus);
}

/**
 * kmem_block_zone_state() - what an online block is
 * @pfn: one of its pages
 *
 * By the page, because memory_block->zone is not set yet when the guard hears
 * that a block is online.
 *
 * Context: Any.
 * Return: DAX_BLOCK_KERNEL or DAX_BLOCK_MOVABLE.
 */
enum dax_block_state kmem_block_zone_state(unsigned long pfn)
{
	return page_zonenum(pfn_to_page(pfn)) == ZONE_MOVABLE ? DAX_BLOCK_MOVABLE
							      : DAX_BLOCK_KERNEL;
}

/**
 * kmem_block_put() - let go of a block's device
 * @block: what kmem_blocks_find() filled in; NULL afterwards
 */
void kmem_block_put(struct memory_block **block)
{
	if (*block)
		put_device(&(*block)->dev);
	*block = NULL;
}

static struct device_attribute *state_attribute(struct device *dev)
{
	const struct attribute_group **group;
	struct attribute **attr;

	for (group = dev->groups; group && *group; group++)
		for (attr = (*group)->attrs; attr && *attr; attr++)
			if (!strcmp((*attr)->name, "state"))
				return container_of(*attr, struct device_attribute, attr);
	return NULL;
}

/* The core asks for a restart by a signal that is none; one that is stays pending. */
static void drop_restart(void)
{
	spin_lock_irq(&current->sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

/**
 * kmem_block_switch() - write to a block's own state file, from inside
 * @block: the block
 * @word: "offline", "online", "online_kernel" or "online_movable"
 *
 * The only way to the core's own switching, under the lock that it needs and
 * with the uevents that others expect.
 *
 * Context: Process context, sleeps, for as long as it takes to move what is in
 * the block elsewhere; a signal to this task ends that.
 * Return: 0; KMEM_LATER if somebody else has the hotplug lock, after 5 ms;
 * -EINVAL if the block is so already; -EBUSY if a page cannot move; -EINTR after
 * a signal; -EHWPOISON and others from the core, or from a notifier that refused;
 * -EIO for what a notifier made up that is the kernel's own; -ENXIO if the block
 * has no such file.
 */
int kmem_block_switch(struct memory_block *block, const char *word)
{
	struct device_attribute *state = state_attribute(&block->dev);
	ssize_t err;

	if (!state || !state->store)
		return -ENXIO;

	err = state->store(&block->dev, state, word, strlen(word));
	if (err == -ERESTARTNOINTR) {
		drop_restart();
		return KMEM_LATER;
	}

	/* Some that a notifier can make up are the kernel's own, for no writer to see. */
	if (err <= -ERESTARTSYS)
		return -EIO;
	return err < 0 ? err : 0;
}
