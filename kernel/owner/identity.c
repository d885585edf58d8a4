// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat/attribute.h"
#include "identity.h"

static bool is_on_bus(const struct device *dev, const char *name)
{
	return dev->bus && !strcmp(dev->bus->name, name);
}

/**
 * kmem_identity_kind() - the kind of a device's memory
 * @dev: the device
 *
 * Return: "cxl", "hmem" or "pmem"; NULL for any other kind.
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

/*
 * Returns the text of a device's attribute, in @page; NULL if there is none; ERR_PTR(-EINTR) after
 * a signal. Calls the attribute's show function instead of reading the file, whose kernfs locks
 * would be taken in the wrong order: other files take locks inside them that are held while a
 * device is being added.
 */
static char *show(struct device *dev, const char *name, char *page)
{
	struct device_attribute *attr;
	ssize_t length;

	attr = kmem_attribute_find(dev->type ? dev->type->groups : NULL, name);
	if (!attr)
		return NULL;

	memset(page, 0, PAGE_SIZE);
	length = kmem_attribute_show(dev, attr, page);
	if (length == -EINTR)
		return ERR_PTR(length);
	return length > 0 ? strim(page) : NULL;
}

/**
 * kmem_identity_uuid() - the UUID of the namespace behind a device, as "ndctl list" shows it
 * @dev: the device
 * @page: a buffer of PAGE_SIZE bytes, for the texts of attributes
 *
 * The devices behind this one may be locked while it is being added, but the uuid attribute of a
 * namespace takes no lock.
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

/* Returns the target of a link in a device's directory, with a reference. */
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
 * A region's target is a decoder of an endpoint; the endpoint's uport is the expander, which has
 * the serial number. Returns 1, or 0 if there is no such target, or -EINTR.
 */
static int read_serial(struct device *region, unsigned int target, char *page,
		       unsigned long long *serial)
{
	struct device *decoder, *expander = NULL;
	const char *text;
	char name[20];

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
 * @dev: the device, which is being bound, so the expanders cannot go away
 * @page: a buffer of PAGE_SIZE bytes, for the texts of attributes
 * @serials: set to the serial numbers
 * @max: the number of elements of @serials
 *
 * Calls the sysfs attributes of the CXL core: no exported function leads from a region to its
 * expanders.
 *
 * Context: Process context, sleeps; waits for the CXL core's lock of its regions until a signal
 * to this task.
 * Return: the number of serial numbers; -EINTR after a signal.
 */
int kmem_identity_serials(struct device *dev, char *page, unsigned long long *serials,
			  unsigned int max)
{
	unsigned int count = 0;
	int read = 1;

	for (dev = dev->parent; dev; dev = dev->parent)
		if (is_on_bus(dev, "cxl") && strstarts(dev_name(dev), "region"))
			break;

	while (dev && count < max && read > 0) {
		read = read_serial(dev, count, page, &serials[count]);
		count += read > 0;
	}
	return read < 0 ? read : (int)count;
}
