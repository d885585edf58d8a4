// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Removes the store function from the `state` attribute of all memory blocks, from load
 * to unload, like a kernel that keeps the function elsewhere. The
 * core still onlines blocks by the system's policy.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sysfs.h>

typedef ssize_t (*store_function)(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count);

/* All memory blocks share one attribute. */
static struct device_attribute *state;
static store_function store;

/* The kernfs node of a file in sysfs points to its attribute. */
static struct device_attribute *find_state(const struct kobject *block)
{
	struct kernfs_node *file = sysfs_get_dirent(block->sd, "state");
	struct attribute *attr;

	if (!file)
		return NULL;

	attr = file->priv;
	kernfs_put(file);
	return container_of(attr, struct device_attribute, attr);
}

static int __init unswitchable_init(void)
{
	/* The kset of the platform bus has all devices of the machine. */
	struct kobject *block = kset_find_obj(platform_bus.kobj.kset, "memory0");

	if (!block)
		return -ENODEV;

	state = find_state(block);
	kobject_put(block);
	if (!state)
		return -ENOENT;

	store = state->store;
	WRITE_ONCE(state->store, NULL);
	return 0;
}
module_init(unswitchable_init);

static void __exit unswitchable_exit(void)
{
	WRITE_ONCE(state->store, store);
}
module_exit(unswitchable_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("Memory blocks that a module cannot switch, for tests");
MODULE_LICENSE("GPL");
