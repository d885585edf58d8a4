/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory blocks of a DAX device, and this module's driver on the DAX bus. */
#ifndef DAXPLUG_DAX_DEVICE_H
#define DAXPLUG_DAX_DEVICE_H

#include <linux/types.h>

#include "compat/dax_types.h"

struct attribute_group;
struct dax_spans;
struct dev_dax;
struct device;

/**
 * struct kmem_dax_driver - the functions that the DAX core calls
 * @probe: a device is bound; returns 0 or a negative errno
 * @closing: a device is about to be unbound; must not take kmem_dev->lock, which is
 *	held throughout a transition
 * @remove: a device is being unbound; its files are gone
 * @groups: the files of a bound device
 */
struct kmem_dax_driver {
	int (*probe)(struct dev_dax *dev_dax);
	void (*closing)(struct device *dev);
	void (*remove)(struct dev_dax *dev_dax);
	const struct attribute_group **groups;
};

struct dax_spans *kmem_dax_spans(struct dev_dax *dev_dax);

int kmem_dax_register(const struct kmem_dax_driver *driver);
void kmem_dax_unregister(void);

#endif /* DAXPLUG_DAX_DEVICE_H */
