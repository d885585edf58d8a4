// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds memory as a whole, like a driver, and removes it in pieces, unlike the kernel's
 * drivers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

static int node = -1;
module_param(node, int, 0444);
MODULE_PARM_DESC(node, "number of the node that the memory is added to");

static unsigned long long start, size;
module_param(start, ullong, 0444);
MODULE_PARM_DESC(start, "its physical address");
module_param(size, ullong, 0444);
MODULE_PARM_DESC(size, "its size in bytes");

static int remove_set(const char *value, const struct kernel_param *param)
{
	u64 from, bytes;

	if (sscanf(value, "%lli,%lli", &from, &bytes) != 2)
		return -EINVAL;
	if (!bytes || from < start || from + bytes > start + size)
		return -ERANGE;
	return remove_memory(from, bytes);
}

static const struct kernel_param_ops remove_ops = {
	.set = remove_set,
};
module_param_cb(remove, &remove_ops, NULL, 0200);
MODULE_PARM_DESC(remove, "START,SIZE of what to remove, all of it offline");

/* The name of the resource outlives the module, as the memory may. */
static int __init piece_init(void)
{
	char *name = kstrdup("System RAM (piece)", GFP_KERNEL);
	int err;

	if (!name)
		return -ENOMEM;
	err = add_memory_driver_managed(node, start, size, name, MHP_NONE);
	if (err)
		kfree(name);
	return err;
}
module_init(piece_init);

static void __exit piece_exit(void)
{
}
module_exit(piece_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("Memory that is removed in pieces, for tests");
MODULE_LICENSE("GPL");
