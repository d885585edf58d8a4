// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>

#include "bind.h"
#include "blocks.h"
#include "dax_private.h"
#include "defaults.h"
#include "drive.h"
#include "events.h"
#include "guard.h"
#include "region.h"
#include "takeover.h"

/*
 * Puts online what was added: as the core would have done by the system's policy,
 * or as a default for the device has it.
 */
static void online_added(struct kmem_region *region)
{
	struct kmem_drive *drive = &region->drive;
	unsigned int i, count = 0;
	int err;

	if (region->policy == DAX_BLOCK_OFFLINE)
		return;

	for (i = 0; i < region->counts.total; i++) {
		bool added = drive->before[i] == DAX_BLOCK_ABSENT;

		drive->wanted[i] = added ? region->policy : DAX_BLOCK_ABSENT;
		count += added && kmem_guard_block(region, i) != DAX_BLOCK_ABSENT;
	}

	kmem_guard_claim_now(region);
	kmem_drive_begin_best_effort(drive, NULL);
	err = kmem_drive_online(drive);
	kmem_guard_release(region);
	if (err)
		dev_warn(region->dev,
			 "%u of %u memory blocks could not be put online at bind (%pe), the first at %#llx\n",
			 drive->failure.count, count, ERR_PTR(drive->failure.err),
			 kmem_region_block_start(region, drive->failure.block));
}

static int populate(struct kmem_region *region)
{
	enum dax_state asked = kmem_default_state(region);
	struct kmem_drive *drive = &region->drive;
	bool was_absent = !region->counts.present;
	int err;

	if (asked == DAX_STATE_UNPLUGGED)
		return 0;

	region->policy = DAX_BLOCK_OFFLINE;
	kmem_guard_copy(region, drive->before);
	kmem_drive_want(drive, DAX_BLOCK_OFFLINE);
	kmem_drive_begin_best_effort(drive, "bind");
	err = kmem_drive_add(drive);

	/* A range that cannot be had is left out, as long as there is another. */
	if (region->counts.present) {
		if (asked != DAX_DEFAULT_POLICY)
			region->policy = kmem_drive_block_for(asked);
		online_added(region);
		if (was_absent && asked == DAX_STATE_ONLINE)
			kmem_guard_set_whole_online(region, true);
		err = 0;
	}
	kmem_drive_end(drive);
	return err;
}

/*
 * Held by whoever changes the guard's list of regions, or which device they
 * belong to. Never taken inside or around a region's lock.
 */
static DEFINE_MUTEX(regions_lock);

static void forget(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	list_del(&region->node);
	spin_unlock(&kmem_guard_lock);
	kmem_region_destroy(region);
}

/* Removes what is offline, which nobody else may put online meanwhile. */
static void depopulate(struct kmem_region *region, const char *purpose)
{
	kmem_guard_claim_now(region);
	kmem_drive_want(&region->drive, DAX_BLOCK_ABSENT);
	kmem_drive_begin_best_effort(&region->drive, purpose);
	kmem_drive_remove(&region->drive);
	kmem_drive_end(&region->drive);
	kmem_guard_release(region);
}

/*
 * Removes what a device left online and somebody took offline since. Returns
 * whether memory is left for all that.
 */
static bool sweep(void)
{
	struct kmem_region *region, *next;
	bool memory_left = false;

	list_for_each_entry_safe(region, next, &kmem_guard_regions, node) {
		if (region->dev)
			continue;
		if (!region->counts.online)
			depopulate(region, NULL);
		if (!region->counts.present)
			forget(region);
		else
			memory_left = true;
	}

	return memory_left;
}

/*
 * Gives the device a stranded region if there is one of the same memory, else
 * the new one. Returns the one that it has now, or NULL if it cannot have any.
 */
static struct kmem_region *settle(struct kmem_region *fresh, struct device *dev)
{
	struct kmem_region *region, *taken = fresh;

	spin_lock(&kmem_guard_lock);
	list_for_each_entry(region, &kmem_guard_regions, node) {
		if (!kmem_region_overlaps(region, fresh))
			continue;
		taken = !region->dev && kmem_region_same(region, fresh) ? region : NULL;
		break;
	}
	if (taken) {
		taken->dev = dev;
		taken->closing = false;
	}
	if (taken == fresh)
		list_add(&fresh->node, &kmem_guard_regions);
	spin_unlock(&kmem_guard_lock);

