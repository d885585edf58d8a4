// SPDX-License-Identifier: LGPL-2.1-or-later
/* The address ranges of a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "device.h"
#include "grow.h"
#include "handle.h"

static int read_range(const struct daxplug_device *device, unsigned int number, struct range *range)
{
	char attribute[48], path[SYSFS_PATH_SIZE];
	const struct {
		const char *name;
		uint64_t *value;
	} attributes[] = {
		{ "start", &range->start },
		{ "end", &range->end },
		{ "page_offset", &range->page_offset },
	};
	unsigned int i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		int err;

		snprintf(attribute, sizeof(attribute), "mapping%u/%s", number, attributes[i].name);
		device_path(device, attribute, path);
		err = sysfs_read_number(device->daxplug, path, attributes[i].value);
		if (err)
			return err;
	}

	return range->end < range->start ? -EINVAL : 0;
}

/* Returns 0 if there is such a range, -ENOENT if not, another errno if it is unknown. */
static int find_range(const struct daxplug_device *device, unsigned int number)
{
	char attribute[48], path[SYSFS_PATH_SIZE];

	snprintf(attribute, sizeof(attribute), "mapping%u", number);
	device_path(device, attribute, path);
	return sysfs_find(device->daxplug, path);
}

static int append(struct daxplug_device *device, const struct range *range)
{
	struct range *grown = grow(device->ranges, device->range_count, sizeof(*range));

	if (!grown)
		return -ENOMEM;
	device->ranges = grown;
	device->ranges[device->range_count++] = *range;
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static void forget(struct daxplug_device *device)
{
	free(device->ranges);
	device->ranges = NULL;
	device->range_count = 0;
}

static int read_next(struct daxplug_device *device)
{
	struct range range;
	int err = find_range(device, device->range_count);

	if (!err)
		err = read_range(device, device->range_count, &range);
	return err ? err : append(device, &range);
}

/**
 * ranges_read() - read the ranges of a device
 * @device: the device; its ranges are replaced, and removed on an error
 *
 * Return: 0; -ENOENT if the device has no files for them; -EACCES if only root
 * may read these; -EINVAL if they contradict each other; or another negative errno.
 */
int ranges_read(struct daxplug_device *device)
{
	int err = 0;

	forget(device);
	while (!err && device->range_count < MOST_RANGES)
		err = read_next(device);
	if (err == -ENOENT && device->range_count &&
	    find_range(device, device->range_count) == -ENOENT)
		err = 0;
	else if (!err && find_range(device, device->range_count) != -ENOENT)
		err = -EINVAL;

	if (err)
		forget(device);
	else
		qsort(device->ranges, device->range_count, sizeof(*device->ranges), by_address);
	return err;
}
