// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds and loads a kernel module as modprobe does. */
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>

#include "system.h"

/* libkmod would write to standard error, which the library must not do. */
static void keep_quiet(void *data, int priority, const char *file, int line, const char *function,
		       const char *format, va_list arguments)
{
	(void)data, (void)priority, (void)file, (void)line;
	(void)function, (void)format, (void)arguments;
}

static int insert(struct kmod_list *list)
{
	struct kmod_list *entry;
	int err = 0;

	kmod_list_foreach(entry, list)
	{
		struct kmod_module *module = kmod_module_get_module(entry);

		err = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (err < 0)
			break;
	}
	return err < 0 ? err : 0;
}

/* Finds the modules of a name, and loads them on request. */
static int look_up(const char *name, bool load)
{
	struct kmod_list *list = NULL;
	struct kmod_ctx *context = kmod_new(NULL, NULL);
	int err;

	if (!context)
		return -ENOMEM;
	kmod_set_log_fn(context, keep_quiet, NULL);
	err = kmod_module_new_from_lookup(context, name, &list);
	if (!err && !list)
		err = -ENOENT;
	if (!err && load)
		err = insert(list);
	kmod_module_unref_list(list);
	kmod_unref(context);
	return err;
}

/**
 * module_load() - load a kernel module, with all that it depends on
 * @daxplug: the handle
 * @module: its name
 *
 * Return: 0, also if the module is already loaded; -ENOENT if there is no such
 * module; or another negative errno.
 */
int module_load(struct daxplug *daxplug, const char *module)
{
	(void)daxplug;
	return look_up(module, true);
}

/**
 * module_find() - test whether there is a kernel module
 * @daxplug: the handle
 * @module: its name
 *
 * Return: 0; -ENOENT if there is no such module; or another negative errno.
 */
int module_find(struct daxplug *daxplug, const char *module)
{
	(void)daxplug;
	return look_up(module, false);
}
