// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DAX core's types for a module outside a kernel tree. No header package has them: the offset
 * of each member comes from the kernel's BTF (layout/), and the types stay incomplete here.
 */
#include <linux/device.h>
#include <linux/math.h>
#include <linux/module.h>
#include <linux/range.h>

#include "dax_layout.h"
#include "dax_types.h"
#include "layout/layout_check.h"

struct dax_device_driver;

/* Exported by the DAX core (drivers/dax/bus.c), declared in no header package. */
int __dax_driver_register(struct dax_device_driver *driver, struct module *module,
			  const char *module_name);
void dax_driver_unregister(struct dax_device_driver *driver);

#define dax_member(object, struct_name, member, member_type)                                       \
	((member_type *)((void *)(object) + DAX_LAYOUT_##struct_name##_##member))

int kmem_dax_types_check(void)
{
	return dax_layout_check();
}

struct device *kmem_dax_device(struct dev_dax *dev_dax)
{
	return dax_member(dev_dax, dev_dax, dev, struct device);
}

int kmem_dax_node(struct dev_dax *dev_dax)
{
	return *dax_member(dev_dax, dev_dax, target_node, int);
}

bool kmem_dax_wants_memmap_on_memory(struct dev_dax *dev_dax)
{
	return DAX_LAYOUT_dev_dax_memmap_on_memory >= 0 &&
	       *dax_member(dev_dax, dev_dax, memmap_on_memory, bool);
}

unsigned int kmem_dax_nr_ranges(struct dev_dax *dev_dax)
{
	return *dax_member(dev_dax, dev_dax, nr_range, int);
}

const struct range *kmem_dax_range(struct dev_dax *dev_dax, unsigned int index)
{
	void *ranges = *dax_member(dev_dax, dev_dax, ranges, void *);

	return dax_member(ranges + index * DAX_LAYOUT_dev_dax_range_size, dev_dax_range, range,
			  struct range);
}

typedef int (*dax_probe_t)(struct dev_dax *dev_dax);
typedef void (*dax_remove_t)(struct dev_dax *dev_dax);

static u64 driver_storage[DIV_ROUND_UP(DAX_LAYOUT_dax_device_driver_size, sizeof(u64))];

#define dax_driver ((struct dax_device_driver *)driver_storage)
#define driver_member(member, member_type)                                                         \
	(*dax_member(dax_driver, dax_device_driver, member, member_type))

int kmem_dax_driver_register(int (*probe)(struct dev_dax *dev_dax),
			     void (*remove)(struct dev_dax *dev_dax),
			     const struct attribute_group **groups)
{
	driver_member(drv, struct device_driver).dev_groups = groups;
	driver_member(probe, dax_probe_t) = probe;
	driver_member(remove, dax_remove_t) = remove;

	/* Before 6.6 there was no type: kmem was the driver without match_always. */
	if (DAX_LAYOUT_dax_device_driver_type >= 0)
		driver_member(type, int) = DAX_LAYOUT_dax_driver_type_DAXDRV_KMEM_TYPE;

	return __dax_driver_register(dax_driver, THIS_MODULE, KBUILD_MODNAME);
}

void kmem_dax_driver_unregister(void)
{
	dax_driver_unregister(dax_driver);
}

const struct device_driver *kmem_dax_device_driver(void)
{
	return &driver_member(drv, struct device_driver);
}

struct kobject *kmem_dax_driver_kobject(void)
{
	return dax_member(driver_member(drv, struct device_driver).p, driver_private, kobj,
			  struct kobject);
}
