// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a platform device the property "kmem,default-state", like a driver that creates
 * DAX devices below it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/property.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the platform device");

static char *state;
module_param(state, charp, 0444);
MODULE_PARM_DESC(state, "value of the property");

static struct device *found;
static struct property_entry properties[2];
static const struct software_node node = {
	.properties = properties,
};

static int __init property_init(void)
{
	int err;

	if (!device || !state)
		return -EINVAL;

	found = bus_find_device_by_name(&platform_bus_type, NULL, device);
	if (!found)
		return -ENODEV;

	properties[0] = PROPERTY_ENTRY_STRING("kmem,default-state", state);
	err = device_add_software_node(found, &node);
	if (err)
		put_device(found);
	return err;
}
module_init(property_init);

static void __exit property_exit(void)
{
	device_remove_software_node(found);
	put_device(found);
}
module_exit(property_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("A property for a platform device, for tests");
MODULE_LICENSE("GPL");
