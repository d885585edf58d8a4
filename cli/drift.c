// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "drift.h"
#include "select.h"
#include "tree.h"

/* Only daxplug's driver has this directory. */
#define OUR_DRIVER "sys/bus/dax/drivers/kmem/stranded"

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

/* The value of a setting; negative if its driver or kernel has none, or if it cannot be read. */
static int64_t setting_of(const struct daxplug_device *device, enum declared_key key)
{
	switch (key) {
	case KEY_GUARD:
		return daxplug_device_guard(device);
	case KEY_TIMEOUT:
		return daxplug_device_timeout(device);
	default:
		return daxplug_device_memmap_wanted(device);
	}
}

/* 0 if setting_of() is a fact, otherwise the negative errno of reading the setting. */
static int error_of(const struct daxplug_device *device, enum declared_key key)
{
	switch (key) {
	case KEY_GUARD:
		return daxplug_device_guard_error(device);
	case KEY_TIMEOUT:
		return daxplug_device_timeout_error(device);
	default:
		return daxplug_device_memmap_error(device);
	}
}

/* A driver or kernel without the guard or memmap-on-memory behaves as if it were off. */
static bool switch_differs(const struct daxplug_device *device, enum declared_key key, int declared)
{
	int64_t value = setting_of(device, key);

	if (declared < 0)
		return false;
	return error_of(device, key) || declared != (value < 0 ? 0 : value);
}

static bool is_bound(const struct daxplug_device *device)
{
	return daxplug_device_mode(device) == DAXPLUG_MODE_SYSTEM_RAM;
}

/* An unbound device has no guard until a plug binds it, with the guard off. */
static bool guard_differs(const struct section *section, const struct daxplug_device *device)
{
	return (is_bound(device) || plugs(section)) &&
	       switch_differs(device, KEY_GUARD, section->guard);
}

/* If the driver has no timeout, daxplug itself limits each change. */
static bool timeout_differs(const struct section *section, const struct daxplug_device *device)
{
	int64_t timeout = daxplug_device_timeout(device);

	if (section->timeout < 0)
		return false;
	/* A plug binds the device; only daxplug's driver then has a timeout, which is infinite. */
	if (!is_bound(device))
		return plugs(section) && section->timeout && !tree_find(OUR_DRIVER);
	return timeout < 0 ? error_of(device, KEY_TIMEOUT) : section->timeout != timeout;
}

/**
 * drift_of() - compare a device with its section
 * @section: its section
 * @device: the device
 *
 * A value that cannot be read counts as a difference, because it may be one.
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
	drift.memmap = switch_differs(device, KEY_MEMMAP, section->memmap);
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

static const char *switch_text(int64_t value)
{
	return value < 0 ? "unsupported" : value ? "on" : "off";
}

static void timeout_text(int64_t timeout, char *text)
{
	if (timeout > 0)
		snprintf(text, DRIFT_TEXT_SIZE, "%" PRId64 "ms", timeout);
	else
		snprintf(text, DRIFT_TEXT_SIZE, "infinity");
}

/* Writes a device's value for a key as it would be declared; @text has DRIFT_TEXT_SIZE bytes. */
void drift_value(const struct daxplug_device *device, enum declared_key key, char *text)
{
	if (key == KEY_STATE)
		snprintf(text, DRIFT_TEXT_SIZE, "%s",
			 daxplug_state_name(daxplug_device_state(device)));
	else if (key < KEY_STATE)
		*text = '\0';
	else if (error_of(device, key))
		snprintf(text, DRIFT_TEXT_SIZE, "unknown");
	else if (key == KEY_GUARD && !is_bound(device))
		snprintf(text, DRIFT_TEXT_SIZE, "off");
	else if (key == KEY_TIMEOUT)
		timeout_text(daxplug_device_timeout(device), text);
	else
		snprintf(text, DRIFT_TEXT_SIZE, "%s", switch_text(setting_of(device, key)));
}
