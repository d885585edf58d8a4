// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the section for a device: the section that matches by the most specific key. */
#include <stdio.h>
#include <string.h>

#include "declared.h"
#include "selector.h"

static bool matches(const struct section *section, const struct daxplug_device *device)
{
	return selector_fit(section->selector, device) != SELECTOR_NO;
}

/**
 * declared_find() - find the section for a device
 * @declared: the configuration, without faults
 * @device: the device
 *
 * Return: the section, or NULL if none matches the device.
 */
const struct section *declared_find(const struct declared *declared,
				    const struct daxplug_device *device)
{
	const struct section *best = NULL, *section;
	unsigned int i;

	for (i = 0; i < declared->count; i++) {
		section = &declared->sections[i];
		if (matches(section, device) && (!best || section->match < best->match))
			best = section;
	}
	return best;
}

/**
 * declared_unknown() - test whether an error hides which section is the one for a device
 * @declared: the configuration, without faults
 * @device: the device
 * @why: set to a sentence with the reason; has DECLARED_TEXT_SIZE bytes
 *
 * Return: true if a section that is more specific than the one of declared_find() may match.
 */
bool declared_unknown(const struct declared *declared, const struct daxplug_device *device,
		      char *why)
{
	const struct section *best = declared_find(declared, device), *section;
	const char *property;
	unsigned int i;
	int err;

	for (i = 0; i < declared->count; i++) {
		section = &declared->sections[i];
		if (best && section->match >= best->match)
			continue;
		err = selector_unknown(section->selector, device, &property);
		if (!err)
			continue;
		snprintf(why, DECLARED_TEXT_SIZE,
			 "cannot tell which section of daxplug.conf applies to %s: its %s cannot "
			 "be read: %s",
			 daxplug_device_name(device), property, strerror(-err));
		return true;
	}
	return false;
}

/* Whether a section matches a device, or may match one that cannot be read. */
bool declared_may_match_any(const struct section *section, struct daxplug *daxplug)
{
	struct daxplug_device *device;
	const char *property;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (matches(section, device) ||
		    selector_unknown(section->selector, device, &property))
			return true;
	return false;
}

static void check_device(struct declared *declared, const struct daxplug_device *device)
{
	const struct section *best = declared_find(declared, device), *section;
	unsigned int i;

	for (i = 0; best && i < declared->count; i++) {
		const struct setting *here, *there;

		section = &declared->sections[i];
		if (section == best || section->match != best->match || !matches(section, device))
			continue;
		here = &section->settings[section->match];
		there = &best->settings[best->match];
		declared_fault(declared, here,
			       "[%s] matches %s by %s, and so does [%s] at %s:%u; let one of them "
			       "match by a more specific key",
			       section->label, daxplug_device_name(device),
			       declared_keys[section->match], best->label, there->file,
			       there->line);
	}
}

/**
 * declared_check_ties() - find devices that two sections match equally well
 * @declared: the configuration, without faults; gets a fault for each tie
 * @daxplug: the handle, scanned
 *
 * Return: true if there is no tie.
 */
bool declared_check_ties(struct declared *declared, struct daxplug *daxplug)
{
	struct daxplug_device *device;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		check_device(declared, device);
	return !declared->faults.count && !declared->faults.out_of_memory;
}
