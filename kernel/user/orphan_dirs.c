// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "orphan_dirs.h"
#include "owner/kmem_dev.h"
#include "owner/orphans.h"

/**
 * struct orphan_dir - the directory of one orphaned range
 * @node: in the list
 * @kobj: the directory
 * @kmem: the memory; orphans.c hides its directories before it frees the memory
 * @span: the range
 *
 * The kobject has the core's dynamic_kobj_ktype, so it may outlive this struct and the module.
 * Once the directory is off the list, its files return -ENODEV.
 */
struct orphan_dir {
	struct list_head node;
	struct kobject *kobj;
	struct kmem_dev *kmem;
	const struct dax_span *span;
};

/* Protects @dirs. Writers hold orphans.c's devs_lock as well. */
static DEFINE_SPINLOCK(dirs_lock);
static LIST_HEAD(dirs);

static struct kobject *stranded;

/* Returns the memory that the directory shows, with a reference, or NULL. */
static struct kmem_dev *get_memory(const struct kobject *kobj, const struct dax_span **span)
{
	struct kmem_dev *kmem = NULL;
	struct orphan_dir *dir;

	spin_lock(&dirs_lock);
	list_for_each_entry(dir, &dirs, node)
		if (dir->kobj == kobj) {
			kmem = dir->kmem;
			*span = dir->span;
			kmem_dev_get(kmem);
			break;
		}
	spin_unlock(&dirs_lock);

	return kmem;
}

/* Defines a file that shows one property of the range. */
#define RANGE_ATTR(name, format, value, mode)                                                      \
	static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)   \
	{                                                                                          \
		const struct dax_span *span;                                                       \
		struct kmem_dev *kmem = get_memory(kobj, &span);                                   \
		ssize_t length;                                                                    \
                                                                                                   \
		if (!kmem)                                                                         \
			return -ENODEV;                                                            \
		length = sysfs_emit(buf, format "\n", value);                                      \
		kmem_dev_put(kmem);                                                                \
		return length;                                                                     \
	}                                                                                          \
	static struct kobj_attribute name##_attr = __ATTR(name, mode, name##_show, NULL)

RANGE_ATTR(start, "%#llx", span->start, 0400);
RANGE_ATTR(size, "%llu", dax_span_size(span), 0444);
RANGE_ATTR(blocks_total, "%u", span->count, 0444);
RANGE_ATTR(blocks_online, "%u", kmem_gate_count_online(&kmem->gate, span), 0444);
RANGE_ATTR(quarantined, "%d", kmem_orphan_is_quarantined(kmem), 0444);

static int reclaim(const struct kobject *kobj)
{
	const struct dax_span *span;
	struct kmem_dev *kmem = get_memory(kobj, &span);
	int err;

	if (!kmem)
		return -ENODEV;

	err = kmem_orphan_reclaim(kmem, span);
	kmem_dev_put(kmem);
	return err;
}

/*
 * A reclaim ends by removing this file, and another task may remove the file at any time. Either
 * removal would wait for this writer and deadlock, so the writer breaks kernfs's active
 * protection of the file and holds the module instead.
 */
static ssize_t reclaim_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			     size_t count)
{
	struct kernfs_node *file;
	int err = -ENODEV;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	file = sysfs_break_active_protection(kobj, &attr->attr);
	if (file) {
		err = reclaim(kobj);
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

/* The caller holds devs_lock, which keeps @dirs from changing. */
static struct orphan_dir *find(const struct kmem_dev *kmem, const struct dax_span *span)
{
	struct orphan_dir *dir;

	list_for_each_entry(dir, &dirs, node)
		if (dir->kmem == kmem && dir->span == span)
			return dir;
	return NULL;
}

static void hide(struct kmem_dev *kmem, const struct dax_span *span)
{
	struct orphan_dir *dir = find(kmem, span);

	if (!dir)
		return;

	spin_lock(&dirs_lock);
	list_del(&dir->node);
	spin_unlock(&dirs_lock);
	/* reclaim_store() looks up its own file in the directory, so remove the files first. */
	sysfs_remove_group(dir->kobj, &group);
	/*
	 * reclaim_store() may still hold the kobject, so remove the directory from sysfs now:
	 * show() may have to create one with the same name.
	 */
	kobject_del(dir->kobj);
	kobject_put(dir->kobj);
	kfree(dir);
}

/* Adds the directory to @dirs before it creates the files, so that every reader finds the range. */
static int create(struct kmem_dev *kmem, const struct dax_span *span, const char *name)
{
	struct orphan_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int err;

	if (!dir)
		return -ENOMEM;

	dir->kmem = kmem;
	dir->span = span;
	dir->kobj = kobject_create_and_add(name, stranded);
	if (!dir->kobj) {
		kfree(dir);
		return -ENOMEM;
	}

	spin_lock(&dirs_lock);
	list_add(&dir->node, &dirs);
	spin_unlock(&dirs_lock);
	err = sysfs_create_group(dir->kobj, &group);
	if (err)
		hide(kmem, span);
	return err;
}

static void show(struct kmem_dev *kmem, const struct dax_span *span)
{
	char name[40];
	int err;

	if (find(kmem, span))
		return;

	snprintf(name, sizeof(name), "%llx-%llx", span->start, span->end);
	err = create(kmem, span, name);
	if (err)
		pr_warn("stranded/%s could not be created (%pe)\n", name, ERR_PTR(err));
}

const struct kmem_orphan_view kmem_orphan_dirs = {
	.show = show,
	.hide = hide,
};

/**
 * kmem_orphan_dirs_create() - create the directory stranded/
 * @driver: the driver's own directory
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int kmem_orphan_dirs_create(struct kobject *driver)
{
	stranded = kobject_create_and_add("stranded", driver);
	return stranded ? 0 : -ENOMEM;
}

/**
 * kmem_orphan_dirs_remove() - remove the directory stranded/
 *
 * Context: Process context, sleeps; after kmem_orphans_close(), when try_module_get() fails.
 */
void kmem_orphan_dirs_remove(void)
{
	kobject_put(stranded);
	stranded = NULL;
	/* reclaim_store() may still run after its module_put(). */
	synchronize_rcu_tasks();
}
