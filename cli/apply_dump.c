// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the current state as configuration. */
#include <inttypes.h>
#include <stdio.h>

#include "apply.h"
#include "drift.h"
#include "selector.h"
#include "status.h"

#define MATCH_SIZE 96

/* Whether a selector is known to match only this device. */
static bool is_only(struct daxplug *daxplug, const struct daxplug_device *device,
		    const char *selector)
{
	struct daxplug_device *other;
	const char *property;

	for (other = daxplug_first(daxplug); other; other = daxplug_next(other))
		if (other != device && (selector_fit(selector, other) != SELECTOR_NO ||
					selector_unknown(selector, other, &property)))
			return false;
	return selector_fit(selector, device) != SELECTOR_NO;
}

/* Prints a selector if it matches only this device. */
static bool matches_by(struct daxplug *daxplug, const struct daxplug_device *device,
		       enum declared_key key, const char *value)
{
	char selector[MATCH_SIZE + 16];

	snprintf(selector, sizeof(selector), "%s:%s", declared_keys[key], value);
	if (!*value || !is_only(daxplug, device, selector))
		return false;
	printf("%s = %s\n", declared_keys[key], value);
	return true;
}

/* Prefers properties that do not change: device names may change from boot to boot. */
static void print_match(struct daxplug *daxplug, const struct daxplug_device *device)
{
	unsigned int ranges = daxplug_device_ranges(device);
	char serial[MATCH_SIZE], range[MATCH_SIZE];

	snprintf(serial, sizeof(serial), "0x%" PRIx64, daxplug_device_serial(device, 0));
	snprintf(range, sizeof(range), "0x%" PRIx64 "-0x%" PRIx64,
		 daxplug_device_range_start(device, 0),
		 daxplug_device_range_end(device, ranges ? ranges - 1 : 0));
	if (matches_by(daxplug, device, KEY_UUID, daxplug_device_uuid(device)) ||
	    (daxplug_device_serials(device) && matches_by(daxplug, device, KEY_SERIAL, serial)) ||
	    (ranges && matches_by(daxplug, device, KEY_RANGE, range)))
		return;
	printf("device = %s\n", daxplug_device_name(device));
}

static void print_key(const struct daxplug_device *device, enum declared_key key)
{
	char value[DRIFT_TEXT_SIZE];

	drift_value(device, key, value);
	printf("%s = %s\n", declared_keys[key], value);
}

static void print_state(const struct daxplug_device *device)
{
	enum daxplug_state state = daxplug_device_state(device);

	if (state == DAXPLUG_STATE_MIXED || state == DAXPLUG_STATE_OFFLINE ||
	    state == DAXPLUG_STATE_UNKNOWN)
		printf("# state is %s, which cannot be declared\n", daxplug_state_name(state));
	else
		print_key(device, KEY_STATE);
}

static void print_section(struct daxplug *daxplug, const struct daxplug_device *device)
{
	printf("[%s]\n", daxplug_device_name(device));
	print_match(daxplug, device);
	print_state(device);
	if (daxplug_device_guard(device) >= 0)
		print_key(device, KEY_GUARD);
	if (daxplug_device_timeout(device) >= 0)
		print_key(device, KEY_TIMEOUT);
	if (daxplug_device_memmap_wanted(device) >= 0)
		print_key(device, KEY_MEMMAP);
}

/* A section for each device that is memory of the system. Returns an exit status. */
int apply_dump(struct daxplug *daxplug)
{
	struct daxplug_device *device;
	bool any = false;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		if (daxplug_device_mode(device) != DAXPLUG_MODE_SYSTEM_RAM)
			continue;
		if (any)
			putchar('\n');
		print_section(daxplug, device);
		any = true;
	}
	return EXIT_DONE;
}
