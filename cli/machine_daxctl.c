// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds conflicts with daxctl's configuration, which brings devices online at boot. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daxctl_config.h"
#include "machine.h"
#include "selector.h"
#include "tree.h"

#define DEFAULT_STATE "sys/module/kmem/parameters/default_state"

/**
 * struct rival - the state of reading daxctl's files
 * @findings: findings are added here
 * @declared: the configuration, daxplug.conf(5)
 * @daxplug: the devices
 * @defaults: the driver's list of default states, or NULL
 * @any: set if the files have a section
 */
struct rival {
	struct findings *findings;
	const struct declared *declared;
	struct daxplug *daxplug;
	const char *defaults;
	bool any;
};

/* --- the driver's default_state --- */

static bool entry_fits(const char *selector, const struct daxplug_device *device)
{
	return selector_fit(strcmp(selector, "any") ? selector : "all", device) != SELECTOR_NO;
}

/* Whether the first entry that matches a device is "unplugged". */
static bool is_unplugged_by_default(const char *defaults, const struct daxplug_device *device)
{
	char *list = defaults ? strdup(defaults) : NULL, *rest = list, *entry, *state;
	bool unplugged = false;

	while ((entry = strsep(&rest, ", \t\n"))) {
		state = strchr(entry, '=');
		if (!state)
			continue;
		*state++ = '\0';
		if (!entry_fits(entry, device))
			continue;
		unplugged = !strcmp(state, "unplugged");
		break;
	}
	free(list);
	return unplugged;
}

/* --- */

static void look_at_device(const struct rival *rival, const struct daxctl_section *daxctl,
			   const struct daxplug_device *device)
{
	const struct section *section = rival->declared ? declared_find(rival->declared, device)
							: NULL;
	struct place place = { daxplug_device_name(device), daxctl->uuid.file,
			       daxctl->uuid.number };

	if (section)
		findings_add(rival->findings, "configured-twice", DAXPLUG_SEVERITY_WARNING, place,
			     "remove one of the two sections",
			     "daxctl configures the device that [%s] at %s:%u declares too",
			     section->label, section->settings[section->match].file,
			     section->settings[section->match].line);
	if (daxctl->is_ram && is_unplugged_by_default(rival->defaults, device))
		findings_add(rival->findings, "daxctl-against-default-state",
			     DAXPLUG_SEVERITY_WARNING, place,
			     "remove the section, or the device's entry of default_state",
			     "daxctl configures the device, but the driver's default_state has it "
			     "unplugged: daxctl's service fails at each boot");
}

static void look_at_section(const struct daxctl_section *daxctl, void *data)
{
	struct rival *rival = data;
	struct daxplug_device *device;

	rival->any = true;
	for (device = daxplug_first(rival->daxplug); device; device = daxplug_next(device))
		if (!strcasecmp(daxctl->uuid.text, daxplug_device_uuid(device)))
			look_at_device(rival, daxctl, device);
}

/* daxctl's sections name devices by their UUIDs. */
static void look_for_unknown(struct findings *findings, struct daxplug *daxplug)
{
	struct daxplug_device *device;
	int err;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		err = daxplug_device_uuid_error(device);
		if (err)
			findings_add(findings, "configuration-unknown", DAXPLUG_SEVERITY_UNSURE,
				     AT_DEVICE(device), "",
				     "cannot tell whether daxctl configures the device: its UUID "
				     "cannot be read: %s",
				     strerror(-err));
	}
}

/* @declared is NULL if daxplug.conf(5) has a fault. */
void machine_daxctl(struct findings *findings, const struct declared *declared,
		    struct daxplug *daxplug)
{
	char *defaults = tree_read(DEFAULT_STATE);
	struct rival rival = { findings, declared, daxplug, defaults, false };
	struct config_gap gap;

	/* machine_rivals() has a finding about files that cannot be read. */
	daxctl_each_section(look_at_section, &rival, &gap);
	if (rival.any)
		look_for_unknown(findings, daxplug);
	free(defaults);
}
