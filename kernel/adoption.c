// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/kernfs.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "adoption.h"
#include "drive.h"
#include "guard.h"
#include "region.h"
#include "stranded.h"
#include "takeover.h"
#include "transition.h"

/*
 * Held by whoever changes the guard's list of regions, or gives one a device. No lock of a region
 * that others know is waited for inside it.
 */
static DEFINE_MUTEX(regions_lock);

static void enlist(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	list_add(&region->node, &kmem_guard_regions);
	spin_unlock(&kmem_guard_lock);
}

static void forget(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	list_del_init(&region->node);
	kmem_guard_unpin(region);
	spin_unlock(&kmem_guard_lock);
	kmem_stranded_update(region);
	kmem_region_put(region);
}

/* A transition may bring back what it has removed. It needs the region in the list for that. */
static bool is_empty(const struct kmem_region *region)
{
	bool empty;

	spin_lock(&kmem_guard_lock);
	empty = !region->counts.present && !region->transition;
	spin_unlock(&kmem_guard_lock);

	return empty;
}

/* What is stranded is shown, and what is left of nothing forgotten. */
static void tidy(struct kmem_region *region)
{
	kmem_stranded_update(region);
	if (is_empty(region))
		forget(region);
}

/* Without regions_lock up to now, others may have been faster: with it, or with a device. */
static void tidy_if_stranded(struct kmem_region *region)
{
	if (!list_empty(&region->node) && !kmem_guard_has_device(region))
		tidy(region);
}

/* Only then is there something to remove, and a reason to keep others from their blocks. */
static bool has_offline_range(const struct kmem_region *region)
{
	unsigned int i;

	for (i = 0; i < region->nr_ranges; i++)
		if (kmem_range_is_present(region, &region->ranges[i]) &&
		    !kmem_range_has_online(region, &region->ranges[i]))
			return true;
	return false;
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
		if (kmem_guard_has_device(region))
			continue;
		/* Locked it is being reclaimed, by somebody who has it swept again. */
		if (has_offline_range(region) && mutex_trylock(&region->lock)) {
			kmem_drive_clear(&region->drive, NULL);
			mutex_unlock(&region->lock);
		}
		memory_left |= kmem_guard_counts(region).present;
		tidy(region);
	}

	return memory_left;
}

static void sweep_later(struct work_struct *work);
static DECLARE_DELAYED_WORK(sweeper, sweep_later);

/*
 * By then who has put the last block of a range offline has left its file. To remove it
 * waits for him, inside the hotplug locks.
 */
#define SWEEP_DELAY_MS 20

/* Whether the sweeper may run; under kmem_guard_lock. */
static bool is_open;

/*
 * Who binds or unbinds may hold locks of the core that the sweeper wants. Under
 * kmem_guard_lock.
 */
static void queue_sweeper(void)
{
	if (is_open)
		queue_delayed_work(system_long_wq, &sweeper, msecs_to_jiffies(SWEEP_DELAY_MS));
}

/**
 * kmem_adoption_offline() - somebody has put a block of a stranded region offline
 * @region: the region
 *
 * If it was the last of its range, the range is nobody's any more.
 *
 * Context: kmem_guard_lock held.
 */
void kmem_adoption_offline(struct kmem_region *region)
{
	if (!region->dev)
		queue_sweeper();
}

static void set_open(bool open)
{
	spin_lock(&kmem_guard_lock);
	is_open = open;
	/* Who was unbound before may have counted on it. */
	queue_sweeper();
	spin_unlock(&kmem_guard_lock);
}

static struct kmem_region *overlapping(const struct kmem_region *fresh)
{
	struct kmem_region *region;

	list_for_each_entry(region, &kmem_guard_regions, node)
		if (kmem_region_overlap(region, fresh))
			return region;
	return NULL;
}

/*
 * Memory that the kernel's own driver has left, whose device is not bound to this
 * one and may not even be there any more. What it says in /proc/iomem is the
 * only trace of it.
 */
static int look_at_found(struct resource *found, void *data)
{
	const struct range span = { .start = found->start, .end = found->end };
	struct kmem_region *region = kmem_region_create_found(&span);
	struct dax_block_counts counts;

	if (IS_ERR(region))
		return 0;
	if (overlapping(region) || !kmem_take_is_left(region)) {
		kmem_region_put(region);
		return 0;
	}

	enlist(region);
	mutex_lock(&region->lock);
	kmem_take_found(region);
	mutex_unlock(&region->lock);
	if (!kmem_guard_pin(region)) {
		forget(region);
		return 0;
	}

	counts = kmem_guard_counts(region);
	kmem_region_log(region, LOGLEVEL_NOTICE,
			"left by another driver: %u memory blocks, %u of them online; bind its device, or reclaim it\n",
			counts.present, counts.online);
	kmem_stranded_update(region);
	return 0;
}

