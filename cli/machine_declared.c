// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares the machine with daxplug.conf(5). */
#include <stdio.h>
#include <string.h>

#include "declared.h"
#include "drift.h"
#include "machine.h"

/* --- faults of the configuration --- */

static void add_faults(struct findings *findings, const struct declared *declared)
{
	unsigned int i;

	for (i = 0; i < declared->faults.count; i++) {
		const struct finding *fault = &declared->faults.list[i];

		findings_add(findings, fault->id, fault->severity,
			     AT_LINE(fault->file, fault->line), fault->remedy, "%s", fault->text);
	}
	findings->out_of_memory |= declared->faults.out_of_memory;
}

/* --- drift --- */

static void compare(struct findings *findings, const struct section *section,
		    const struct daxplug_device *device)
{
	struct drift drift = drift_of(section, device);
	unsigned int key;

	for (key = 0; key < KEY_COUNT; key++) {
		const struct setting *setting = &section->settings[key];
		struct place place = { daxplug_device_name(device), setting->file, setting->line };
		char value[DRIFT_TEXT_SIZE];

		if (!drift_has(&drift, key))
			continue;
		drift_value(device, key, value);
		findings_add(findings, "drift", DAXPLUG_SEVERITY_WARNING, place, "daxplug apply",
			     "%s is %s, but [%s] declares %s", declared_keys[key], value,
			     section->label, setting->value);
	}
}

static void look_at_device(struct findings *findings, const struct declared *declared,
			   const struct daxplug_device *device)
{
	const struct section *section = declared_find(declared, device);
	char why[DECLARED_TEXT_SIZE];

	if (declared_unknown(declared, device, why))
		findings_add(findings, "section-unknown", DAXPLUG_SEVERITY_UNSURE,
			     AT_DEVICE(device), "", "%s", why);
	else if (section)
		compare(findings, section, device);
}

/* --- sections without a device --- */

static void look_at_section(struct findings *findings, const struct section *section,
			    struct daxplug *daxplug)
{
	const struct setting *match = &section->settings[section->match];

	if (!declared_may_match_any(section, daxplug))
		findings_add(findings, "section-unmatched", DAXPLUG_SEVERITY_WARNING,
			     AT_SETTING(match), "daxplug list -o +kind,uuid,serial,start,end",
			     "[%s] matches no device of this machine: %s = %s", section->label,
			     declared_keys[section->match], match->value);
}

/* --- */

/* Adds the faults of the configuration, and how devices differ from it. */
void machine_declared(struct findings *findings, struct daxplug *daxplug)
{
	struct daxplug_device *device;
	struct declared declared;
	unsigned int i;

	if (!declared_load(&declared, NULL, 0) || !declared_check_ties(&declared, daxplug)) {
		add_faults(findings, &declared);
		machine_daxctl(findings, NULL, daxplug);
		declared_free(&declared);
		return;
	}
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		look_at_device(findings, &declared, device);
	for (i = 0; i < declared.count; i++)
		look_at_section(findings, &declared.sections[i], daxplug);
	machine_daxctl(findings, &declared, daxplug);
	declared_free(&declared);
}
