// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reads the directory kmem/ that daxplug's driver gives each device. */
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "handle.h"

/**
 * words_sum() - sum the numbers of an attribute with lines "reason number"
 * @device: the device
 * @attribute: the attribute
 *
 * Return: the sum; -1 if it cannot be read.
 */
int64_t words_sum(const struct daxplug_device *device, const char *attribute)
{
	char path[SYSFS_PATH_SIZE], text[512];
	const char *number;
	int64_t sum = 0;

	device_path(device, attribute, path);
	if (sysfs_read(device->daxplug, path, text, sizeof(text)))
		return -1;
	for (number = strchr(text, ' '); number; number = strchr(number + 1, ' '))
		sum += strtoull(number, NULL, 10) & INT32_MAX;
	return sum;
}

/* Reads the files; with a driver that has none, all values are unknown. */
void words_read(struct daxplug_device *device)
{
	struct driver_words *words = &device->words;
	char path[SYSFS_PATH_SIZE];

	*words = (struct driver_words){
		.guard = -1,
		.timeout = -1,
		.last_duration = -1,
		.done = -1,
		.failed = -1,
		.cancelled = -1,
		.refusals = -1,
		.pages_poisoned = -1,
	};
	if (device->daxplug->brief || (device->backend != DAXPLUG_BACKEND_STATE &&
				       device->backend != DAXPLUG_BACKEND_UNKNOWN))
		return;
	words->guard_error = device_read_setting(device, "kmem/guard", &words->guard);
	words->timeout_error = device_read_setting(device, "kmem/timeout_ms", &words->timeout);
	if (device->backend == DAXPLUG_BACKEND_UNKNOWN)
		return;
	words->last_duration = device_read_count(device, "kmem/last_duration_ms");
	words->done = device_read_count(device, "kmem/transitions_done");
	words->failed = words_sum(device, "kmem/transitions_failed");
	words->cancelled = words_sum(device, "kmem/transitions_cancelled");
	words->refusals = device_read_count(device, "kmem/refusals");
	words->pages_poisoned = device_read_count(device, "kmem/pages_poisoned");
	device_path(device, "kmem/last_failure", path);
	if (sysfs_read(device->daxplug, path, words->last_failure, sizeof(words->last_failure)))
		words->last_failure[0] = '\0';
}
