// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "attribute.h"
#include "compat_probes.h"

/*
 * Since 7.2 an attribute may have functions that take it as const instead. Those have
 * members of their own, which share the place of the others unless the kernel is built
 * with CONFIG_CFI.
 */
#ifdef HAVE_CONST_DEVICE_ATTRIBUTE
#define const_function(attr, function) ((attr)->function##_const)
#else
#define const_function(attr, function) ((attr)->function)
#endif

/**
 * kmem_attribute_find() - find an attribute in a device's groups
 * @groups: the groups, ending in NULL; NULL if there are none
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
 * kmem_attribute_is_writable() - has an attribute a function that takes a text
 * @attr: the attribute
 *
 * Context: Any.
 * Return: whether kmem_attribute_store() can call one.
 */
bool kmem_attribute_is_writable(const struct device_attribute *attr)
{
	return attr->store || const_function(attr, store);
}

/**
 * kmem_attribute_show() - read an attribute as its file would
 * @dev: the device
 * @attr: the attribute
 * @page: room for the text, a page
 *
 * Context: as the attribute's own function has it.
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
 * kmem_attribute_store() - write to an attribute as its file would
 * @dev: the device
 * @attr: the attribute
 * @text: the text to write
 *
 * Context: as the attribute's own function has it.
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
