// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the current state as configuration. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "complain.h"
#include "drift.h"
#include "output.h"
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

/* Omits a setting that the device does not have. Returns false if that is unknown. */
static bool print_setting(const struct daxplug_device *device, enum declared_key key, int64_t value,
			  int err)
{
	if (err)
		complain("%s: %s is omitted: it cannot be read: %s", daxplug_device_name(device),
			 declared_keys[key], strerror(-err));
	else if (value >= 0)
		print_key(device, key);
	return !err;
}

/* Returns false if a setting is unknown. */
static bool print_section(struct daxplug *daxplug, const struct daxplug_device *device)
{
	bool known;

	printf("[%s]\n", daxplug_device_name(device));
	print_match(daxplug, device);
	print_state(device);
	known = print_setting(device, KEY_GUARD, daxplug_device_guard(device),
			      daxplug_device_guard_error(device));
	known &= print_setting(device, KEY_TIMEOUT, daxplug_device_timeout(device),
			       daxplug_device_timeout_error(device));
	known &= print_setting(device, KEY_MEMMAP, daxplug_device_memmap_wanted(device),
			       daxplug_device_memmap_error(device));
	return known;
}

/**
 * apply_dump() - print a section for each device that is memory of the system
 * @daxplug: the devices
 *
 * Return: an exit status; EXIT_FAILED if standard output could not be written to.
 */
int apply_dump(struct daxplug *daxplug)
{
	struct daxplug_device *device;
	bool any = false, known = true;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		enum daxplug_mode mode = daxplug_device_mode(device);

		if (mode == DAXPLUG_MODE_UNKNOWN) {
			complain("%s is omitted: its mode cannot be read",
				 daxplug_device_name(device));
			known = false;
		}
		if (mode != DAXPLUG_MODE_SYSTEM_RAM)
			continue;
		if (any)
			putchar('\n');
		known &= print_section(daxplug, device);
		any = true;
	}
	if (output_failed())
		return EXIT_FAILED;
	return known ? EXIT_DONE : EXIT_CANNOT_TELL;
}
