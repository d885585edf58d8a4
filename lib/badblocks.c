// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bad blocks that the kernel knows in the region behind a device of persistent memory, and the
 * parameter of daxplug's driver that keeps their pages out of use. The kernel lists sectors of 512
 * bytes, counted from the start of the region (nd_region_probe() in drivers/nvdimm/region.c).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "handle.h"

#define SECTOR 512
#define FAULTY_PAGES "sys/module/kmem/parameters/faulty_pages"

/* The kernel cuts the text at a page, so a text longer than this may lack bad blocks. */
#define LONGEST_LIST (ATTRIBUTE_SIZE - 32)

typedef int (*take_range)(const struct daxplug_device *device, uint64_t start, uint64_t end,
			  void *data);

static int take_overlaps(const struct daxplug_device *device, uint64_t start, uint64_t end,
			 take_range take, void *data)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < device->range_count; i++) {
		uint64_t from = start > device->ranges[i].start ? start : device->ranges[i].start;
		uint64_t to = end < device->ranges[i].end ? end : device->ranges[i].end;

		if (from <= to)
			err = take(device, from, to, data);
	}
	return err;
}

static int walk(const struct daxplug_device *device, const char *text, uint64_t region,
		take_range take, void *data)
{
	uint64_t sector, count;
	int err = 0, length;

	for (; !err && *text; text += length) {
		if (sscanf(text, "%" SCNu64 " %" SCNu64 " %n", &sector, &count, &length) != 2 ||
		    !count)
			return -EINVAL;
		err = take_overlaps(device, region + sector * SECTOR,
				    region + (sector + count) * SECTOR - 1, take, data);
	}
	return err;
}

/* Calls @take with each range of bad blocks in the device, the last byte included. */
static int for_each_range(const struct daxplug_device *device, take_range take, void *data)
{
	char path[SYSFS_PATH_SIZE], text[ATTRIBUTE_SIZE];
	uint64_t region;
	int err;

	if (device->kind != DAXPLUG_KIND_PMEM)
		return 0;
	device_path(device, "../../badblocks", path);
	err = sysfs_read(device->daxplug, path, text, sizeof(text));
	if (err || !*text)
		return err == -ENOENT ? 0 : err;
	if (strlen(text) > LONGEST_LIST)
		return -EFBIG;
	device_path(device, "../../resource", path);
	err = sysfs_read_number(device->daxplug, path, &region);
	return err ? err : walk(device, text, region, take, data);
}

static int add(const struct daxplug_device *device, uint64_t start, uint64_t end, void *data)
{
	uint64_t *bytes = data;

	(void)device;
	*bytes += end - start + 1;
	return 0;
}

/**
 * badblocks_size() - sum the bad blocks in the ranges of a device
 * @device: the device
 * @bytes: set to the sum in bytes
 *
 * Return: 0, also if the kernel keeps no list for the device; or the negative errno for which the
 * sum is unknown.
 */
int badblocks_size(const struct daxplug_device *device, uint64_t *bytes)
{
	*bytes = 0;
	return for_each_range(device, add, bytes);
}

/**
 * badblocks_can_report() - test whether the loaded kmem driver takes reports of faulty pages
 * @daxplug: the handle
 *
 * Return: 0; -ENOENT if it does not, or is not loaded; or another negative errno.
 */
int badblocks_can_report(const struct daxplug *daxplug)
{
	return sysfs_find(daxplug, FAULTY_PAGES);
}

static int report(const struct daxplug_device *device, uint64_t start, uint64_t end, void *data)
{
	struct daxplug *daxplug = device->daxplug;
	char range[48];

	(void)data;
	snprintf(range, sizeof(range), "%#" PRIx64 "-%#" PRIx64, start, end);
	return daxplug->system->write(daxplug, FAULTY_PAGES, range);
}

/**
 * badblocks_report() - report the bad blocks in a device to the kmem driver
 * @device: the device
 *
 * Call it after the driver has been loaded, and before memory of the device goes online.
 *
 * Return: 0, also if the driver takes no reports; or a negative errno.
 */
int badblocks_report(const struct daxplug_device *device)
{
	int err = badblocks_can_report(device->daxplug);

	if (!err)
		return for_each_range(device, report, NULL);
	return err == -ENOENT ? 0 : err;
}
