// SPDX-License-Identifier: GPL-2.0-only
/* The DAX core's types in a kernel tree, from the tree's own headers. */
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "../../base/base.h"
#include "../bus.h"
#include "../dax-private.h"
#include "dax_types.h"

int kmem_dax_types_check(void)
{
	return 0;
}

struct device *kmem_dax_device(struct dev_dax *dev_dax)
{
	return &dev_dax->dev;
}

int kmem_dax_node(struct dev_dax *dev_dax)
{
	return dev_dax->target_node;
}

bool kmem_dax_wants_memmap_on_memory(struct dev_dax *dev_dax)
{
	return dev_dax->memmap_on_memory;
}

unsigned int kmem_dax_nr_ranges(struct dev_dax *dev_dax)
{
	return dev_dax->nr_range;
}

const struct range *kmem_dax_range(struct dev_dax *dev_dax, unsigned int index)
{
	return &dev_dax->ranges[index].range;
}

static struct dax_device_driver dax_driver = {
	.type = DAXDRV_KMEM_TYPE,
};

int kmem_dax_driver_register(int (*probe)(struct dev_dax *dev_dax),
			     void (*remove)(struct dev_dax *dev_dax),
			     const struct attribute_group **groups)
{
	dax_driver.drv.dev_groups = groups;
	dax_driver.probe = probe;
	dax_driver.remove = remove;
	return dax_driver_register(&dax_driver);
}

void kmem_dax_driver_unregister(void)
{
	dax_driver_unregister(&dax_driver);
}

const struct device_driver *kmem_dax_device_driver(void)
{
	return &dax_driver.drv;
}

struct kobject *kmem_dax_driver_kobject(void)
{
	return &dax_driver.drv.p->kobj;
}
