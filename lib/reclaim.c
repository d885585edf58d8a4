// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Drops page cache that no process maps or has open, by reclaiming memory of a node (Linux 7.2
 * and later). Nothing is swapped out.
 */
#include <errno.h>
#include <stdio.h>

#include "drain.h"
#include "handle.h"

/* The bytes to reclaim by one write: a signal ends a write, and progress shows after each. */
#define STEP (UINT64_C(64) << 20)

static void reclaim_path(int node, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, NODES "/node%d/reclaim", node);
}

/**
 * reclaim_cache() - drop page cache of the node of the device
 * @drain: the drain
 * @bytes: the amount of page cache
 *
 * The kernel returns an error if it has dropped less than requested.
 *
 * Return: true if the kernel supports this.
 */
bool reclaim_cache(struct drain *drain, uint64_t bytes)
{
	struct daxplug *daxplug = drain->change->daxplug;
	char path[SYSFS_PATH_SIZE], text[48];
	int err = 0;

	reclaim_path(drain->change->device->target_node, path);
	if (sysfs_find(daxplug, path))
		return false;
	while (!err && bytes && !task_cancelled(drain->change)) {
		uint64_t step = bytes < STEP ? bytes : STEP;

		snprintf(text, sizeof(text), "%llu swappiness=0", (unsigned long long)step);
		err = daxplug->system->write(daxplug, path, text);
		bytes -= step;
	}
	return true;
}
