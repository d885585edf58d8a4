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

/* Returns 1 if the block is online or on its way offline; 0 if offline or absent; -1 if unknown. */
static int is_online(const struct daxplug *daxplug, const struct block *block)
{
	char path[SYSFS_PATH_SIZE], state[32];
	int err;

	block_path(block, "state", path);
	err = sysfs_read(daxplug, path, state, sizeof(state));
	/* The kernel returns ENODEV for a file that it is removing. */
	if (err == -ENOENT || err == -ENODEV || (!err && !strcmp(state, "offline")))
		return 0;
	if (!err && (!strcmp(state, "online") || !strcmp(state, "going-offline")))
		return 1;
	return -1;
}

/* The number of online blocks, from a sample of them; -1 if unknown. */
static int64_t online_by_sample(const struct daxplug_device *device)
{
	unsigned int total = device->counts.total, i, online = 0;
	unsigned int looks = total < MOST_LOOKS ? total : MOST_LOOKS;
	int is;

	for (i = 0; i < looks; i++) {
		is = is_online(device->daxplug, &device->blocks[(uint64_t)i * total / looks]);
		if (is < 0)
			return -1;
		online += is;
	}
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
	if (online < 0)
		return -ENODATA;
	if (online > device->counts.total)
		online = device->counts.total;
	*total = device->counts.total;
	*done = unplugs ? *total - online : online;
	return 0;
}
