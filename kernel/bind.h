/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens to a device's memory when the device is bound and unbound. */
#ifndef DAXPLUG_BIND_H
#define DAXPLUG_BIND_H

struct dev_dax;

int kmem_bind(struct dev_dax *dev_dax);
void kmem_unbind(struct dev_dax *dev_dax);

#endif /* DAXPLUG_BIND_H */
