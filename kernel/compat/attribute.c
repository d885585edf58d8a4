// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "attribute.h"
#include "compat_probes.h"

/*
 * Since 7.2 an attribute may instead have functions that take it as const. They have their own
 * members, which are in a union with the others unless the kernel is built with CONFIG_CFI.
 */
#ifdef HAVE_CONST_DEVICE_ATTRIBUTE
#define const_function(attr, function) ((attr)->function##_const)
#else
#define const_function(attr, function) ((attr)->function)
#endif

/**
 * kmem_attribute_find() - find an attribute in a device's groups
 * @groups: the groups, NULL-terminated; NULL if there are none
 * @name: the attribute's name
 *
 * Context: Any.
 * Return: the attribute, or NULL.
 */
struct device_attribute *kmem_attribute_find(const struct attribute_group *const *groups,
					     const char *name)
{
	struct attribute **attr;

	for (; groups && *groups; groups++)
		for (attr = (*groups)->attrs; attr && *attr; attr++)
			if (!strcmp((*attr)->name, name))
				return container_of(*attr, struct device_attribute, attr);
	return NULL;
}

/**
 * kmem_attribute_is_writable() - test whether an attribute has a store function
 * @attr: the attribute
 *
 * Context: Any.
 * Return: true if it has.
 */
bool kmem_attribute_is_writable(const struct device_attribute *attr)
{
	return attr->store || const_function(attr, store);
}

/**
 * kmem_attribute_show() - read an attribute, like a read of its file
 * @dev: the device
 * @attr: the attribute
 * @page: a buffer of PAGE_SIZE bytes for the text
 *
 * Context: that of the attribute's function.
 * Return: the length of the text, a negative errno of the attribute, or -ENXIO if it
 * cannot be read.
 */
ssize_t kmem_attribute_show(struct device *dev, struct device_attribute *attr, char *page)
{
	if (attr->show)
		return attr->show(dev, attr, page);
	return const_function(attr, show) ? const_function(attr, show)(dev, attr, page) : -ENXIO;
}

/**
 * kmem_attribute_store() - write to an attribute, like a write to its file
 * @dev: the device
 * @attr: the attribute
 * @text: the text to write
 *
 * Context: that of the attribute's function.
 * Return: the length of the text, a negative errno of the attribute, or -ENXIO if it
 * cannot be written.
 */
ssize_t kmem_attribute_store(struct device *dev, struct device_attribute *attr, const char *text)
{
	size_t length = strlen(text);

	if (attr->store)
		return attr->store(dev, attr, text, length);
	return const_function(attr, store) ? const_function(attr, store)(dev, attr, text, length)
					   : -ENXIO;
}