	return taken;
}

static void take_over(struct kmem_region *region)
{
	if (kmem_take_over(region))
		dev_info(region->dev,
			 "took over memory that another driver left: %u of %u memory blocks, %u of them online\n",
			 region->counts.present, region->counts.total, region->counts.online);
	kmem_drive_end(&region->drive);
}

static void adopt(struct kmem_region *region)
{
	region->stats = (struct kmem_stats){};
	region->timeout_ms = 0;
	dev_info(region->dev,
		 "adopted the memory that it left: %u of %u memory blocks, %u of them online\n",
		 region->counts.present, region->counts.total, region->counts.online);
}

static int equip(struct kmem_region *region)
{
	int err = kmem_region_equip(region);

	if (!err)
		take_over(region);
	return err;
}

static int bind_region(struct kmem_region *region, bool adopted)
{
	int err = 0;

	mutex_lock(&region->lock);
	if (adopted)
		adopt(region);
	else
		err = equip(region);
	kmem_guard_set_guarded(region, kmem_guard_default());
	err = err ?: populate(region);
	mutex_unlock(&region->lock);

	if (err) {
		mutex_lock(&regions_lock);
		forget(region);
		mutex_unlock(&regions_lock);
	}
	return err;
}

/**
 * kmem_bind() - a device is bound: add its memory, as the system's policy has it
 * @dev_dax: the device
 *
 * Context: Process context, sleeps; the device's device_lock held.
 * Return: 0; -EINVAL if the device has no node or no whole memory block;
 * -EBUSY if none of its ranges can be reserved, or memory that another device
 * left behind has a part of it; -ENOMEM; or what adding the first range failed
 * with, if all failed.
 */
int kmem_bind(struct dev_dax *dev_dax)
{
	struct device *dev = dev_dax_device(dev_dax);
	struct kmem_region *fresh, *region;
	int err;

	fresh = kmem_region_create(dev_dax);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);

	mutex_lock(&regions_lock);
	sweep();
	region = settle(fresh, dev);
	mutex_unlock(&regions_lock);

	if (region != fresh)
		kmem_region_destroy(fresh);
	if (!region) {
		dev_err(dev,
			"some of its memory was left by a device of other ranges, node, region or memmap_on_memory; take that offline first\n");
		return -EBUSY;
	}

	err = bind_region(region, region != fresh);
	if (!err)
		dev_set_drvdata(dev, region);
	return err;
}

static void strand(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	region->dev = NULL;
	/* Its files are gone, and with them the way to lift the guard. */
	region->guarded = false;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_unbind() - a device is unbound: remove its offline memory, leave the rest online
 * @dev_dax: the device, kmem_transition_close() called for its region
 *
 * What stays online keeps its region, for the device to adopt when it is
 * bound again, and keeps the module loaded.
 *
 * Context: Process context, sleeps, not for offlining; the device's
 * device_lock held.
 */
void kmem_unbind(struct dev_dax *dev_dax)
{
	struct device *dev = dev_dax_device(dev_dax);
	struct kmem_region *region = dev_get_drvdata(dev);
	unsigned int left;

	mutex_lock(&region->lock);
	depopulate(region, "unbind");
	left = region->counts.present;
	if (left)
		dev_warn(dev,
			 "%u of %u memory blocks stay, %u of them online; bind the device again to take them over\n",
			 left, region->counts.total, region->counts.online);
	mutex_unlock(&region->lock);

	dev_set_drvdata(dev, NULL);
	kmem_events_deafen(region);
	mutex_lock(&regions_lock);
	strand(region);
	if (!left)
		forget(region);
	mutex_unlock(&regions_lock);
}

/**
 * kmem_bind_exit() - remove what devices left behind, at module exit
 *
 * Nothing of it can be online, or the module could not be unloaded, unless a
 * rollback failed while it was on its way out.
 *
 * Context: Process context, sleeps; no device is bound.
 * Return: whether memory had to be left.
 */
bool kmem_bind_exit(void)
{
	struct kmem_region *region;
	bool memory_left;

	mutex_lock(&regions_lock);
	memory_left = sweep();
	if (memory_left)
		list_for_each_entry(region, &kmem_guard_regions, node)
			pr_err("%s: %u memory blocks stay online without a driver\n",
			       kmem_region_name(region), region->counts.present);
	mutex_unlock(&regions_lock);

	return memory_left;
}
