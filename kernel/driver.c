// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entry: a dax driver named kmem, in place of the kernel's own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crash_dump.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "adoption.h"
#include "attrs.h"
#include "bind.h"
#include "compat.h"
#include "dax_private.h"
#include "guard.h"
#include "layout/check.h"
#include "poison.h"
#include "region.h"
#include "transition.h"

/* The kernel's type, of which only the layout is known here. */
static u64 driver_storage[DIV_ROUND_UP(DAX_LAYOUT_dax_device_driver_size, sizeof(u64))];

#define kmem_driver ((struct dax_device_driver *)driver_storage)
#define driver_member(member, member_type)                                                         \
	(*dax_member(kmem_driver, dax_device_driver, member, member_type))

static kmem_bus_ptr dax_bus;

/*
 * The driver core removes a device's files before it calls the driver, and
 * waits there for whoever is writing to one. So a transition has to be
 * cancelled earlier.
 */
static int bus_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct device *dev = data;
	struct kmem_region *region = dev_get_drvdata(dev);

	if (event == BUS_NOTIFY_UNBIND_DRIVER &&
	    dev->driver == &driver_member(drv, struct device_driver) && region)
		kmem_transition_close(region);
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = {
	.notifier_call = bus_event,
};

/* The bus is known only from a device on it, and has to be heard before that is bound. */
static int listen_to(kmem_bus_ptr bus)
{
	static DEFINE_MUTEX(lock);
	int err = 0;

	mutex_lock(&lock);
	if (!dax_bus)
		err = bus_register_notifier(bus, &bus_notifier);
	if (!err)
		dax_bus = bus;
	mutex_unlock(&lock);

	return err;
}

static int probe(struct dev_dax *dev_dax)
{
	struct device *dev = dev_dax_device(dev_dax);

	/* What was memory of the kernel that crashed is what the dump is made of. */
	if (is_kdump_kernel()) {
		dev_info(dev, "left alone by this crash kernel: its memory belongs in the dump\n");
		return -ENODEV;
	}

	return listen_to(dev->bus) ?: kmem_bind(dev_dax);
}

static int register_driver(void)
{
	driver_member(drv, struct device_driver).dev_groups = kmem_attribute_groups;
	driver_member(probe, void *) = probe;
	driver_member(remove, void *) = kmem_unbind;

	/* Before 6.6 there was no type: kmem was the driver that did not match always. */
	if (DAX_LAYOUT_dax_device_driver_type >= 0)
		driver_member(type, int) = DAX_LAYOUT_dax_driver_type_DAXDRV_KMEM_TYPE;

	return __dax_driver_register(kmem_driver, THIS_MODULE, KBUILD_MODNAME);
}

static void clean_up(void)
{
	bool memory_left = kmem_adoption_exit();

	if (dax_bus)
		bus_unregister_notifier(dax_bus, &bus_notifier);
	kmem_transition_exit();
	kmem_guard_exit();
	kmem_poison_exit();
	kmem_region_exit(memory_left);
}

static int __init kmem_init(void)
{
	int err;

	err = dax_layout_check();
	if (err)
		return err;

	err = kmem_region_init();
	if (err)
		return err;

	err = kmem_guard_init();
	if (err)
		goto err_region;

	err = kmem_transition_init();
	if (err)
		goto err_guard;

	err = register_driver();
	if (err)
		goto err_all;

	err = kmem_adoption_open(driver_kobject(&driver_member(drv, struct device_driver)));
	if (err)
		goto err_driver;

	return 0;

err_driver:
	dax_driver_unregister(kmem_driver);
err_all:
	clean_up();
	return err;
err_guard:
	kmem_guard_exit();
err_region:
	kmem_region_exit(false);
	return err;
}
module_init(kmem_init);

static void __exit kmem_exit(void)
{
	kmem_adoption_close();
	dax_driver_unregister(kmem_driver);
	clean_up();
}
module_exit(kmem_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("kmem DAX driver: whole-device, all-or-nothing memory hotplug");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS("dax:t0*");
