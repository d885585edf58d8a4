/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dax core's private types. No header package has them; where each member
 * lies comes from the kernel's BTF (layout/), so the types stay incomplete
 * here and are only reached through these functions.
 */
#ifndef DAXPLUG_DAX_PRIVATE_H
#define DAXPLUG_DAX_PRIVATE_H

#include <linux/device.h>
#include <linux/range.h>

#include "dax_layout.h"

struct dev_dax;
struct dax_device_driver;

/* Both exported by the dax core (drivers/dax/bus.c), declared in no header package. */
int __dax_driver_register(struct dax_device_driver *driver, struct module *module,
			  const char *module_name);
void dax_driver_unregister(struct dax_device_driver *driver);

#define dax_member(object, struct_name, member, member_type)                                       \
	((member_type *)((void *)(object) + DAX_LAYOUT_##struct_name##_##member))

static inline struct device *dev_dax_device(struct dev_dax *dev_dax)
{
	return dax_member(dev_dax, dev_dax, dev, struct device);
}

static inline int dev_dax_target_node(struct dev_dax *dev_dax)
{
	return *dax_member(dev_dax, dev_dax, target_node, int);
}

/* Kernels before 6.8 cannot keep a device's memmap on the device. */
static inline bool dev_dax_memmap_on_memory(struct dev_dax *dev_dax)
{
	return DAX_LAYOUT_dev_dax_memmap_on_memory >= 0 &&
	       *dax_member(dev_dax, dev_dax, memmap_on_memory, bool);
}

static inline unsigned int dev_dax_nr_range(struct dev_dax *dev_dax)
{
	return *dax_member(dev_dax, dev_dax, nr_range, int);
}

static inline const struct range *dev_dax_range(struct dev_dax *dev_dax, unsigned int index)
{
	void *ranges = *dax_member(dev_dax, dev_dax, ranges, void *);

	return dax_member(ranges + index * DAX_LAYOUT_dev_dax_range_size, dev_dax_range, range,
			  struct range);
}

/* The driver's own directory in sysfs. */
static inline struct kobject *driver_kobject(struct device_driver *driver)
{
	return dax_member(driver->p, driver_private, kobj, struct kobject);
}

#endif /* DAXPLUG_DAX_PRIVATE_H */
