/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls another driver's sysfs attributes directly instead of through their
 * files.
 */
#ifndef DAXPLUG_ATTRIBUTE_H
#define DAXPLUG_ATTRIBUTE_H

#include <linux/types.h>

struct attribute_group;
struct device;
struct device_attribute;

struct device_attribute *kmem_attribute_find(const struct attribute_group *const *groups,
					     const char *name);
bool kmem_attribute_is_writable(const struct device_attribute *attr);
ssize_t kmem_attribute_show(struct device *dev, struct device_attribute *attr, char *page);
ssize_t kmem_attribute_store(struct device *dev, struct device_attribute *attr, const char *text);

#endif /* DAXPLUG_ATTRIBUTE_H */
