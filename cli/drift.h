/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The differences between a device and its section. */
#ifndef DAXPLUG_CLI_DRIFT_H
#define DAXPLUG_CLI_DRIFT_H

#include "declared.h"
#include "libdaxplug.h"

/**
 * struct drift - the differences between a device and its section
 * @state: its memory is in another state
 * @guard: kmem/guard differs, or cannot be read
 * @timeout: kmem/timeout_ms differs, or cannot be read
 * @memmap: memmap_on_memory differs, or cannot be read
 * @left_alone: why the section is not applied, because the device may hold
 *	data; or NULL
 */
struct drift {
	bool state;
	bool guard;
	bool timeout;
	bool memmap;
	const char *left_alone;
};

/* The size of a buffer for the name or a value of a difference. */
#define DRIFT_TEXT_SIZE 64

struct drift drift_of(const struct section *section, const struct daxplug_device *device);
bool drift_any(const struct drift *drift);
unsigned int drift_count(const struct drift *drift);
bool drift_has(const struct drift *drift, enum declared_key key);
void drift_value(const struct daxplug_device *device, enum declared_key key, char *text);

#endif /* DAXPLUG_CLI_DRIFT_H */
