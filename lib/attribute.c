// SPDX-License-Identifier: LGPL-2.1-or-later
/* The attributes of a device. */
#include <stdio.h>

#include "device.h"
#include "handle.h"

/* The path of an attribute of a device, relative to the root; @path has SYSFS_PATH_SIZE. */
void device_path(const struct daxplug_device *device, const char *attribute, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, DAX_DEVICES "/%s%s%s", device->name, *attribute ? "/" : "",
		 attribute);
}

/* The number in an attribute of a device; -1 if it cannot be read, or is negative. */
int64_t device_read_count(const struct daxplug_device *device, const char *attribute)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number;

	device_path(device, attribute, path);
	if (sysfs_read_number(device->daxplug, path, &number) || number > INT64_MAX)
		return -1;
	return number;
}
