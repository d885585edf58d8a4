// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The needs of a plug: a node, a driver, page structs, and enough kernel memory for the movable
 * memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "forecast.h"
#include "handle.h"
#include "memmap.h"
#include "node.h"
#include "parse.h"

/* The highest ratio of movable to other memory that the kernel's documentation considers safe. */
#define MOST_MOVABLE 4

static void find_node(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	if (device->node_known && device->target_node < 0)
		find(forecast, "no-node", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_NODE, device,
		     "update the firmware: its SRAT must assign it a NUMA node",
		     "firmware gave it no NUMA node, so the kernel cannot use it as memory");
}

/* Adds a finding if a device has to be bound to kmem, and that driver is missing. */
static void find_driver(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	char words[64];
	int err;

	if (device->mode != DAXPLUG_MODE_DISABLED ||
	    (forecast->action == DAXPLUG_ACTION_UNPLUG && !device->counts.present))
		return;
	err = mode_can_bind(forecast->daxplug);
	if (err == -ENOENT)
		find(forecast, "no-driver", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_DRIVER,
		     device, NO_DRIVER_REMEDY, NO_DRIVER_TEXT);
	else if (err)
		find(forecast, "driver-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     device, "", "cannot tell whether there is a kmem driver: %s",
		     report_errno(err, words, sizeof(words)));
}

/**
 * forecast_driver() - find the devices that no driver can take
 * @forecast: the forecast
 */
void forecast_driver(struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		find_driver(forecast, forecast->parts[i].device);
}

static void find_state(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	char remedy[96];

	if (forecast->action != DAXPLUG_ACTION_PLUG || device->state == forecast->state ||
	    device->state == DAXPLUG_STATE_UNPLUGGED || device->state == DAXPLUG_STATE_OFFLINE ||
	    device->state == DAXPLUG_STATE_UNKNOWN)
		return;
	snprintf(remedy, sizeof(remedy), "daxplug replug %s", device->name);
	find(forecast, "state", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_STATE, device, remedy,
	     "it is %s, and must be unplugged first", daxplug_state_name(device->state));
}

static void find_unusable(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	uint64_t unusable = daxplug_device_unusable(device);
	char lost[32], size[32];

	if (!unusable)
		return;
	find(forecast, "alignment", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, device, "",
	     "%s at the ends of its ranges fill no memory block of %s and stay unused",
	     forecast_size(unusable, lost, sizeof(lost)),
	     forecast_size(device->daxplug->block_size, size, sizeof(size)));
}

/* Whether a kmem driver is loaded that cannot keep bad blocks out of use. */
static bool driver_uses_bad_blocks(const struct daxplug *daxplug)
{
	return !sysfs_find(daxplug, KMEM_DRIVER) && badblocks_can_report(daxplug) == -ENOENT;
}

static void find_bad_blocks(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	char size[32], words[64];
	uint64_t bytes;
	int err = badblocks_size(device, &bytes);

	if (err)
		find(forecast, "bad-blocks-unknown", DAXPLUG_SEVERITY_UNSURE,
		     DAXPLUG_REASON_UNREADABLE, device, "",
		     "cannot tell which of its blocks are bad: %s",
		     report_errno(err, words, sizeof(words)));
	else if (bytes && driver_uses_bad_blocks(device->daxplug))
		find(forecast, "bad-blocks", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN,
		     device,
		     "use daxplug's driver, on a kernel with CONFIG_MEMORY_FAILURE: the driver "
		     "keeps them out of use",
		     "%s of it are known to be bad, and will be used",
		     forecast_size(bytes, size, sizeof(size)));
}

/* Whether the driver may find that page structs on the device would be in a faulty page. */
static bool may_be_faulty(const struct daxplug_device *device)
{
	uint64_t bytes;

	return device->words.pages_poisoned > 0 || badblocks_size(device, &bytes) || bytes;
}

/**
 * struct other_memory - the bytes of page structs that would not be on the devices
 * @known: those of devices for which this is a fact
 * @possible: these, and those of devices for which it cannot be told
 */
struct other_memory {
	uint64_t known;
	uint64_t possible;
};

/* Adds the bytes of page structs that a device needs, and where the kernel puts them. */
static void add_page_structs(struct daxplug_forecast *forecast, const struct part *part,
			     struct other_memory *other)
{
	const struct daxplug_device *device = part->device;
	unsigned int absent = device->counts.total - device->counts.present;
	uint64_t bytes = memmap_size(absent * device->daxplug->block_size);
	int on_device = memmap_in_effect(device);