static void find_left(void)
{
	walk_iomem_res_desc(IORES_DESC_NONE,
			    IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED, 0, -1, NULL,
			    look_at_found);
}

static void sweep_later(struct work_struct *work)
{
	mutex_lock(&regions_lock);
	find_left();
	sweep();
	mutex_unlock(&regions_lock);
}

/* Now there is a device, which takes over by itself what is its own. */
static void lose_found(const struct kmem_region *fresh)
{
	struct kmem_region *region, *next;

	list_for_each_entry_safe(region, next, &kmem_guard_regions, node) {
		if (!region->found || !kmem_region_overlap(region, fresh) ||
		    !mutex_trylock(&region->lock))
			continue;
		kmem_region_get(region);
		forget(region);
		mutex_unlock(&region->lock);
		kmem_region_put(region);
	}
}

/* What makes a region another device's, and what to do about it; NULL: nothing. */
static const char *why_not(const struct kmem_region *region, const struct kmem_region *fresh)
{
	if (region->dev)
		return "is another device's; unbind that first";
	if (region->transition)
		return "is being reclaimed; bind again when that has ended";
	if (kmem_adoption_is_quarantined(region))
		return "is quarantined, because the device behind it went away; reclaim it first";
	if (region->behind != fresh->behind)
		return "was left by a device of another DAX region; bind that, or reclaim it first";
	if (region->nid != fresh->nid)
		return "was left by a device of another node; reclaim it first";
	if (!kmem_region_same_ranges(region, fresh))
		return "was left by a device of other ranges; restore those, or reclaim it first";
	if (region->memmap_on_memory != fresh->memmap_on_memory)
		return "was left with another memmap_on_memory; set that back, or reclaim it first";
	return NULL;
}

/* Of a stranded region only what is there still is in stranded/, and can be reclaimed. */
static const struct kmem_range *in_the_way(const struct kmem_region *region,
					   const struct kmem_region *fresh)
{
	const struct kmem_range *common = kmem_region_overlap(region, fresh);
	unsigned int i;

	if (region->dev || kmem_range_is_present(region, common))
		return common;
	for (i = 0; i < region->nr_ranges; i++)
		if (kmem_range_is_present(region, &region->ranges[i]))
			return &region->ranges[i];
	return common;
}

/* Names what is in the way as stranded/ does, so that it is found there. */
static struct kmem_region *refuse(struct device *dev, const struct kmem_region *fresh,
				  const struct kmem_region *region, const char *why)
{
	const struct range *span = &in_the_way(region, fresh)->span;

	dev_err(dev, "memory %llx-%llx %s (/sys/bus/dax/drivers/kmem/stranded/)\n", span->start,
		span->end, why);
	return ERR_PTR(-EBUSY);
}

/**
 * kmem_adoption_settle() - give a device a region
 * @fresh: a new region of the device's ranges
 * @dev: the device
 *
 * That is the one which it left when it was unbound, if there is one: the same
 * ranges on the same node, and the device behind them there all the time. It is
 * @fresh if nobody has any of the memory.
 *
 * Context: Process context, sleeps.
 * Return: the region, in the guard's list; -EBUSY if the device cannot have
 * what is there, with a line in the log about why and what to do.
 */
struct kmem_region *kmem_adoption_settle(struct kmem_region *fresh, struct device *dev)
{
	struct kmem_region *region;
	const char *why = NULL;

	mutex_lock(&regions_lock);
	sweep();
	lose_found(fresh);

	spin_lock(&kmem_guard_lock);
	region = overlapping(fresh);
	if (region)
		why = why_not(region, fresh);
	else
		list_add(&fresh->node, &kmem_guard_regions);
	if (!why) {
		region = region ?: fresh;
		region->dev = dev;
		WRITE_ONCE(region->closing, false);
	} else {
		/* What was found, and is lost now, is to be found again. */
		queue_sweeper();
	}
	spin_unlock(&kmem_guard_lock);

	if (why)
		region = refuse(dev, fresh, region, why);
	else
		kmem_stranded_update(region);
	mutex_unlock(&regions_lock);

	return region;
}

