// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports an abstract distance of a node to drivers, with a higher priority than the
 * algorithms for firmware tables and CXL.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>

static int node = -1;
module_param(node, int, 0444);
MODULE_PARM_DESC(node, "number of the node");

static int distance;
module_param(distance, int, 0644);
MODULE_PARM_DESC(distance, "its abstract distance, 0: leave the answer to others");

/* The kernel's own algorithms have priority 100. */
#define PRIORITY 200

static int tell_distance(struct notifier_block *algorithm, unsigned long nid, void *answer)
{
	int told = READ_ONCE(distance);

	if (nid != node || !told)
		return NOTIFY_OK;

	*(int *)answer = told;
	return NOTIFY_STOP;
}

static struct notifier_block algorithm = {
	.notifier_call = tell_distance,
	.priority = PRIORITY,
};

/* Looked up by name, because Linux before 6.7 lacks these and the module has to build for it. */
#define REGISTER "register_mt_adistance_algorithm"
#define UNREGISTER "unregister_mt_adistance_algorithm"

typedef int (*registration)(struct notifier_block *block);

static int call(const char *name)
{
	registration function = __symbol_get(name);
	int err;

	if (!function)
		return -ENOENT;

	err = function(&algorithm);
	__symbol_put(name);
	return err;
}

static int __init distance_init(void)
{
	return call(REGISTER);
}
module_init(distance_init);

static void __exit distance_exit(void)
{
	call(UNREGISTER);
}
module_exit(distance_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("The abstract distance of a node, for tests");
MODULE_LICENSE("GPL");
