// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Drops page cache by reclaiming memory of a node (Linux 7.2 and later). The kernel begins with the
 * pages used least recently, be they mapped or not. Nothing is swapped out.
 */
#include <errno.h>
#include <stdio.h>

#include "drain.h"
#include "handle.h"

/* The bytes to reclaim by one write, which a signal ends. */
#define STEP (UINT64_C(64) << 20)

/* The attempts at one step, in case another task reclaims memory of the node, and their interval.
 */
#define ATTEMPTS 5
#define INTERVAL_MS 100

static void reclaim_path(int node, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, NODES "/node%d/reclaim", node);
}

/*
 * Makes the kernel drop page cache. The write fails with -EBUSY while another task reclaims memory
 * of the node, and with -EAGAIN if the kernel dropped less than requested.
 */
static int reclaim(struct daxplug_change *change, const char *path, uint64_t bytes)
{
	unsigned int attempt;
	char text[48];
	int err = -EBUSY;

	snprintf(text, sizeof(text), "%llu swappiness=0", (unsigned long long)bytes);
	for (attempt = 0; attempt < ATTEMPTS && err == -EBUSY; attempt++) {
		if (attempt && task_cancelled_within(change, INTERVAL_MS))
			break;
		err = change->daxplug->system->write(change->daxplug, path, text);
	}
	return err;
}

/**
 * reclaim_cache() - drop page cache of the node of the device
 * @drain: the drain
 * @bytes: the amount of page cache
 *
 * Return: false if the kernel has no such file, or the node has memory that is not the device's,
 * whose page cache would be dropped as well.
 */
bool reclaim_cache(struct drain *drain, uint64_t bytes)
{
	char path[SYSFS_PATH_SIZE];
	int err = 0;

	reclaim_path(drain->change->device->target_node, path);
	if (!drain->owns_node || sysfs_find(drain->change->daxplug, path))
		return false;
	while (!err && bytes && !task_cancelled(drain->change)) {
		uint64_t step = bytes < STEP ? bytes : STEP;

		err = reclaim(drain->change, path, step);
		bytes -= step;
	}
	return true;
}
