// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
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

static struct device_attribute *uuid_attribute(struct device *dev)
{
	const struct attribute_group *const *group;
	struct attribute **attr;

	for (group = dev->type ? dev->type->groups : NULL; group && *group; group++)
		for (attr = (*group)->attrs; attr && *attr; attr++)
			if (!strcmp((*attr)->name, "uuid"))
				return container_of(*attr, struct device_attribute, attr);
	return NULL;
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
	struct device_attribute *uuid;

	for (dev = dev->parent; dev; dev = dev->parent) {
		uuid = is_on_bus(dev, "nd") ? uuid_attribute(dev) : NULL;
		if (!uuid || !uuid->show)
			continue;
		memset(page, 0, PAGE_SIZE);
		if (uuid->show(dev, uuid, page) > 0)
			return strim(page);
	}

	return NULL;
}

/* Reads a file that has one short line. */
static bool read_line(const char *path, char *line, size_t room)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t position = 0;
	ssize_t got;

	if (IS_ERR(file))
		return false;

	got = kernel_read(file, line, room - 1, &position);
	filp_close(file, NULL);
	if (got <= 0)
		return false;

	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* A target is a decoder of an endpoint, and that of an expander, which has the number. */
static bool read_serial(const char *region, unsigned int target, unsigned long long *serial)
{
	char path[96], decoder[32], number[32];

	snprintf(path, sizeof(path), "/sys/bus/cxl/devices/%s/target%u", region, target);
	if (!read_line(path, decoder, sizeof(decoder)) || !*decoder)
		return false;

	snprintf(path, sizeof(path), "/sys/bus/cxl/devices/%s/../uport/serial", decoder);
	return read_line(path, number, sizeof(number)) && !kstrtoull(number, 0, serial);
}

/**
 * kmem_identity_serials() - the serial numbers of the CXL expanders behind a device
 * @dev: the device
 * @serials: where they go
 * @room: how many at most
 *
 * From sysfs, because what ties a region to its expanders is known to nobody but the
 * CXL core.
 *
 * Context: Process context, sleeps.
 * Return: how many there are.
 */
unsigned int kmem_identity_serials(struct device *dev, unsigned long long *serials,
				   unsigned int room)
{
	unsigned int count = 0;

	for (dev = dev->parent; dev; dev = dev->parent)
		if (is_on_bus(dev, "cxl") && strstarts(dev_name(dev), "region"))
			break;

	while (dev && count < room && read_serial(dev_name(dev), count, &serials[count]))
		count++;
	return count;
}
