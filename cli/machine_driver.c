// SPDX-License-Identifier: GPL-2.0-or-later
/* The kmem driver in use, and why it is not daxplug's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "machine.h"
#include "tree.h"

#define MODULE "sys/module/kmem"
#define DRIVER "sys/bus/dax/drivers/kmem"

static bool drives_any(struct daxplug *daxplug, enum daxplug_backend backend)
{
	struct daxplug_device *device;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (daxplug_device_backend(device) == backend)
			return true;
	return false;
}

/* daxplug's driver alone lists orphaned memory and has default states. */
static bool is_ours(struct daxplug *daxplug)
{
	return tree_exists(DRIVER "/stranded") || tree_exists(MODULE "/parameters/default_state") ||
	       drives_any(daxplug, DAXPLUG_BACKEND_STATE);
}

/* A file below lib/modules of the running kernel; the caller frees it. */
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

/**
 * enum installed - the kmem that modprobe would load
 * @INSTALLED_UNKNOWN: cannot be told
 * @INSTALLED_NONE: none
 * @INSTALLED_KERNELS: the kernel's own
 * @INSTALLED_OTHER: one that was installed besides, most likely daxplug's
 */
enum installed { INSTALLED_UNKNOWN, INSTALLED_NONE, INSTALLED_KERNELS, INSTALLED_OTHER };

/* modules.dep has "updates/dkms/kmem.ko.xz:" and the like at the beginning of a line. */
static enum installed installed_driver(void)
{
	enum installed found = INSTALLED_NONE;
	char *text = read_module_list("modules.dep"), *line, *rest = text;

	if (!text)
		return INSTALLED_UNKNOWN;
	while ((line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':'), *name;

		if (!colon)
			continue;
		*colon = '\0';
		name = strrchr(line, '/');
		if (strncmp(name ? name + 1 : line, "kmem.ko", 7))
			continue;
		found = strncmp(line, "kernel/", 7) ? INSTALLED_OTHER : INSTALLED_KERNELS;
	}
	free(text);
	return found;
}

static bool is_built_in(void)
{
	char *text = read_module_list("modules.builtin");
	bool found = text && strstr(text, "/kmem.ko");

	free(text);
	return found;
}

static bool is_locked_down(void)
{
	char *text = tree_read("sys/kernel/security/lockdown");
	bool locked = text && (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"));

	free(text);
	return locked;
}

static void find_obstacle(const struct config_line *line, void *data)
{
	struct findings *findings = data;
	char module[64];

	if (sscanf(line->text, "blacklist %63s", module) == 1 && !strcmp(module, "kmem"))
		findings_add(findings, "driver-blacklisted", DAXPLUG_SEVERITY_WARNING,
			     AT_LINE(line->file, line->number),
			     "remove the line, then: modprobe kmem",
			     "modprobe.d keeps the kernel from loading kmem by itself");
	else if (sscanf(line->text, "install %63s", module) == 1 && !strcmp(module, "kmem"))
		findings_add(findings, "driver-replaced", DAXPLUG_SEVERITY_WARNING,
			     AT_LINE(line->file, line->number),
			     "remove the line, then: modprobe kmem",
			     "modprobe.d runs another command in place of loading kmem");
}

/* Without a device there is nothing to drive. */
static void add_none(struct findings *findings, enum installed installed,
		     enum daxplug_severity severity)
{
	if (installed == INSTALLED_NONE)
		findings_add(findings, "driver-missing", severity, NO_PLACE, "make && make install",
			     "this kernel has no kmem driver, and daxplug's is not installed");
	else
		findings_add(findings, "driver-not-loaded", severity, NO_PLACE, "modprobe kmem",
			     "no kmem driver is loaded");
}

static void add_kernels(struct findings *findings, enum installed installed)
{
	if (is_built_in())
		findings_add(findings, "driver-built-in", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "the kernel's kmem driver is built in; daxplug's cannot replace it");
	else if (installed == INSTALLED_OTHER && is_locked_down())
		findings_add(findings, "driver-not-signed", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "mokutil --import KEY.der",
			     "the kernel's own kmem is in use, though another is installed: the "
			     "kernel is locked down and loads signed modules only");
	else if (installed == INSTALLED_OTHER)
		findings_add(findings, "driver-shadowed", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "rmmod kmem && modprobe kmem && update-initramfs -u",
			     "the kernel's own kmem is in use, though another is installed: it was "
			     "loaded before, perhaps from the initramfs");
	else
		findings_add(findings, "driver-of-kernel", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     "make && make install && rmmod kmem && modprobe kmem",
			     "the kernel's own kmem driver is in use; daxplug's is not installed");
}

/* Adds the finding about the driver in use. */
void machine_driver(struct findings *findings, struct daxplug *daxplug)
{
	static const char *const directories[] = { "etc/modprobe.d",	       "run/modprobe.d",
						   "usr/local/lib/modprobe.d", "usr/lib/modprobe.d",
						   "lib/modprobe.d",	       NULL };

	if (is_ours(daxplug)) {
		findings_add(findings, "driver-of-daxplug", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "daxplug's kmem driver is in use");
		return;
	}
	if (tree_exists(DRIVER) || tree_exists(MODULE))
		add_kernels(findings, installed_driver());
	else
		add_none(findings, installed_driver(),
			 daxplug_first(daxplug) ? DAXPLUG_SEVERITY_WARNING : DAXPLUG_SEVERITY_INFO);
	config_each_line(directories, ".conf", find_obstacle, findings);
}
