/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of a bound device in sysfs; docs/abi.md describes them. */
#ifndef DAXPLUG_DEVICE_ATTRS_H
#define DAXPLUG_DEVICE_ATTRS_H

struct attribute_group;

extern const struct attribute_group *kmem_device_groups[];

#endif /* DAXPLUG_DEVICE_ATTRS_H */
