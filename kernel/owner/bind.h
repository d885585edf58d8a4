/* SPDX-License-Identifier: GPL-2.0-only */
/* Binding and unbinding a device: adds its memory, and removes it or leaves it an orphan. */
#ifndef DAXPLUG_BIND_H
#define DAXPLUG_BIND_H

struct dev_dax;
struct device;

int kmem_bind(struct dev_dax *dev_dax);
void kmem_closing(struct device *dev);
void kmem_unbind(struct dev_dax *dev_dax);

#endif /* DAXPLUG_BIND_H */
