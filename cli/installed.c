// SPDX-License-Identifier: GPL-2.0-or-later
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

/* Reads a file below lib/modules of the running kernel; the caller frees the text. */
static char *read_module_list(const char *name)
{
	char path[256], *release = tree_read("proc/sys/kernel/osrelease"), *text;

	if (!release)
		return NULL;
	release[strcspn(release, "\n")] = '\0';
	snprintf(path, sizeof(path), "lib/modules/%s/%s", release, name);
	text = tree_read(path);
	free(release);
	return text;
}

/* Whether a path such as updates/dkms/NAME.ko.xz is that of the module NAME. */
static bool is_module(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	size_t length = strlen(name);

	return !strncmp(file, name, length) && !strncmp(file + length, ".ko", 3);
}

/* Each line of modules.dep begins with the path of a module and a colon. */
enum installed installed_driver(void)
{
	enum installed found = INSTALLED_NONE;
	char *text = read_module_list("modules.dep"), *line, *rest = text;

	if (!text)
		return INSTALLED_UNKNOWN;
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, ":")] = '\0';
		if (is_module(line, OUR_FILE))
			found = INSTALLED_OURS;
		else if (is_module(line, "kmem") && found == INSTALLED_NONE)
			found = INSTALLED_KERNELS;
	}
	free(text);
	return found;
}

bool installed_is_built_in(void)
{
	char *text = read_module_list("modules.builtin");
	bool found = text && strstr(text, "/kmem.ko");

	free(text);
	return found;
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

/* The fields of daxplug's file for the running kernel; NULL without that file. */
static struct kmod_list *read_information(struct kmod_ctx *context)
{
	struct kmod_list *modules = NULL, *information = NULL;
	struct kmod_module *module;

	if (kmod_module_new_from_lookup(context, OUR_FILE, &modules) < 0 || !modules)
		return NULL;
	module = kmod_module_get_module(modules);
	if (kmod_module_get_info(module, &information) < 0)
		information = NULL;
	kmod_module_unref(module);
	kmod_module_unref_list(modules);
	return information;
}

/**
 * installed_other_version() - the version of daxplug's file if it is not the loaded module
 *
 * Not with --sysroot, because libkmod follows links out of a recorded tree.
 *
 * Return: the version, which the caller frees; NULL if the file is the module that is
 * loaded, or if that is unknown.
 */
char *installed_other_version(void)
{
	static const char *const no_configuration[] = { NULL };
	char *loaded = tree_read(LOADED_SRCVERSION), *installed = NULL, *version = NULL;
	struct kmod_ctx *context = options_root() ? NULL : kmod_new(NULL, no_configuration);
	struct kmod_list *information = NULL;

	if (context) {
		/* libkmod would write to standard error. */
		kmod_set_log_priority(context, LOG_EMERG);
		information = read_information(context);
		installed = copy_field(information, "srcversion");
	}
	if (loaded && installed) {
		loaded[strcspn(loaded, "\n")] = '\0';
		if (strcmp(loaded, installed))
			version = copy_field(information, "version");
	}
	kmod_module_info_free_list(information);
	kmod_unref(context);
	free(installed);
	free(loaded);
	return version;
}
