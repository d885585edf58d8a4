// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sysfs.h>

#include "adoption.h"
#include "guard.h"
#include "region.h"
#include "stranded.h"

/* NULL: nothing is shown; changes under adoption.c's regions_lock, as the directories do. */
static struct kobject *stranded;

/*
 * A directory is a kobject of the core's own kind, which owes this module
 * nothing, so whoever holds on to one can. It finds its range by being looked
 * for: once it is not a range's any more it finds nothing.
 */
static struct kmem_range *range_of(const struct kobject *dir, struct kmem_region **owner)
{
	struct kmem_region *region;
	unsigned int i;

	lockdep_assert_held(&kmem_guard_lock);
	list_for_each_entry(region, &kmem_guard_regions, node) {
		*owner = region;
		for (i = 0; i < region->nr_ranges; i++)
			if (region->ranges[i].dir == dir)
				return &region->ranges[i];
	}
	return NULL;
}

static unsigned int count_online(const struct kmem_region *region, const struct kmem_range *range)
{
	unsigned int i, count = 0;

	for (i = 0; i < range->count; i++)
		count += dax_block_is_online(region->blocks[range->first + i]);
	return count;
}

/* What the files say of a range. */
struct facts {
	struct range span;
	unsigned int total;
	unsigned int online;
	bool quarantined;
};

static bool look_at(const struct kobject *dir, struct facts *facts)
{
	struct kmem_region *region;
	struct kmem_range *range;

	spin_lock(&kmem_guard_lock);
	range = range_of(dir, &region);
	if (range)
		*facts = (struct facts){
			.span = range->span,
			.total = range->count,
			.online = count_online(region, range),
			.quarantined = kmem_adoption_is_quarantined(region),
		};
	spin_unlock(&kmem_guard_lock);

	return range;
}

static ssize_t show_fact(const struct kobject *dir, char *buf,
			 ssize_t (*emit)(const struct facts *facts, char *buf))
{
	struct facts facts;

	return look_at(dir, &facts) ? emit(&facts, buf) : -ENODEV;
}

#define FACT_ATTR(name, format, value)                                                             \
	static ssize_t name##_emit(const struct facts *facts, char *buf)                           \
	{                                                                                          \
		return sysfs_emit(buf, format "\n", value);                                        \
	}                                                                                          \
	static ssize_t name##_show(struct kobject *dir, struct kobj_attribute *attr, char *buf)    \
	{                                                                                          \
		return show_fact(dir, buf, name##_emit);                                           \
	}                                                                                          \
	static struct kobj_attribute name##_attr = __ATTR_RO(name)

FACT_ATTR(start, "%#llx", facts->span.start);
FACT_ATTR(size, "%llu", range_len(&facts->span));
FACT_ATTR(blocks_total, "%u", facts->total);
FACT_ATTR(blocks_online, "%u", facts->online);
FACT_ATTR(quarantined, "%d", facts->quarantined);

static int reclaim(struct kobject *dir)
{
	struct kmem_region *region;
	struct kmem_range *range;
	int err;

	spin_lock(&kmem_guard_lock);
	range = range_of(dir, &region);
	if (range)
		kmem_region_get(region);
	spin_unlock(&kmem_guard_lock);
	if (!range)
		return -ENODEV;

	err = kmem_adoption_reclaim(region, range);
	kmem_region_put(region);
	return err;
}

/*
 * When it is done the directory goes, and this file with it; and while it runs
 * somebody else may want it gone. Neither can wait for this writer, so instead
 * of the file the module is held.
 */
static ssize_t reclaim_store(struct kobject *dir, struct kobj_attribute *attr, const char *buf,
			     size_t count)
{
	struct kernfs_node *file;
	int err = -ENODEV;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	file = sysfs_break_active_protection(dir, &attr->attr);
	if (file) {
		err = reclaim(dir);
		sysfs_unbreak_active_protection(file);
	}

	module_put(THIS_MODULE);
	return err ?: count;
}

static struct kobj_attribute reclaim_attr = __ATTR_WO(reclaim);

static struct attribute *attributes[] = {
	&start_attr.attr,
	&size_attr.attr,
	&blocks_total_attr.attr,
	&blocks_online_attr.attr,
	&quarantined_attr.attr,
	&reclaim_attr.attr,
	NULL,
};

static const struct attribute_group group = {
	.attrs = attributes,
};

static void set_dir(struct kmem_range *range, struct kobject *dir)
{
	spin_lock(&kmem_guard_lock);
	range->dir = dir;
	spin_unlock(&kmem_guard_lock);
}

/* The files go first: to find one, its writer needs the directory to be there still. */
static void hide(struct kmem_range *range)
{
	struct kobject *dir = range->dir;

	set_dir(range, NULL);
	sysfs_remove_group(dir, &group);
	/* Who reclaims through it may keep the object for a while, not the name. */
	kobject_del(dir);
	kobject_put(dir);
}

static void show(struct kmem_range *range)
{
	char name[40];
	int err = -ENOMEM;

	snprintf(name, sizeof(name), "%llx-%llx", range->span.start, range->span.end);
	set_dir(range, kobject_create_and_add(name, stranded));
	if (range->dir)
		err = sysfs_create_group(range->dir, &group);
	if (!err)
		return;

	pr_warn("stranded/%s could not be made (%pe)\n", name, ERR_PTR(err));
	if (range->dir)
		hide(range);
}

/**
 * kmem_stranded_update() - show the ranges of a region that are stranded, and no others
 * @region: the region
 *
 * Context: Process context, sleeps; adoption.c's regions_lock held. Waits for
 * who reads a file that goes, not for who reclaims.
 */
void kmem_stranded_update(struct kmem_region *region)
{
	unsigned int i;

	for (i = 0; i < region->nr_ranges; i++) {
		struct kmem_range *range = &region->ranges[i];
		bool wanted = stranded && !list_empty(&region->node) &&
			      !kmem_guard_has_device(region) &&
			      kmem_range_is_present(region, range);

		if (wanted && !range->dir)
			show(range);
		else if (!wanted && range->dir)
			hide(range);
	}
}

/**
 * kmem_stranded_open() - make the directory
 * @driver: the driver's own
 *
 * Context: Process context, sleeps; adoption.c's regions_lock held.
 * Return: 0 or -ENOMEM.
 */
int kmem_stranded_open(struct kobject *driver)
{
	stranded = kobject_create_and_add("stranded", driver);
	return stranded ? 0 : -ENOMEM;
}

/**
 * kmem_stranded_close() - show nothing any more
 *
 * The directory is there until the last in it is gone: update all regions.
 *
 * Context: Process context, sleeps; adoption.c's regions_lock held; no new
 * reference to the module can be had.
 */
void kmem_stranded_close(void)
{
	kobject_put(stranded);
	stranded = NULL;
	/* Who reclaimed has let go of the module, but may not have left its code. */
	synchronize_rcu_tasks();
}
