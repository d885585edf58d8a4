// SPDX-License-Identifier: LGPL-2.1-or-later
/* Binding a device to kmem, and unbinding it, as daxctl does it. */
#include <daxctl/libdaxctl.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "system.h"

/* libdaxctl would write to standard error, which is not a library's. */
static void keep_quiet(struct daxctl_ctx *context, int priority, const char *file, int line,
		       const char *function, const char *format, va_list arguments)
{
	(void)context, (void)priority, (void)file, (void)line;
	(void)function, (void)format, (void)arguments;
}

static struct daxctl_dev *find_in(struct daxctl_region *region, const char *name)
{
	struct daxctl_dev *device = daxctl_dev_get_first(region);

	while (device && strcmp(daxctl_dev_get_devname(device), name))
		device = daxctl_dev_get_next(device);
	return device;
}

static struct daxctl_dev *find(struct daxctl_ctx *context, const char *name)
{
	struct daxctl_region *region = daxctl_region_get_first(context);
	struct daxctl_dev *device = NULL;

	while (region && !(device = find_in(region, name)))
		region = daxctl_region_get_next(region);
	return device;
}

static int with_device(const char *name, int (*function)(struct daxctl_dev *device))
{
	struct daxctl_ctx *context;
	struct daxctl_dev *device;
	int err;

	err = daxctl_new(&context);
	if (err)
		return err;
	daxctl_set_log_fn(context, keep_quiet);
	device = find(context, name);
	err = device ? function(device) : -ENODEV;
	daxctl_unref(context);
	return err < 0 ? err : 0;
}

/**
 * mode_bind() - bind a device without a driver to kmem, loading the module first
 * @daxplug: the handle
 * @device: the device's name
 *
 * Return: 0 or a negative errno.
 */
int mode_bind(struct daxplug *daxplug, const char *device)
{
	(void)daxplug;
	return with_device(device, daxctl_dev_enable_ram);
}

/**
 * mode_unbind() - unbind a device from its driver
 * @daxplug: the handle
 * @device: the device's name
 *
 * Return: 0 or a negative errno.
 */
int mode_unbind(struct daxplug *daxplug, const char *device)
{
	(void)daxplug;
	return with_device(device, daxctl_dev_disable);
}
