// SPDX-License-Identifier: LGPL-2.1-or-later
/* Settings of a device besides its state: the guard, the timeout, memmap_on_memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "device.h"
#include "handle.h"

/* A driver or kernel that does not support a setting has no file for it. */
static int set(struct daxplug_device *device, const char *attribute, int64_t value)
{
	struct daxplug *daxplug = device->daxplug;
	char path[SYSFS_PATH_SIZE], text[32];
	int err = device_find(device);

	if (err)
		return err;
	device_path(device, attribute, path);
	snprintf(text, sizeof(text), "%" PRId64, value);
	err = daxplug->system->write(daxplug, path, text);
	return err == -ENOENT ? -EOPNOTSUPP : err;
}

int daxplug_device_set_guard(struct daxplug_device *device, bool on)
{
	int err = set(device, "kmem/guard", on);

	if (err)
		return err;
	device->words.guard = on;
	device->words.guard_error = 0;
	return 0;
}

int daxplug_device_set_timeout(struct daxplug_device *device, int64_t timeout)
{
	int err;

	if (timeout < 0 || timeout > UINT32_MAX)
		return -EINVAL;
	err = set(device, "kmem/timeout_ms", timeout);
	if (err)
		return err;
	device->words.timeout = timeout;
	device->words.timeout_error = 0;
	return 0;
}

int daxplug_device_set_memmap_wanted(struct daxplug_device *device, bool on)
{
	int err = set(device, "memmap_on_memory", on);

	if (err)
		return err;
	device->memmap_wanted = on;
	device->memmap_error = 0;
	return 0;
}
