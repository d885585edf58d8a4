/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DAX core's private types, struct dev_dax and struct dax_device_driver. dax_outside.c is
 * for a module outside a kernel tree, which has no header with them; dax_inside.c includes
 * the tree's own.
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

int kmem_dax_types_check(void);

struct device *kmem_dax_device(struct dev_dax *dev_dax);
int kmem_dax_node(struct dev_dax *dev_dax);
bool kmem_dax_wants_memmap_on_memory(struct dev_dax *dev_dax);
unsigned int kmem_dax_nr_ranges(struct dev_dax *dev_dax);
const struct range *kmem_dax_range(struct dev_dax *dev_dax, unsigned int index);

int kmem_dax_driver_register(int (*probe)(struct dev_dax *dev_dax),
			     void (*remove)(struct dev_dax *dev_dax),
			     const struct attribute_group **groups);
void kmem_dax_driver_unregister(void);
const struct device_driver *kmem_dax_device_driver(void);
struct kobject *kmem_dax_driver_kobject(void);

#endif /* DAXPLUG_DAX_TYPES_H */
