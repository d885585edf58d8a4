// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses the settings of sections, and finds their faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "declared.h"
#include "selector.h"
#include "span.h"

/* --- values --- */

static void wrong_value(struct declared *declared, const struct section *section,
			enum declared_key key, const char *meant)
{
	const struct setting *setting = &section->settings[key];

	declared_fault(declared, setting, "%s = %s: not %s", declared_keys[key], setting->value,
		       meant);
}

static void parse_state(struct declared *declared, struct section *section)
{
	static const enum daxplug_state states[] = {
		DAXPLUG_STATE_UNPLUGGED,
		DAXPLUG_STATE_ONLINE,
		DAXPLUG_STATE_ONLINE_KERNEL,
		DAXPLUG_STATE_ONLINE_MOVABLE,
	};
	const char *value = section->settings[KEY_STATE].value;
	unsigned int i;

	for (i = 0; value && i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(value, daxplug_state_name(states[i])))
			section->state = states[i];
	if (value && section->state == DAXPLUG_STATE_UNKNOWN)
		wrong_value(declared, section, KEY_STATE,
			    "unplugged, online, online_kernel or online_movable");
}

/* Returns 1 or 0; -1 if the key is not declared. */
static int parse_switch(struct declared *declared, const struct section *section,
			enum declared_key key)
{
	const char *value = section->settings[key].value;

	if (!value)
		return -1;
	if (!strcmp(value, "on"))
		return 1;
	if (strcmp(value, "off"))
		wrong_value(declared, section, key, "on or off");
	return 0;
}

/* kmem/timeout_ms is a 32-bit number. */
static void parse_timeout(struct declared *declared, struct section *section)
{
	const char *value = section->settings[KEY_TIMEOUT].value;
	int64_t us;

	section->timeout = -1;
	if (!value)
		return;
	if (!span_parse(value, &us)) {
		wrong_value(declared, section, KEY_TIMEOUT, "a time such as 30s or 1.5min");
		return;
	}
	section->timeout = us == SPAN_INFINITY ? 0 : us / 1000 + (us % 1000 > 0);
	if (section->timeout > UINT32_MAX)
		wrong_value(declared, section, KEY_TIMEOUT, "less than 50 days, or infinity");
}

/* --- the devices --- */

static bool is_device_name(const char *value)
{
	unsigned int region, number;
	int end = 0;

	if (!strncmp(value, "/dev/", 5))
		value += 5;
	return sscanf(value, "dax%u.%u%n", &region, &number, &end) == 2 && end && !value[end];
}

static bool is_kind(const char *value)
{
	return !strcmp(value, "hmem") || !strcmp(value, "cxl") || !strcmp(value, "pmem");
}

static char *make_selector(enum declared_key match, const char *value)
{
	char *selector;

	if (match == KEY_DEVICE || match == KEY_KIND)
		return strdup(value + (strncmp(value, "/dev/", 5) ? 0 : 5));
	return asprintf(&selector, "%s:%s", declared_keys[match], value) < 0 ? NULL : selector;
}

static void parse_match(struct declared *declared, struct section *section)
{
	const char *value = section->settings[section->match].value, *wrong;

	section->selector = make_selector(section->match, value);
	if (!section->selector) {
		declared->faults.out_of_memory = true;
		return;
	}
	wrong = selector_check(section->selector);
	if (section->match == KEY_DEVICE && !is_device_name(value))
		wrong_value(declared, section, KEY_DEVICE, "a device such as dax0.0");
	else if (section->match == KEY_KIND && !is_kind(value))
		wrong_value(declared, section, KEY_KIND, "cxl, hmem or pmem");
	else if (wrong)
		declared_fault(declared, &section->settings[section->match], "%s = %s: %s",
			       declared_keys[section->match], value, wrong);
}

/* Returns the first line that a section has. */
static const struct setting *first_setting(const struct section *section)
{
	unsigned int i;

	for (i = 0; i + 1 < KEY_COUNT && !section->settings[i].value;)
		i++;
	return &section->settings[i];
}

static bool find_match(struct declared *declared, struct section *section)
{
	unsigned int i, count = 0;

	for (i = MATCH_KEYS; i--;) {
		if (!section->settings[i].value)
			continue;
		if (count++)
			declared_fault(declared, &section->settings[i],
				       "[%s] has %s and %s; a section has one of them",
				       section->label, declared_keys[i],
				       declared_keys[section->match]);
		section->match = i;
	}
	if (!count)
		declared_fault(declared, first_setting(section),
			       "[%s] matches no device; it needs one of device, uuid, serial, "
			       "range, node and kind",
			       section->label);
	return count;
}

static void parse_section(struct declared *declared, struct section *section)
{
	if (find_match(declared, section))
		parse_match(declared, section);
	parse_state(declared, section);
	parse_timeout(declared, section);
	section->guard = parse_switch(declared, section, KEY_GUARD);
	section->memmap = parse_switch(declared, section, KEY_MEMMAP);
}

/**
 * declared_load() - read the configuration
 * @declared: set to the configuration, to be freed by declared_free()
 * @files: as for declared_read()
 * @count: as for declared_read()
 *
 * Return: true if it has no fault; @declared->faults has the faults.
 */
bool declared_load(struct declared *declared, char **files, int count)
{
	unsigned int i;

	*declared = (struct declared){ 0 };
	declared_read(declared, files, count);
	for (i = 0; i < declared->count; i++)
		parse_section(declared, &declared->sections[i]);
	return !declared->faults.count && !declared->faults.out_of_memory;
}

static void free_section(struct section *section)
{
	unsigned int i;

	for (i = 0; i < KEY_COUNT; i++) {
		free(section->settings[i].value);
		free(section->settings[i].file);
	}
	free(section->selector);
	free(section->label);
}

void declared_free(struct declared *declared)
{
	unsigned int i;

	for (i = 0; i < declared->count; i++)
		free_section(&declared->sections[i]);
	free(declared->sections);
	findings_free(&declared->faults);
}
