/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_ATTRS_H
#define DAXPLUG_ATTRS_H

#include <linux/sysfs.h>

extern const struct attribute_group *kmem_attribute_groups[];

#endif /* DAXPLUG_ATTRS_H */
