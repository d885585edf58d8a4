// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory tiers: the kernel's ranking of nodes by the speed of their memory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

#define MEMORY_TIERS "sys/devices/virtual/memory_tiering"
#define TIER "memory_tier"

static void note_tier(struct daxplug *daxplug, const char *nodes, unsigned int tier)
{
	unsigned int i;

	for (i = 0; i < daxplug->count; i++) {
		struct daxplug_device *device = daxplug->devices[i];

		if (device->target_node >= 0 && parse_list_has(nodes, device->target_node))
			device->tier = tier;
	}
}

static void read_tier(struct daxplug *daxplug, const char *name)
{
	char path[sizeof(MEMORY_TIERS) + NAME_MAX + 16], nodes[ATTRIBUTE_SIZE];
	uint64_t tier;

	if (strncmp(name, TIER, strlen(TIER)) || parse_number(name + strlen(TIER), &tier) ||
	    tier > INT_MAX)
		return;
	snprintf(path, sizeof(path), MEMORY_TIERS "/%s/nodelist", name);
	if (!sysfs_read(daxplug, path, nodes, sizeof(nodes)))
		note_tier(daxplug, nodes, tier);
}

static int read_tiers(struct daxplug *daxplug)
{
	struct dirent *entry;
	unsigned int i;
	DIR *dir;
	int err;

	for (i = 0; i < daxplug->count; i++)
		daxplug->devices[i]->tier = -1;
	err = sysfs_open_dir(daxplug, MEMORY_TIERS, &dir);
	/* -ENOENT: the kernel has no memory tiers. */
	if (err)
		return err == -ENOENT ? 0 : err;
	while ((entry = readdir(dir)))
		read_tier(daxplug, entry->d_name);
	closedir(dir);
	return 0;
}

/*
 * Keeps every daxplug from changing a device. Returns -EBUSY if one is changing a device, or
 * another errno if that is unknown, such as -EACCES for a caller other than root.
 */
static int hold_all(const struct daxplug *daxplug, int *held)
{
	char path[SYSFS_PATH_SIZE];
	unsigned int i;

	for (i = 0; i < daxplug->count; i++) {
		device_path(daxplug->devices[i], "resource", path);
		held[i] = root_open(daxplug, path, O_RDONLY);
		/* -ENOENT: a device that is gone cannot be changed. */
		if (held[i] == -ENOENT)
			continue;
		if (held[i] < 0)
			return held[i];
		if (flock(held[i], LOCK_SH | LOCK_NB))
			return errno == EWOULDBLOCK ? -EBUSY : -errno;
	}
	return 0;
}

static void let_go(const struct daxplug *daxplug, const int *held)
{
	unsigned int i;

	for (i = 0; i < daxplug->count; i++)
		if (held[i] >= 0)
			close(held[i]);
}

/*
 * In the kernel (seen on 6.12) a read of a tier's nodelist waits for a lock that is held while
 * the tier is removed with its last memory, and the removal waits for readers. This deadlock
 * blocks all memory hotplug. So tiers are read only on request, and not while a daxplug changes a
 * device.
 */
int daxplug_read_tiers(struct daxplug *daxplug)
{
	int *held = malloc(sizeof(*held) * (daxplug->count + 1));
	char words[64];
	int err;

	report_clear(&daxplug->report);
	if (!held)
		return report_error(&daxplug->report, -ENOMEM, "not enough memory for tiers");
	memset(held, 0xff, sizeof(*held) * (daxplug->count + 1));
	err = hold_all(daxplug, held);
	if (!err)
		err = read_tiers(daxplug);
	if (err)
		report_error(&daxplug->report, err, "cannot read memory tiers: %s",
			     err == -EBUSY ? "another daxplug changes a device"
					   : report_errno(err, words, sizeof(words)));
	let_go(daxplug, held);
	free(held);
	return err;
}
