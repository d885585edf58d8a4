/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DAX core's private types, struct dev_dax and struct dax_device_driver. dax_outside.c is for
 * a module outside a kernel tree, for which no header has them; dax_inside.c includes the tree's
 * headers.
 */
#ifndef DAXPLUG_DAX_TYPES_H
#define DAXPLUG_DAX_TYPES_H

#include <linux/types.h>

struct attribute_group;
struct dev_dax;
struct device;
struct device_driver;
struct kobject;
struct range;

/**
 * kmem_dax_types_check() - check that the types have the layout that this module was built for
 *
 * Context: Process context, sleeps; at module load.
 * Return: 0, or an errno of dax_layout_check() with a line in the log.
 */
int kmem_dax_types_check(void);

/**
 * kmem_dax_device() - the struct device of a DAX device
 * @dev_dax: the DAX device
 *
 * Context: Any.
 * Return: the device, without a reference.
 */
struct device *kmem_dax_device(struct dev_dax *dev_dax);

/**
 * kmem_dax_node() - the NUMA node that a DAX device's memory goes to
 * @dev_dax: the DAX device
 *
 * Context: Any.
 * Return: the node, or NUMA_NO_NODE.
 */
int kmem_dax_node(struct dev_dax *dev_dax);

/**
 * kmem_dax_wants_memmap_on_memory() - test whether a DAX device wants its page structs in its own
 * memory
 * @dev_dax: the DAX device, its device_lock held
 *
 * Context: Process context.
 * Return: true if it does; before Linux 6.8 no device can.
 */
bool kmem_dax_wants_memmap_on_memory(struct dev_dax *dev_dax);

/**
 * kmem_dax_nr_ranges() - the number of a DAX device's ranges
 * @dev_dax: the DAX device, its device_lock held
 *
 * Context: Process context.
 * Return: the number.
 */
unsigned int kmem_dax_nr_ranges(struct dev_dax *dev_dax);

/**
 * kmem_dax_range() - one of a DAX device's ranges
 * @dev_dax: the DAX device, its device_lock held
 * @index: the index of the range, below kmem_dax_nr_ranges()
 *
 * Context: Process context.
 * Return: the range of physical addresses.
 */
const struct range *kmem_dax_range(struct dev_dax *dev_dax, unsigned int index);

/**
 * kmem_dax_driver_register() - register this module's DAX driver
 * @probe: called when a device is bound; returns 0 or a negative errno
 * @remove: called when a device is unbound
 * @groups: the files of a bound device
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of __dax_driver_register().
 */
int kmem_dax_driver_register(int (*probe)(struct dev_dax *dev_dax),
			     void (*remove)(struct dev_dax *dev_dax),
			     const struct attribute_group **groups);

/**
 * kmem_dax_driver_unregister() - unregister this module's DAX driver
 *
 * Unbinds all devices.
 *
 * Context: Process context, sleeps.
 */
void kmem_dax_driver_unregister(void);

/**
 * kmem_dax_device_driver() - the driver as a bound device points to it
 *
 * Context: Any.
 * Return: the driver.
 */
const struct device_driver *kmem_dax_device_driver(void);

/**
 * kmem_dax_driver_kobject() - this driver's directory in sysfs
 *
 * Context: Any; the driver is registered.
 * Return: its kobject, without a reference.
 */
struct kobject *kmem_dax_driver_kobject(void);

#endif /* DAXPLUG_DAX_TYPES_H */
