// SPDX-License-Identifier: LGPL-2.1-or-later
/* Binds a device to kmem and unbinds it, through the files of the driver. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "handle.h"
#include "parse.h"
#include "system.h"

/**
 * mode_can_bind() - check whether there is a kmem driver, loaded or to be loaded
 * @daxplug: the handle
 *
 * Return: 0; -ENOENT if there is none; or another negative errno if that is unknown.
 */
int mode_can_bind(struct daxplug *daxplug)
{
	int err = sysfs_find(daxplug, KMEM_DRIVER);

	return err == -ENOENT ? daxplug->system->can_load(daxplug, "kmem") : err;
}

/**
 * mode_load_driver() - load the kmem driver, unless there is one
 * @daxplug: the handle
 *
 * Return: 0; -ENOENT if there is no kmem driver; or another negative errno.
 */
int mode_load_driver(struct daxplug *daxplug)
{
	int err = sysfs_find(daxplug, KMEM_DRIVER);

	if (err != -ENOENT)
		return err;
	err = daxplug->system->load(daxplug, "kmem");
	return err ? err : sysfs_find(daxplug, KMEM_DRIVER);
}

/* Returns 1 or 0, or a negative errno if it is unknown. */
static int is_bound(const struct daxplug *daxplug, const char *device)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), DAX_DEVICES "/%s/driver", device);
	err = sysfs_read_link(daxplug, path, target, sizeof(target));
	if (err == -ENOENT)
		return 0;
	return err ? err : !strcmp(parse_base_name(target), "kmem");
}

/*
 * A device whose type is not kmem's, such as persistent memory, has to be assigned to kmem by
 * writing its name to new_id. The driver core then tries to bind the device at once, but only a
 * write to bind returns the errno of a failure.
 */
static int bind_by_name(struct daxplug *daxplug, const char *device)
{
	int err = daxplug->system->write(daxplug, KMEM_DRIVER "/new_id", device);

	if (err)
		return err;
	if (is_bound(daxplug, device) == 1)
		return 0;
	err = daxplug->system->write(daxplug, KMEM_DRIVER "/bind", device);
	if (err)
		daxplug->system->write(daxplug, KMEM_DRIVER "/remove_id", device);
	return err;
}

/**
 * mode_bind() - bind a device without a driver to kmem, loading the module first
 * @daxplug: the handle
 * @device: the device's name
 *
 * Return: 0; -ENOENT if there is no kmem driver; or another negative errno, as the
 * driver returned it.
 */
int mode_bind(struct daxplug *daxplug, const char *device)
{
	int err = mode_load_driver(daxplug);

	if (err)
		return err;
	/* Loading the module may have bound the device. */
	if (is_bound(daxplug, device) == 1)
		return 0;
	err = daxplug->system->write(daxplug, KMEM_DRIVER "/bind", device);
	return err == -ENODEV ? bind_by_name(daxplug, device) : err;
}

/**
 * mode_can_unbind() - check whether a device can be unbound from kmem
 * @daxplug: the handle
 *
 * Return: 0 or a negative errno.
 */
int mode_can_unbind(const struct daxplug *daxplug)
{
	return sysfs_may_write(daxplug, KMEM_DRIVER "/unbind");
}

/**
 * mode_unbind() - unbind a device from kmem, and remove its name from the driver
 * @daxplug: the handle
 * @device: the device's name
 *
 * Return: 0 or a negative errno.
 */
int mode_unbind(struct daxplug *daxplug, const char *device)
{
	int err = daxplug->system->write(daxplug, KMEM_DRIVER "/unbind", device);

	if (!err)
		daxplug->system->write(daxplug, KMEM_DRIVER "/remove_id", device);
	return err;
}
