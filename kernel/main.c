// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module init and exit: registers a DAX driver named kmem, in place of the kernel's own, and
 * connects the callbacks of the layers that docs/design.md describes.
 */
#include <linux/module.h>

#include "block/gate.h"
#include "block/range.h"
#include "compat/dax_types.h"
#include "memblk/memblk.h"
#include "owner/bind.h"
#include "owner/dax_device.h"
#include "owner/kmem_dev.h"
#include "owner/orphans.h"
#include "owner/power.h"
#include "user/device_attrs.h"
#include "user/orphan_dirs.h"

static const struct kmem_dax_driver driver = {
	.probe = kmem_bind,
	.closing = kmem_closing,
	.remove = kmem_unbind,
	.groups = kmem_device_groups,
};

/* Called with no device bound: the driver is unregistered, or its registration failed. */
static void clean_up(void)
{
	bool memory_left = kmem_orphans_exit();

	kmem_power_exit();
	kmem_gates_exit();
	kmem_ranges_exit(memory_left);
}

static int __init kmem_init(void)
{
	int err;

	err = kmem_dax_types_check() ?: kmem_memblk_check() ?: kmem_ranges_init();
	if (err)
		return err;

	kmem_devs_init(kmem_orphans_block_offline);
	err = kmem_gates_init();
	if (err)
		goto err_ranges;

	err = kmem_power_init();
	if (err)
		goto err_gates;

	err = kmem_dax_register(&driver);
	if (err)
		goto err_all;

	err = kmem_orphan_dirs_create(kmem_dax_driver_kobject());
	if (err)
		goto err_driver;

	kmem_orphans_open(&kmem_orphan_dirs);
	return 0;

err_driver:
	kmem_dax_unregister();
err_all:
	clean_up();
	return err;
err_gates:
	kmem_gates_exit();
err_ranges:
	kmem_ranges_exit(false);
	return err;
}
module_init(kmem_init);

static void __exit kmem_exit(void)
{
	kmem_orphans_close();
	kmem_orphan_dirs_remove();
	kmem_dax_unregister();
	clean_up();
}
module_exit(kmem_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("kmem DAX driver: whole-device, all-or-nothing memory hotplug");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS("dax:t0*");
