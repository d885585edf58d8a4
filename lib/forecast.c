// SPDX-License-Identifier: LGPL-2.1-or-later
/* Would what must move on an unplug find room in the rest of the machine. */
#include <errno.h>
#include <stdio.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

/* What of a node, or of all, is free or can be freed; @text is a meminfo file. */
static int available_in(const char *text, uint64_t *bytes)
{
	static const char *const reclaimable[] = { "Active(file)", "Inactive(file)",
						   "SReclaimable" };
	uint64_t part;
	unsigned int i;
	int err;

	err = parse_meminfo(text, "MemFree", bytes);
	if (err)
		return err;
	for (i = 0; i < sizeof(reclaimable) / sizeof(reclaimable[0]); i++)
		if (!parse_meminfo(text, reclaimable[i], &part))
			*bytes += part;
	return 0;
}

static int available_on_nodes(const struct daxplug *daxplug, uint64_t *bytes)
{
	char list[ATTRIBUTE_SIZE], path[SYSFS_PATH_SIZE], text[ATTRIBUTE_SIZE];
	const char *rest = list;
	unsigned int node, last;
	uint64_t part;

	*bytes = 0;
	if (sysfs_read(daxplug, "sys/devices/system/node/has_memory", list, sizeof(list)))
		return -ENODATA;
	while (parse_list_next(&rest, &node, &last) == 1) {
		for (; node <= last; node++) {
			snprintf(path, sizeof(path), "sys/devices/system/node/node%u/meminfo",
				 node);
			if (sysfs_read(daxplug, path, text, sizeof(text)) ||
			    available_in(text, &part))
				return -ENODATA;
			*bytes += part;
		}
	}

	return 0;
}

static uint64_t free_swap(const struct daxplug *daxplug)
{
	char text[2 * ATTRIBUTE_SIZE];
	uint64_t bytes = 0;

	if (!sysfs_read(daxplug, "proc/meminfo", text, sizeof(text)))
		parse_meminfo(text, "SwapFree", &bytes);
	return bytes;
}

static void add_up(const struct daxplug_device *device, uint64_t *online, uint64_t *must_move)
{
	uint64_t size = device->daxplug->block_size;
	unsigned int i;

	*online = 0;
	*must_move = 0;
	for (i = 0; i < device->counts.total; i++) {
		const struct block *block = &device->blocks[i];

		if (block->must_move < 0)
			continue;
		*online += size;
		*must_move += size / 10000 * block->must_move;
	}
}

int daxplug_device_forecast(struct daxplug_device *device, uint64_t *must_move, uint64_t *room)
{
	struct daxplug *daxplug = device->daxplug;
	uint64_t online, available, own;
	int err;

	err = daxplug_device_read_use(device);
	if (err)
		return err;
	if (available_on_nodes(daxplug, &available))
		return report_error(&daxplug->report, -ENODATA,
				    "cannot tell how much memory is free on each node");

	/* What the device itself has free, or could free, goes away with it. */
	add_up(device, &online, must_move);
	own = online - *must_move;
	*room = (available > own ? available - own : 0) + free_swap(daxplug);
	return 0;
}
