// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds out which kmem driver is in use, and why it is not daxplug's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fallback.h"
#include "installed.h"
#include "machine.h"
#include "tree.h"

#define MODULE "sys/module/kmem"
#define DRIVER "sys/bus/dax/drivers/kmem"

/* daxplug's own modprobe rule for kmem is in this file, and runs this program. */
#define RULE_FILE "daxplug-kmem-rule.conf"
#define OUR_RULE "/load-kmem"

#define INSTALL "install daxplug's driver (docs/install.md)"

static bool drives_any(struct daxplug *daxplug, enum daxplug_backend backend)
{
	struct daxplug_device *device;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (daxplug_device_backend(device) == backend)
			return true;
	return false;
}

/* Returns 1 if one of two files exists, 0 if neither does; a negative errno if that is unknown. */
static int either_exists(const char *one, const char *other)
{
	int err = tree_find(one), other_err = tree_find(other);

	if (!err || !other_err)
		return 1;
	if (err != -ENOENT)
		return err;
	return other_err == -ENOENT ? 0 : other_err;
}

/*
 * Only daxplug's driver lists orphaned memory and has default states. Returns as
 * either_exists().
 */
static int is_ours(struct daxplug *daxplug)
{
	if (drives_any(daxplug, DAXPLUG_BACKEND_STATE))
		return 1;
	return either_exists(DRIVER "/stranded", MODULE "/parameters/default_state");
}

static void add_unknown(struct findings *findings, int err)
{
	findings_add(findings, "driver-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
		     "cannot tell which kmem driver is in use: %s", strerror(-err));
}

/* --- why it is not daxplug's --- */

/**
 * struct reason - why daxplug's driver is not in use
 * @fallback: the reason that the rule of modprobe noted, or NULL
 * @built_in: the kernel's own driver is built in
 * @locked_down: the kernel loads signed modules only
 * @installed: the driver that is installed
 * @err: 0, or the first negative errno for which some of these are unknown
 */
struct reason {
	char *fallback;
	bool built_in;
	bool locked_down;
	enum installed installed;
	int err;
};

