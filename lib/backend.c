// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which way a device is driven. */
#include <string.h>

#include "change.h"

/*
 * Both drivers are named kmem and both have a state file. Ours has a group of
 * files of its own, or at least is a module from outside the kernel's tree.
 */
static bool is_ours(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], taint[32];

	device_path(device, "kmem", path);
	if (sysfs_exists(device->daxplug, path))
		return true;
	return !sysfs_read(device->daxplug, "sys/module/kmem/taint", taint, sizeof(taint)) &&
	       strchr(taint, 'O');
}

/**
 * backend_of() - which way a device is driven
 * @device: the device, its mode known
 *
 * Return: the backend.
 */
enum daxplug_backend backend_of(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];

	if (device->mode != DAXPLUG_MODE_SYSTEM_RAM)
		return DAXPLUG_BACKEND_NONE;
	device_path(device, "state", path);
	if (!sysfs_exists(device->daxplug, path))
		return DAXPLUG_BACKEND_PER_BLOCK;
	return is_ours(device) ? DAXPLUG_BACKEND_STATE : DAXPLUG_BACKEND_STATE_UPSTREAM;
}

/* The functions for it; NULL for a device that is not bound to kmem. */
const struct backend *backend_for(const struct daxplug_device *device)
{
	switch (device->backend) {
	case DAXPLUG_BACKEND_STATE:
	case DAXPLUG_BACKEND_STATE_UPSTREAM:
		return &backend_state;
	case DAXPLUG_BACKEND_PER_BLOCK:
		return &backend_blocks;
	default:
		return NULL;
	}
}
