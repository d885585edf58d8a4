/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the kernel's header that attribute.c uses, as in 7.2 and later with CONFIG_CFI. */
#ifndef DAXPLUG_TESTS_DEVICE_H
#define DAXPLUG_TESTS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

struct device {
	int number;
};

struct attribute {
	const char *name;
};

struct attribute_group {
	struct attribute **attrs;
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *page);
	ssize_t (*show_const)(struct device *dev, const struct device_attribute *attr, char *page);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *text,
			 size_t length);
	ssize_t (*store_const)(struct device *dev, const struct device_attribute *attr,
			       const char *text, size_t length);
};

#endif /* DAXPLUG_TESTS_DEVICE_H */
