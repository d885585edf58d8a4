// SPDX-License-Identifier: LGPL-2.1-or-later
/* The progress of a change, for which this reads a limited number of blocks. */
#include <errno.h>
#include <string.h>

#include "change.h"
#include "handle.h"

/* If there are more blocks than this, only a sample is read. */
#define MOST_LOOKS 128

/* The number of online blocks as the driver counts them; -1 if unknown. */
static int64_t online_by_driver(const struct daxplug_device *device)
{
	return device->backend == DAXPLUG_BACKEND_STATE
		       ? device_read_count(device, "kmem/blocks_online")
		       : -1;
}

static bool is_online(const struct daxplug *daxplug, const struct block *block)
{
	char path[SYSFS_PATH_SIZE], state[32];

	block_path(block, "state", path);
	return !sysfs_read(daxplug, path, state, sizeof(state)) && strcmp(state, "offline");
}

static unsigned int online_by_sample(const struct daxplug_device *device)
{
	unsigned int total = device->counts.total, i, online = 0;
	unsigned int looks = total < MOST_LOOKS ? total : MOST_LOOKS;

	for (i = 0; i < looks; i++)
		online += is_online(device->daxplug, &device->blocks[(uint64_t)i * total / looks]);
	return (uint64_t)online * total / looks;
}

int daxplug_change_progress(const struct daxplug_change *change, unsigned int *done,
			    unsigned int *total)
{
	const struct daxplug_device *device = change->device;
	bool unplugs =
		change->phase == DAXPLUG_PHASE_UNPLUG ||
		(change->phase == DAXPLUG_PHASE_BACK && change->action == DAXPLUG_ACTION_PLUG);
	int64_t online;

	if (!device || !device->counts.total || change->phase == DAXPLUG_PHASE_UNKNOWN ||
	    change->phase == DAXPLUG_PHASE_DRAIN)
		return -ENODATA;
	online = online_by_driver(device);
	if (online < 0)
		online = online_by_sample(device);
	if (online > device->counts.total)
		online = device->counts.total;
	*total = device->counts.total;
	*done = unplugs ? *total - online : online;
	return 0;
}
