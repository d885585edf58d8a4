// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reads the settings that let the kernel move pages to a node. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handle.h"
#include "parse.h"
#include "refill.h"

static void set_path(enum refill_way way, int node, char *path, size_t size)
{
	switch (way) {
	case REFILL_DEMOTION:
		snprintf(path, size, "sys/kernel/mm/numa/demotion_enabled");
		return;
	case REFILL_BALANCING:
		snprintf(path, size, "proc/sys/kernel/numa_balancing");
		return;
	default:
		snprintf(path, size, "sys/kernel/mm/mempolicy/weighted_interleave/node%d", node);
	}
}

/* 1 is the lowest weight that the kernel accepts, and the default. */
static bool is_on(enum refill_way way, const char *value)
{
	uint64_t number;

	if (way == REFILL_DEMOTION)
		return !strcmp(value, "true") || !strcmp(value, "1");
	if (parse_number(value, &number))
		return false;
	return number > (way == REFILL_INTERLEAVE ? 1 : 0);
}

/**
 * refill_is_on() - test whether the kernel may move pages to a node by itself
 * @daxplug: the handle
 * @way: the way
 * @node: the node
 * @setting: set to the setting's file and value
 *
 * Return: 1 if it may; 0 if it may not, or the kernel has no such setting; or a negative errno if
 * the setting cannot be read.
 */
int refill_is_on(const struct daxplug *daxplug, enum refill_way way, int node,
		 struct refill_setting *setting)
{
	int err;

	set_path(way, node, setting->path, sizeof(setting->path));
	err = sysfs_read(daxplug, setting->path, setting->value, sizeof(setting->value));
	if (err)
		return err == -ENOENT ? 0 : err;
	return is_on(way, setting->value);
}