/**
 * kmem_adoption_strand() - a region's device is unbound
 * @region: the region; forgotten if nothing of it is present
 *
 * Context: Process context, sleeps. Who unbinds may hold device_hotplug_lock, as
 * ACPI does when it takes a slot away, so it is not waited for regions_lock, whose
 * holder may wait for that one: then the sweeper does the rest.
 */
void kmem_adoption_strand(struct kmem_region *region)
{
	kmem_region_get(region);
	spin_lock(&kmem_guard_lock);
	region->dev = NULL;
	/* Its files are gone, and with them the way to change these. */
	region->guarded = false;
	region->timeout_ms = 0;
	spin_unlock(&kmem_guard_lock);

	if (mutex_trylock(&regions_lock)) {
		tidy_if_stranded(region);
		mutex_unlock(&regions_lock);
	}
	kmem_region_put(region);

	/*
	 * Somebody may have put a block offline since the offline ones were removed;
	 * and what it did not take over is nobody's again.
	 */
	spin_lock(&kmem_guard_lock);
	queue_sweeper();
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_adoption_forget() - a device could not be bound
 * @region: its region, nothing of it present
 *
 * Context: Process context, sleeps.
 */
void kmem_adoption_forget(struct kmem_region *region)
{
	mutex_lock(&regions_lock);
	forget(region);
	spin_lock(&kmem_guard_lock);
	queue_sweeper();
	spin_unlock(&kmem_guard_lock);
	mutex_unlock(&regions_lock);
}

/**
 * kmem_adoption_is_quarantined() - may what is behind a stranded region have changed
 * @region: the region
 *
 * It may when the device behind it went away, whether or not one came back: no
 * device gets the region any more.
 *
 * Context: Any.
 * Return: whether it may.
 */
bool kmem_adoption_is_quarantined(const struct kmem_region *region)
{
	/* As kernfs marks what has been removed. */
	return region->behind && atomic_read(&region->behind->active) < 0;
}

/**
 * kmem_adoption_reclaim() - take a range offline and remove it, or leave it as it was
 * @region: the region
 * @range: one of its ranges
 *
 * A signal to this task cancels it.
 *
 * Context: Process context, sleeps; a reference to @region held.
 * Return: 0, or a negative errno of kmem_transition_reclaim().
 */
int kmem_adoption_reclaim(struct kmem_region *region, struct kmem_range *range)
{
	int err = kmem_transition_reclaim(region, range);

	spin_lock(&kmem_guard_lock);
	/* It may have passed over another range, because this task had the region's lock. */
	queue_sweeper();
	spin_unlock(&kmem_guard_lock);

	mutex_lock(&regions_lock);
	tidy_if_stranded(region);
	mutex_unlock(&regions_lock);

	return err;
}

/**
 * kmem_adoption_open() - begin to show what is stranded
 * @driver: the driver's kobject
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int kmem_adoption_open(struct kobject *driver)
{
	struct kmem_region *region;
	int err;

	mutex_lock(&regions_lock);
	err = kmem_stranded_open(driver);
	list_for_each_entry(region, &kmem_guard_regions, node)
		kmem_stranded_update(region);
	find_left();
	mutex_unlock(&regions_lock);
	set_open(!err);

	return err;
}

/**
 * kmem_adoption_close() - stop showing it
 *
 * Context: Process context, sleeps; waits for who reads.
 */
void kmem_adoption_close(void)
{
	struct kmem_region *region;

	set_open(false);
	cancel_delayed_work_sync(&sweeper);
	mutex_lock(&regions_lock);
	kmem_stranded_close();
	list_for_each_entry(region, &kmem_guard_regions, node)
		kmem_stranded_update(region);
	mutex_unlock(&regions_lock);
}

/**
 * kmem_adoption_exit() - remove what devices left behind, at module exit
 *
 * Nothing of it can be online, or the module could not be unloaded, unless a
 * rollback failed while it was on its way out.
 *
 * Context: Process context, sleeps; no device is bound.
 * Return: whether memory had to be left.
 */
bool kmem_adoption_exit(void)
{
	struct kmem_region *region;
	bool memory_left;

	mutex_lock(&regions_lock);
	memory_left = sweep();
	list_for_each_entry(region, &kmem_guard_regions, node)
		pr_err("%s: %u memory blocks stay online without a driver\n",
		       kmem_region_name(region), kmem_guard_counts(region).online);
	mutex_unlock(&regions_lock);

	return memory_left;
}
