// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "identity.h"

static bool is_on_bus(const struct device *dev, const char *name)
{
	return dev->bus && !strcmp(dev->bus->name, name);
}

/**
 * kmem_identity_kind() - what kind of memory a device is
 * @dev: the device
 *
 * Return: "cxl", "hmem" or "pmem"; NULL if it is none of them.
 */
const char *kmem_identity_kind(struct device *dev)
{
	for (dev = dev->parent; dev; dev = dev->parent) {
		if (is_on_bus(dev, "nd"))
			return "pmem";
		if (is_on_bus(dev, "cxl"))
			return "cxl";
		if (is_on_bus(dev, "platform") && strstarts(dev_name(dev), "hmem"))
			return "hmem";
	}

	return NULL;
}

static struct device_attribute *find_attribute(struct device *dev, const char *name)
{
	const struct attribute_group *const *group;
	struct attribute **attr;

	for (group = dev->type ? dev->type->groups : NULL; group && *group; group++)
		for (attr = (*group)->attrs; attr && *attr; attr++)
			if (!strcmp((*attr)->name, name))
				return container_of(*attr, struct device_attribute, attr);
	return NULL;
}

/*
 * What a file of the device would say, in @page; NULL: nothing; -EINTR if a signal came
 * while it waited. Without the file: to read one takes locks inside which other files
 * take those that are held when a device just comes.
 */
static char *show(struct device *dev, const char *name, char *page)
{
	struct device_attribute *attr = find_attribute(dev, name);
	ssize_t length;

	if (!attr || !attr->show)
		return NULL;

	memset(page, 0, PAGE_SIZE);
	length = attr->show(dev, attr, page);
	if (length == -EINTR)
		return ERR_PTR(length);
	return length > 0 ? strim(page) : NULL;
}

/**
 * kmem_identity_uuid() - the UUID of the namespace that a device is, as "ndctl list" has it
 * @dev: the device
 * @page: room for what a file in sysfs shows, a page
 *
 * On that bus to show a UUID takes no lock, which matters: the devices behind
 * this one may be locked, as it may just come.
 *
 * Return: the UUID, in @page; NULL if the device has none.
 */
const char *kmem_identity_uuid(struct device *dev, char *page)
{
	const char *uuid = NULL;

	for (dev = dev->parent; dev && !uuid; dev = dev->parent)
		if (is_on_bus(dev, "nd"))
			uuid = show(dev, "uuid", page);
	return IS_ERR(uuid) ? NULL : uuid;
}

/* The device that a link in the directory of another leads to, with a reference. */
static struct device *get_linked(struct device *dev, const char *name)
{
	struct kernfs_node *link = sysfs_get_dirent(dev->kobj.sd, name);
	struct device *target = NULL;

	if (link && kernfs_type(link) == KERNFS_LINK)
		target = get_device(kobj_to_dev(link->symlink.target_kn->priv));
	kernfs_put(link);
	return target;
}

/*
 * A target is a decoder of an endpoint, and that of an expander, which has the number.
 * Returns 1, 0 if there is no such target, or -EINTR.
 */
static int read_serial(struct device *region, unsigned int target, char *page,
		       unsigned long long *serial)
{
	struct device *decoder, *expander = NULL;
	const char *text;
	char name[16];

	snprintf(name, sizeof(name), "target%u", target);
	text = show(region, name, page);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (!text || !*text)
		return 0;

	decoder = bus_find_device_by_name(region->bus, NULL, text);
	if (decoder && decoder->parent)
		expander = get_linked(decoder->parent, "uport");
	text = expander ? show(expander, "serial", page) : NULL;
	put_device(expander);
	put_device(decoder);
	if (IS_ERR(text))
		return PTR_ERR(text);
	return text && !kstrtoull(text, 0, serial);
}

/**
 * kmem_identity_serials() - the serial numbers of the CXL expanders behind a device
 * @dev: the device; it is being bound, so that they stay where they are
 * @page: room for what a file in sysfs shows, a page
 * @serials: where they go
 * @room: how many at most
 *
 * By what the CXL core shows in sysfs, because what ties a region to its expanders
 * is known to nobody else.
 *
 * Context: Process context, sleeps; takes the CXL core's lock of its regions, for which
 * it waits until a signal to this task at most.
 * Return: how many there are; -EINTR if not all could be read for a signal.
 */
int kmem_identity_serials(struct device *dev, char *page, unsigned long long *serials,
			  unsigned int room)
{
	unsigned int count = 0;
	int read = 1;

	for (dev = dev->parent; dev; dev = dev->parent)
		if (is_on_bus(dev, "cxl") && strstarts(dev_name(dev), "region"))
			break;

	while (dev && count < room && read > 0) {
		read = read_serial(dev, count, page, &serials[count]);
		count += read > 0;
	}
	return read < 0 ? read : (int)count;
}
