// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/memory_hotplug.h>

#include "adoption.h"
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
 * or as a default for the device has it. The region is claimed.
 */
static void online_added(struct kmem_region *region, bool whole)
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

	kmem_drive_begin_best_effort(drive, NULL);
	err = kmem_drive_online(drive);
	/* What an earlier bind has left of it may say so of fewer ranges. */
	if (count)
		kmem_guard_set_whole_online(region, whole);
	if (err)
		dev_warn(region->dev,
			 "%u of %u memory blocks could not be put online at bind (%pe), the first at %#llx\n",
			 drive->failure.count, count, ERR_PTR(drive->failure.err),
			 kmem_region_block_start(region, drive->failure.block));
}

static int populate(struct kmem_region *region, enum dax_state asked)
{
	struct kmem_drive *drive = &region->drive;
	bool was_absent = !kmem_guard_counts(region).present;
	int err;

	if (asked == DAX_STATE_UNPLUGGED)
		return 0;

	/*
	 * A udev rule must not be faster with the first range while the next is added.
	 * For the system's policy the guard sees to that, which hears of it first. Where
	 * nothing is to be put online, it is up to such a rule.
	 */
	spin_lock(&kmem_guard_lock);
	region->heeds_policy = asked == DAX_DEFAULT_POLICY;
	spin_unlock(&kmem_guard_lock);
	if (asked != DAX_DEFAULT_POLICY && asked != DAX_STATE_OFFLINE)
		kmem_guard_claim_now(region);
	region->policy = DAX_BLOCK_OFFLINE;
	kmem_guard_copy(region, drive->before);
	kmem_drive_want(drive, DAX_BLOCK_OFFLINE);
	kmem_drive_begin_best_effort(drive, "bind");
	err = kmem_drive_add(drive);

	/* A range that cannot be had is left out, as long as there is another. */
	if (kmem_guard_counts(region).present) {
		if (asked != DAX_DEFAULT_POLICY)
			region->policy = kmem_drive_block_for(asked);
		online_added(region, was_absent && asked == DAX_STATE_ONLINE);
		err = 0;
	}
	kmem_guard_release(region);
	kmem_drive_end(drive);
	return err;
}

/* What a signal to this task can end comes here, before anything is touched. */
static struct kmem_region *prepare(struct dev_dax *dev_dax, enum dax_state *asked)
{
	struct kmem_region *fresh = kmem_region_create(dev_dax);
	int err;

	if (IS_ERR(fresh))
		return fresh;

	err = kmem_default_state(fresh, dev_dax_device(dev_dax), asked);
	if (!err)
		return fresh;

	dev_err(dev_dax_device(dev_dax),
		"interrupted while its default state was looked up (%pe); bind again\n",
		ERR_PTR(err));
	kmem_region_put(fresh);
	return ERR_PTR(err);
}

static void log_found(struct kmem_region *region, const char *how, const char *who)
{
	struct dax_block_counts counts = kmem_guard_counts(region);

	dev_info(region->dev, "%s memory that %s left: %u of %u memory blocks, %u of them online\n",
		 how, who, counts.present, counts.total, counts.online);
}

static void take_over(struct kmem_region *region)
{
	if (kmem_take_over(region))
		log_found(region, "took over", "another driver");
	kmem_drive_end(&region->drive);
}

static void adopt(struct kmem_region *region)
{
	log_found(region, "adopted the", region->name);
	spin_lock(&kmem_guard_lock);
	region->stats = (struct kmem_stats){};
	spin_unlock(&kmem_guard_lock);
	kmem_region_rename(region);
}

static int equip(struct kmem_region *region)
{
	int err = kmem_region_equip(region);

	if (!err)
		take_over(region);
	return err;
}

static int bind_region(struct kmem_region *region, bool adopted, enum dax_state asked)
{
	int err = 0;

	mutex_lock(&region->lock);
	if (adopted)
		adopt(region);
	else
		err = equip(region);
	kmem_guard_set_guarded(region, kmem_guard_default());
	err = err ?: populate(region, asked);
	mutex_unlock(&region->lock);

	if (err)
		kmem_adoption_forget(region);
	return err;
}

/**
 * kmem_bind() - a device is bound: add its memory, as its default state or the policy has it
 * @dev_dax: the device
 *
 * Context: Process context, sleeps; the device's device_lock held.
 * Return: 0; -EINVAL if the device has no node or no whole memory block;
 * -EBUSY if none of its ranges can be reserved, or kmem_adoption_settle()
 * refused; -EINTR if a signal to this task kept it from finding out what the device
 * is to be; -ENOMEM; or what adding the first range failed with, if all failed.
 */
int kmem_bind(struct dev_dax *dev_dax)
{
	struct device *dev = dev_dax_device(dev_dax);
	struct kmem_region *fresh, *region;
	enum dax_state asked;
	int err;

	fresh = prepare(dev_dax, &asked);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);

	region = kmem_adoption_settle(fresh, dev);
	if (region != fresh)
		kmem_region_put(fresh);
	if (IS_ERR(region))
		return PTR_ERR(region);

	err = bind_region(region, region != fresh, asked);
	if (!err)
		dev_set_drvdata(dev, region);
	return err;
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
	struct dax_block_counts left;

	mutex_lock(&region->lock);
	kmem_drive_clear(&region->drive, "unbind");
	left = kmem_guard_counts(region);
	if (left.present)
		dev_warn(dev,
			 "%u of %u memory blocks stay, %u of them online; bind the device again to adopt them, or reclaim them (/sys/bus/dax/drivers/kmem/stranded/)\n",
			 left.present, left.total, left.online);
	mutex_unlock(&region->lock);

	dev_set_drvdata(dev, NULL);
	kmem_events_deafen(region);
	kmem_adoption_strand(region);
}