	/* The driver keeps them elsewhere if they would be in one of these pages. */
	if (on_device == 1 && may_be_faulty(device))
		on_device = -1;
	if (!device->counts.total)
		forecast->page_structs = -1;
	if (forecast->page_structs >= 0)
		forecast->page_structs += bytes;
	/* A kernel without the attribute never keeps them on the device. */
	if (on_device == 0 || (device->memmap_wanted < 0 && !device->memmap_error))
		other->known += bytes;
	if (on_device != 1)
		other->possible += bytes;
	if (part == forecast->parts)
		forecast->page_structs_on_device = on_device;
	else if (forecast->page_structs_on_device != on_device)
		forecast->page_structs_on_device = -1;
}

/* Sums the figures of all nodes; returns false if some cannot be read. */
static bool read_room(const struct daxplug *daxplug, struct node_room *sum)
{
	int err, more = 0;
	char *zoneinfo = node_zoneinfo(daxplug, &err), list[ATTRIBUTE_SIZE];
	const char *rest = list;
	unsigned int node, last;
	bool known = zoneinfo && !sysfs_read(daxplug, NODES "/has_memory", list, sizeof(list));

	*sum = (struct node_room){ 0 };
	while (known && (more = parse_list_next(&rest, &node, &last)) == 1) {
		for (; known && node <= last; node++) {
			struct node_room room;

			known = !node_room(daxplug, zoneinfo, node, &room);
			sum->kernel_free += room.kernel_free;
			sum->cache += room.cache;
			sum->movable += room.movable;
			sum->kernel += room.kernel;
		}
	}
	free(zoneinfo);
	return known && !more;
}

static uint64_t to_come(const struct daxplug_forecast *forecast)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		bytes += forecast->parts[i].device->counts.total * forecast->daxplug->block_size -
			 forecast->parts[i].online;
	return bytes;
}

static void find_ratio(struct daxplug_forecast *forecast, const struct node_room *room)
{
	uint64_t movable = room->movable + to_come(forecast);
	char has[32], kernel[32];

	if (forecast->state != DAXPLUG_STATE_ONLINE_MOVABLE || !room->kernel ||
	    movable / MOST_MOVABLE <= room->kernel)
		return;
	find(forecast, "zone-ratio", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN, NULL, "",
	     "%s would be in ZONE_MOVABLE and only %s in kernel zones: the kernel may run out of "
	     "memory for itself while much is free",
	     forecast_size(movable, has, sizeof(has)),
	     forecast_size(room->kernel, kernel, sizeof(kernel)));
}

/* @room is what the kernel can allocate for them without swapping. */
static void find_page_structs(struct daxplug_forecast *forecast, const struct other_memory *other,
			      uint64_t room)
{
	bool known = other->known > room;
	char need[32], has[32];

	if (other->possible <= room)
		return;
	find(forecast, "page-structs", known ? DAXPLUG_SEVERITY_ERROR : DAXPLUG_SEVERITY_UNSURE,
	     known ? DAXPLUG_REASON_NO_MEMORY : DAXPLUG_REASON_UNREADABLE, NULL,
	     "free memory, or boot with memory_hotplug.memmap_on_memory=1",
	     "its page structs %s %s of other memory, and %s outside of ZONE_MOVABLE is free or "
	     "easily freed",
	     known ? "take" : "may take",
	     forecast_size(known ? other->known : other->possible, need, sizeof(need)),
	     forecast_size(room, has, sizeof(has)));
}

/**
 * forecast_plug() - find the memory that a plug of the devices needs
 * @forecast: the forecast
 */
void forecast_plug(struct daxplug_forecast *forecast)
{
	struct other_memory other = { 0 };
	struct node_room room;
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		find_node(forecast, forecast->parts[i].device);
		find_state(forecast, forecast->parts[i].device);
		find_unusable(forecast, forecast->parts[i].device);
		find_bad_blocks(forecast, forecast->parts[i].device);
		add_page_structs(forecast, &forecast->parts[i], &other);
	}
	if (!other.possible && forecast->state != DAXPLUG_STATE_ONLINE_MOVABLE)
		return;
	if (!read_room(forecast->daxplug, &room)) {
		find(forecast, "room-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     NULL, "",
		     "cannot tell how much memory is free for page structs, and how much is in "
		     "kernel zones");
		return;
	}
	find_ratio(forecast, &room);
	find_page_structs(forecast, &other, room.kernel_free + room.cache);
}