static int is_locked_down(void)
{
	char *text;
	int err = tree_read_if_any("sys/kernel/security/lockdown", &text);
	bool locked = text && (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"));

	free(text);
	return err ? err : locked;
}

static void note(struct reason *reason, int err)
{
	if (err < 0 && !reason->err)
		reason->err = err;
}

/* The caller frees the fallback. */
static struct reason read_reason(void)
{
	struct reason reason = { 0 };
	int built_in = installed_is_built_in(), locked_down = is_locked_down();

	note(&reason, fallback_reason(&reason.fallback));
	note(&reason, built_in);
	note(&reason, locked_down);
	note(&reason, installed_driver(&reason.installed));
	reason.built_in = built_in > 0;
	reason.locked_down = locked_down > 0;
	return reason;
}

static void add_unknown_reason(struct findings *findings, int err)
{
	findings_add(findings, "installed-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
		     "cannot tell why daxplug's driver is not in use: %s",
		     err == -ENOENT ? "there is no list of the kernel's modules"
				    : tree_error(-err));
}

/* Adds the findings if no kmem driver is loaded; less severe without a device. */
static void add_none(struct findings *findings, const struct reason *reason,
		     enum daxplug_severity severity)
{
	if (reason->fallback)
		findings_add(findings, "driver-not-loaded", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     fallback_remedy(reason->fallback), "daxplug's %s", reason->fallback);
	else if (reason->installed == INSTALLED_NONE)
		findings_add(findings, "driver-missing", severity, NO_PLACE, INSTALL,
			     "this kernel has no kmem driver, and daxplug's is not installed");
	else
		findings_add(findings, "driver-not-loaded", severity, NO_PLACE, "modprobe kmem",
			     "no kmem driver is loaded");
	if (reason->err && !reason->fallback)
		add_unknown_reason(findings, reason->err);
}

/*
 * Adds the finding if daxplug's driver is installed, but modprobe's rule has
 * not tried it.
 */
static void add_shadowed(struct findings *findings, const struct reason *reason)
{
	if (reason->locked_down)
		findings_add(findings, "driver-not-signed", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "/usr/lib/daxplug/sign-driver enrol",
			     "the kernel's own kmem is in use, though daxplug's is installed: the "
			     "kernel is locked down and loads signed modules only");
	else
		findings_add(findings, "driver-shadowed", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "daxplug takeover",
			     "the kernel's own kmem is in use, though daxplug's is installed: it was "
			     "loaded before, perhaps from the initramfs");
}

/* Adds the findings if the kernel's own driver is loaded. */
static void add_kernels(struct findings *findings, const struct reason *reason)
{
	if (reason->fallback) {
		findings_add(findings, "driver-fell-back", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     fallback_remedy(reason->fallback), "daxplug's %s", reason->fallback);
	} else if (reason->built_in) {
		findings_add(findings, "driver-built-in", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "the kernel's kmem driver is built in; daxplug's cannot replace it");
	} else if (reason->err) {
		findings_add(findings, "driver-of-kernel", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "the kernel's own kmem driver is in use");
		add_unknown_reason(findings, reason->err);
	} else if (reason->installed == INSTALLED_OURS) {
		add_shadowed(findings, reason);
	} else {
		findings_add(findings, "driver-of-kernel", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     INSTALL ", then: daxplug takeover",
			     "the kernel's own kmem driver is in use; daxplug's is not installed");
	}
}

static void add_not_ours(struct findings *findings, struct daxplug *daxplug, bool loaded)
{
	struct reason reason = read_reason();

	if (loaded)
		add_kernels(findings, &reason);
	else
		add_none(findings, &reason,
			 daxplug_first(daxplug) ? DAXPLUG_SEVERITY_WARNING : DAXPLUG_SEVERITY_INFO);
	free(reason.fallback);
}

/* --- daxplug's driver --- */

static void add_ours(struct findings *findings)
{
	char *other;
	int err = installed_other_version(&other);

	findings_add(findings, "driver-of-daxplug", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
		     "daxplug's kmem driver is in use");
	if (other)
		findings_add(findings, "driver-outdated", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "daxplug takeover",
			     "another build of daxplug's driver is installed, version %s: the "
			     "loaded one stays until its memory is unplugged, or until the next boot",
			     other);
	if (err)
		findings_add(findings, "installed-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
			     "cannot tell whether another build of daxplug's driver is installed: %s",
			     strerror(-err));
	free(other);
}

/* --- the rules of modprobe --- */

/**
 * struct rules - the lines of modprobe.d about kmem
 * @findings: gets a finding for each line that keeps daxplug's driver from being loaded
 * @in_use: daxplug's driver is in use, so no line has kept it from being loaded
 * @has_ours: daxplug's own rule is among them
 */
struct rules {
	struct findings *findings;
	bool in_use;
	bool has_ours;
};

static void read_rule(const struct config_line *line, void *data)
{
	struct rules *rules = data;
	char verb[16], module[64];

	if (sscanf(line->text, "%15s %63s", verb, module) != 2 || strcmp(module, "kmem"))
		return;
	if (!strcmp(verb, "install") && strstr(line->text, OUR_RULE))
		rules->has_ours = true;
	else if (!strcmp(verb, "install") && !rules->in_use)
		findings_add(rules->findings, "driver-replaced", DAXPLUG_SEVERITY_WARNING,
			     AT_LINE(line->file, line->number),
			     "remove the line, then: modprobe kmem",
			     "modprobe.d runs another command in place of loading kmem");
	else if (!strcmp(verb, "blacklist") && !rules->in_use)
		findings_add(rules->findings, "driver-blacklisted", DAXPLUG_SEVERITY_WARNING,
			     AT_LINE(line->file, line->number),
			     "remove the line, then: modprobe kmem",
			     "modprobe.d keeps the kernel from loading kmem by itself");
}

static void add_rules(struct findings *findings, bool in_use)
{
	static const char *const directories[] = { "etc/modprobe.d",	       "run/modprobe.d",
						   "usr/local/lib/modprobe.d", "usr/lib/modprobe.d",
						   "lib/modprobe.d",	       NULL };
	struct rules rules = { .findings = findings, .in_use = in_use };
	enum installed installed;

	if (!machine_read_config(findings, directories, ".conf", read_rule, &rules) ||
	    rules.has_ours)
		return;
	if (!installed_driver(&installed) && installed == INSTALLED_OURS)
		findings_add(findings, "driver-without-rule", DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "restore /usr/lib/modprobe.d/" RULE_FILE
			     ", and rename a file of this name in /etc/modprobe.d",
			     "daxplug's driver is installed, but modprobe.d does not have its rule: "
			     "a boot may load the kernel's own");
}

/* Adds the findings about the driver in use; the first names it. */
void machine_driver(struct findings *findings, struct daxplug *daxplug)
{
	int ours = is_ours(daxplug), loaded = ours ? ours : either_exists(DRIVER, MODULE);

	if (ours > 0)
		add_ours(findings);
	else if (loaded < 0)
		add_unknown(findings, loaded);
	else
		add_not_ours(findings, daxplug, loaded);
	add_rules(findings, ours > 0);
}
