// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "drift.h"
#include "select.h"

static bool plugs(const struct section *section)
{
	return section->state != DAXPLUG_STATE_UNKNOWN && section->state != DAXPLUG_STATE_UNPLUGGED;
}

/* Only a section that names the device may bind a device that may hold data. */
static const char *reason_to_leave(const struct section *section,
				   const struct daxplug_device *device)
{
	if (section->match <= KEY_SERIAL)
		return NULL;
	return select_reason_to_leave(device, plugs(section));
}

/* "online" allows any zones, because the kernel's choice differs between drivers. */
static bool is_in_state(const struct daxplug_device *device, enum daxplug_state wanted)
{
	enum daxplug_state state = daxplug_device_state(device);

	if (wanted == DAXPLUG_STATE_ONLINE)
		return state == DAXPLUG_STATE_ONLINE || state == DAXPLUG_STATE_ONLINE_KERNEL ||
		       state == DAXPLUG_STATE_ONLINE_MOVABLE;
	return wanted == DAXPLUG_STATE_UNKNOWN || state == wanted;
}

/* Compares the guard; a driver without one never guards, and an unbound device has none yet. */
static bool guard_differs(const struct section *section, const struct daxplug_device *device)
{
	int guard = daxplug_device_guard(device);

	if (section->guard < 0 || daxplug_device_mode(device) != DAXPLUG_MODE_SYSTEM_RAM)
		return false;
	return section->guard != (guard < 0 ? 0 : guard);
}

/* Compares the timeout; if the driver has none, daxplug itself limits each change. */
static bool timeout_differs(const struct section *section, const struct daxplug_device *device)
{
	int64_t timeout = daxplug_device_timeout(device);

	return section->timeout >= 0 && timeout >= 0 && section->timeout != timeout;
}

static bool memmap_differs(const struct section *section, const struct daxplug_device *device)
{
	int wanted = daxplug_device_memmap_wanted(device);

	return section->memmap >= 0 && section->memmap != (wanted < 0 ? 0 : wanted);
}

/**
 * drift_of() - compare a device with its section
 * @section: its section
 * @device: the device
 *
 * Return: the differences.
 */
struct drift drift_of(const struct section *section, const struct daxplug_device *device)
{
	struct drift drift = { .left_alone = reason_to_leave(section, device) };

	if (drift.left_alone)
		return drift;
	drift.state = !is_in_state(device, section->state);
	drift.guard = guard_differs(section, device);
	drift.timeout = timeout_differs(section, device);
	drift.memmap = memmap_differs(section, device);
	return drift;
}

bool drift_has(const struct drift *drift, enum declared_key key)
{
	switch (key) {
	case KEY_STATE:
		return drift->state;
	case KEY_GUARD:
		return drift->guard;
	case KEY_TIMEOUT:
		return drift->timeout;
	case KEY_MEMMAP:
		return drift->memmap;
	default:
		return false;
	}
}

/* The number of keys that differ. */
unsigned int drift_count(const struct drift *drift)
{
	return drift->state + drift->guard + drift->timeout + drift->memmap;
}

bool drift_any(const struct drift *drift)
{
	return drift_count(drift);
}

static const char *switch_text(int value)
{
	return value < 0 ? "unsupported" : value ? "on" : "off";
}

/* Writes a device's value for a key as it would be declared; @text has DRIFT_TEXT_SIZE bytes. */
void drift_value(const struct daxplug_device *device, enum declared_key key, char *text)
{
	const char *word = "";

	switch (key) {
	case KEY_STATE:
		word = daxplug_state_name(daxplug_device_state(device));
		break;
	case KEY_GUARD:
		word = switch_text(daxplug_device_guard(device));
		break;
	case KEY_MEMMAP:
		word = switch_text(daxplug_device_memmap_wanted(device));
		break;
	case KEY_TIMEOUT:
		if (daxplug_device_timeout(device) > 0) {
			snprintf(text, DRIFT_TEXT_SIZE, "%" PRId64 "ms",
				 daxplug_device_timeout(device));
			return;
		}
		word = "infinity";
		break;
	default:
		break;
	}
	snprintf(text, DRIFT_TEXT_SIZE, "%s", word);
}
