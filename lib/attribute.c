// SPDX-License-Identifier: LGPL-2.1-or-later
/* The attributes of a device. */
#include <errno.h>
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

/**
 * device_read_setting() - read the number in an attribute that not every driver or kernel has
 * @device: the device
 * @attribute: the attribute
 * @value: set to the number; to -1 if there is no such attribute, or on an error
 *
 * Return: 0, also if there is no such attribute; -ERANGE; or the negative errno of reading it.
 */
int device_read_setting(const struct daxplug_device *device, const char *attribute, int64_t *value)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number;
	int err;

	*value = -1;
	device_path(device, attribute, path);
	err = sysfs_read_number(device->daxplug, path, &number);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (number > INT64_MAX)
		return -ERANGE;
	*value = number;
	return 0;
}
