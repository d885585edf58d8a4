/* SPDX-License-Identifier: GPL-2.0-only */
/* A device is bound and unbound: what becomes of its memory. */
#ifndef DAXPLUG_BIND_H
#define DAXPLUG_BIND_H

struct dev_dax;
struct device;

int kmem_bind(struct dev_dax *dev_dax);
void kmem_closing(struct device *dev);
void kmem_unbind(struct dev_dax *dev_dax);

#endif /* DAXPLUG_BIND_H */
