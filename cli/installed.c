// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "installed.h"
#include "options.h"
#include "tree.h"

/* The name of daxplug's module file; the module in it is named kmem. */
#define OUR_FILE "daxplug_kmem"

#define LOADED_SRCVERSION "sys/module/kmem/srcversion"

/* As tree_read_if_any(), but -ENOENT if there is no such file. */
static int read_file(const char *path, char **text)
{
	int err = tree_read_if_any(path, text);

	return err || *text ? err : -ENOENT;
}

/*
 * Reads a file below lib/modules of the running kernel. Without it, as in a container, nothing is
 * known about the modules. Returns as read_file().
 */
static int read_module_list(const char *name, char **text)
{
	char path[256], *release;
	int err = read_file("proc/sys/kernel/osrelease", &release);

	*text = NULL;
	if (err)
		return err;
	release[strcspn(release, "\n")] = '\0';
	snprintf(path, sizeof(path), "lib/modules/%s/%s", release, name);
	free(release);
	return read_file(path, text);
}

/* Whether a path such as updates/dkms/NAME.ko.xz is that of the module NAME. */
static bool is_module(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	size_t length = strlen(name);

	return !strncmp(file, name, length) && !strncmp(file + length, ".ko", 3);
}

/**
 * installed_driver() - find the driver that "modprobe kmem" would try first
 * @found: set to it; to INSTALLED_UNKNOWN if modules.dep cannot be read
 *
 * Return: 0; or the negative errno of reading modules.dep, -ENOENT if there is none.
 */
int installed_driver(enum installed *found)
{
	char *text, *line, *rest;
	int err = read_module_list("modules.dep", &text);

	*found = text ? INSTALLED_NONE : INSTALLED_UNKNOWN;
	/* Each line begins with the path of a module and a colon. */
	for (rest = text; (line = strsep(&rest, "\n"));) {
		line[strcspn(line, ":")] = '\0';
		if (is_module(line, OUR_FILE))
			*found = INSTALLED_OURS;
		else if (is_module(line, "kmem") && *found == INSTALLED_NONE)
			*found = INSTALLED_KERNELS;
	}
	free(text);
	return err;
}

/**
 * installed_is_built_in() - test whether the kernel's own kmem driver is built in
 *
 * Return: 1 or 0; or the negative errno of reading modules.builtin, -ENOENT if there is neither
 * that file nor modules.dep.
 */
int installed_is_built_in(void)
{
	char *text;
	int err = read_module_list("modules.builtin", &text);
	bool found = text && strstr(text, "/kmem.ko");
	enum installed other;

	free(text);
	/* A record omits this list if kmem is not in it, but has the other. */
	if (err == -ENOENT)
		return installed_driver(&other);
	return err ? err : found;
}

/* Copies one field of a module's information; returns NULL if there is none. */
static char *copy_field(const struct kmod_list *information, const char *key)
{
	const struct kmod_list *entry;

	kmod_list_foreach(entry, information)
	{
		if (!strcmp(kmod_module_info_get_key(entry), key))
			return strdup(kmod_module_info_get_value(entry));
	}
	return NULL;
}

/*
 * Reads the fields of daxplug's file for the running kernel; there are none without that file. A
 * lookup fails where no module is installed at all.
 */
static int read_information(struct kmod_ctx *context, struct kmod_list **information)
{
	struct kmod_list *modules = NULL;
	struct kmod_module *module;
	int err;

	*information = NULL;
	if (kmod_module_new_from_lookup(context, OUR_FILE, &modules) < 0 || !modules)
		return 0;
	module = kmod_module_get_module(modules);
	err = kmod_module_get_info(module, information);
	if (err < 0)
		*information = NULL;
	kmod_module_unref(module);
	kmod_module_unref_list(modules);
	return err < 0 && err != -ENOENT ? err : 0;
}

/* Returns the version in @information if the file is not the module that is @loaded. */
static char *other_version(char *loaded, const struct kmod_list *information)
{
	char *installed = copy_field(information, "srcversion"), *version = NULL;

	loaded[strcspn(loaded, "\n")] = '\0';
	if (installed && strcmp(loaded, installed))
		version = copy_field(information, "version");
	free(installed);
	return version;
}

/**
 * installed_other_version() - the version of daxplug's file if it is not the loaded module
 * @version: set to the version, which the caller frees; to NULL if the file is the module that is
 *	loaded, or if one of them has no srcversion
 *
 * Not with --sysroot, because libkmod follows links out of a recorded tree.
 *
 * Return: 0; or the negative errno of reading one of them.
 */
int installed_other_version(char **version)
{
	static const char *const no_configuration[] = { NULL };
	struct kmod_list *information;
	struct kmod_ctx *context;
	char *loaded;
	int err;

	*version = NULL;
	if (options_root())
		return 0;
	err = tree_read_if_any(LOADED_SRCVERSION, &loaded);
	if (!loaded)
		return err;
	context = kmod_new(NULL, no_configuration);
	if (!context) {
		free(loaded);
		return -ENOMEM;
	}
	/* libkmod would write to standard error. */
	kmod_set_log_priority(context, LOG_EMERG);
	err = read_information(context, &information);
	*version = other_version(loaded, information);
	kmod_module_info_free_list(information);
	kmod_unref(context);
	free(loaded);
	return err;
}
