// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Page cache that no process maps or has open can only be dropped from user space, where the
 * kernel lets a node be reclaimed (Linux 7.2 and later). Nothing is swapped out.
 */
#include <errno.h>
#include <stdio.h>

#include "drain.h"
#include "handle.h"

/* In one write: a signal ends it, and progress is seen after each. */
#define STEP (UINT64_C(64) << 20)

static void reclaim_path(int node, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, NODES "/node%d/reclaim", node);
}

/**
 * reclaim_cache() - drop page cache of the node of the device
 * @drain: the drain
 * @bytes: how much there is of it
 *
 * The kernel says that it failed if it has dropped less than it was asked to.
 *
 * Return: whether the kernel was asked to.
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
