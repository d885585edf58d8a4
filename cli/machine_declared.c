// SPDX-License-Identifier: GPL-2.0-or-later
/* What daxplug.conf(5) declares, beside what the machine is and what daxctl declares. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config.h"
#include "declared.h"
#include "drift.h"
#include "machine.h"
#include "selector.h"

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

static void look_at_device(struct findings *findings, const struct section *section,
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

/* --- sections without a device --- */

static bool matches_any(const struct section *section, struct daxplug *daxplug)
{
	struct daxplug_device *device;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (selector_fit(section->selector, device) != SELECTOR_NO)
			return true;
	return false;
}

static void look_at_section(struct findings *findings, const struct section *section,
			    struct daxplug *daxplug)
{
	const struct setting *match = &section->settings[section->match];

	if (!matches_any(section, daxplug))
		findings_add(findings, "section-unmatched", DAXPLUG_SEVERITY_WARNING,
			     AT_SETTING(match), "daxplug list -o +kind,uuid,serial,start,end",
			     "[%s] matches no device of this machine: %s = %s", section->label,
			     declared_keys[section->match], match->value);
}

/* --- daxctl --- */

/**
 * struct rival - what is known while daxctl's files are read
 * @findings: where findings go
 * @declared: what is declared here
 * @daxplug: the devices
 */
struct rival {
	struct findings *findings;
	const struct declared *declared;
	struct daxplug *daxplug;
};

/* The value of a line "KEY = VALUE", with or without quotes; false if it has another key. */
static bool has_value(const char *line, const char *key, char *value, size_t size)
{
	const char *text = line + strlen(key);

	if (strncmp(line, key, strlen(key)))
		return false;
	text += strspn(text, " \t");
	if (*text++ != '=')
		return false;
	text += strspn(text, " \t\"");
	snprintf(value, size, "%.*s", (int)strcspn(text, " \t\"#"), text);
	return true;
}

static void find_twin(struct rival *rival, const struct config_line *line, const char *uuid)
{
	const struct section *section;
	struct daxplug_device *device;

	for (device = daxplug_first(rival->daxplug); device; device = daxplug_next(device)) {
		struct place place = { daxplug_device_name(device), line->file, line->number };

		section = declared_find(rival->declared, device);
		if (!section || strcasecmp(uuid, daxplug_device_uuid(device)))
			continue;
		findings_add(rival->findings, "configured-twice", DAXPLUG_SEVERITY_WARNING, place,
			     "remove one of the two sections",
			     "daxctl configures the device that [%s] at %s:%u declares too",
			     section->label, section->settings[section->match].file,
			     section->settings[section->match].line);
	}
}

static void look_at_line(const struct config_line *line, void *data)
{
	char uuid[64];

	if (has_value(line->text, "nvdimm.uuid", uuid, sizeof(uuid)))
		find_twin(data, line, uuid);
}

static void look_at_daxctl(struct findings *findings, const struct declared *declared,
			   struct daxplug *daxplug)
{
	static const char *const directories[] = { "etc/daxctl.conf.d", NULL };
	struct rival rival = { findings, declared, daxplug };

	config_each_line(directories, ".conf", look_at_line, &rival);
}

/* --- */

/* The configuration, and how devices differ from it. */
void machine_declared(struct findings *findings, struct daxplug *daxplug)
{
	const struct section *section;
	struct daxplug_device *device;
	struct declared declared;
	unsigned int i;

	if (!declared_load(&declared, NULL, 0) || !declared_check_ties(&declared, daxplug)) {
		add_faults(findings, &declared);
		declared_free(&declared);
		return;
	}
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		section = declared_find(&declared, device);
		if (section)
			look_at_device(findings, section, device);
	}
	for (i = 0; i < declared.count; i++)
		look_at_section(findings, &declared.sections[i], daxplug);
	look_at_daxctl(findings, &declared, daxplug);
	declared_free(&declared);
}
