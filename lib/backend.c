// SPDX-License-Identifier: LGPL-2.1-or-later
/* The backend of a device. */
#include <errno.h>
#include <string.h>

#include "device.h"
#include "handle.h"

/*
 * Both drivers are named kmem and have a state file. Only daxplug's driver has the group kmem/,
 * or at least is an out-of-tree module.
 */
static enum daxplug_backend driver_of(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], taint[32];
	int err;

	device_path(device, "kmem", path);
	err = sysfs_find(device->daxplug, path);
	if (!err)
		return DAXPLUG_BACKEND_STATE;
	if (err != -ENOENT)
		return DAXPLUG_BACKEND_UNKNOWN;
	err = sysfs_read(device->daxplug, "sys/module/kmem/taint", taint, sizeof(taint));
	/* A driver that is built into the kernel has no such file. */
	if (err && err != -ENOENT)
		return DAXPLUG_BACKEND_UNKNOWN;
	return !err && strchr(taint, 'O') ? DAXPLUG_BACKEND_STATE : DAXPLUG_BACKEND_STATE_UPSTREAM;
}

/**
 * backend_of() - the backend of a device
 * @device: the device, its mode known
 *
 * Return: the backend.
 */
enum daxplug_backend backend_of(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];
	int err;

	if (device->mode == DAXPLUG_MODE_UNKNOWN)
		return DAXPLUG_BACKEND_UNKNOWN;
	if (device->mode != DAXPLUG_MODE_SYSTEM_RAM)
		return DAXPLUG_BACKEND_NONE;
	device_path(device, "state", path);
	err = sysfs_find(device->daxplug, path);
	if (err == -ENOENT)
		return DAXPLUG_BACKEND_PER_BLOCK;
	return err ? DAXPLUG_BACKEND_UNKNOWN : driver_of(device);
}
