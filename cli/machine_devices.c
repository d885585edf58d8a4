// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings about DAX devices and orphaned memory. */
#include <stdio.h>

#include "machine.h"
#include "text.h"

static void look_at_node(struct findings *findings, const struct daxplug_device *device)
{
	if (daxplug_device_target_node(device) == -1)
		findings_add(findings, "no-node", DAXPLUG_SEVERITY_ERROR, AT_DEVICE(device),
			     "add the device's addresses to the firmware's SRAT or CEDT table",
			     "firmware gave the device no NUMA node, so kmem will refuse it");
}

static void look_at_zones(struct findings *findings, const struct daxplug_device *device)
{
	unsigned int online = daxplug_device_blocks_online(device);
	unsigned int movable = daxplug_device_blocks_movable(device);
	char remedy[64];

	if (online <= movable || daxplug_device_blocks_unknown(device))
		return;
	snprintf(remedy, sizeof(remedy), "daxplug replug --movable %s",
		 daxplug_device_name(device));
	findings_add(findings, "online-in-kernel-zone", DAXPLUG_SEVERITY_WARNING, AT_DEVICE(device),
		     remedy,
		     "%u of %u memory blocks are online in a kernel zone and may never be taken "
		     "back",
		     online - movable, online);
}

static void look_at_capacity(struct findings *findings, const struct daxplug_device *device)
{
	uint64_t lost = daxplug_device_unusable(device);
	char size[TEXT_SIZE], block[TEXT_SIZE];

	if (!lost)
		return;
	text_size(lost, false, size);
	text_size(daxplug_device_block_size(device), false, block);
	findings_add(findings, "alignment-loss", DAXPLUG_SEVERITY_INFO, AT_DEVICE(device), "",
		     "%s at the ends of its ranges fill no memory block of %s and stay unused",
		     size, block);
}

static void look_at_page_structs(struct findings *findings, const struct daxplug_device *device)
{
	if (daxplug_device_memmap_wanted(device) == 1 &&
	    daxplug_device_memmap_on_memory(device) == 0)
		findings_add(findings, "memmap-not-on-memory", DAXPLUG_SEVERITY_INFO,
			     AT_DEVICE(device), "boot with memory_hotplug.memmap_on_memory=1",
			     "the device asks for its page structs on its own memory, but the "
			     "kernel takes them from other nodes");
}

static void look_at_state(struct findings *findings, const struct daxplug_device *device)
{
	if (daxplug_device_mode(device) == DAXPLUG_MODE_SYSTEM_RAM &&
	    daxplug_device_state(device) == DAXPLUG_STATE_UNKNOWN)
		findings_add(findings, "state-unknown", DAXPLUG_SEVERITY_UNSURE, AT_DEVICE(device),
			     "run daxplug as root", "the state of its memory cannot be read");
	if (daxplug_device_pages_poisoned(device) > 0)
		findings_add(findings, "poisoned-pages", DAXPLUG_SEVERITY_WARNING,
			     AT_DEVICE(device), "", "pages with a hardware fault: %lld",
			     (long long)daxplug_device_pages_poisoned(device));
}

static void look_at_orphan(struct findings *findings, const struct daxplug_orphan *orphan)
{
	bool quarantined = daxplug_orphan_quarantined(orphan) > 0;
	char remedy[96], size[TEXT_SIZE];

	text_size(daxplug_orphan_end(orphan) - daxplug_orphan_start(orphan) + 1, false, size);
	snprintf(remedy, sizeof(remedy), "daxplug reclaim %s", daxplug_orphan_name(orphan));
	findings_add(findings, "orphaned-memory", DAXPLUG_SEVERITY_WARNING, NO_PLACE, remedy,
		     "%s of memory at %s belongs to no device%s", size, daxplug_orphan_name(orphan),
		     quarantined ? ", and none will take them over" : "");
}

/* Adds the findings about each device and each orphaned range. */
void machine_devices(struct findings *findings, struct daxplug *daxplug)
{
	struct daxplug_device *device;
	struct daxplug_orphan *orphan;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		look_at_node(findings, device);
		look_at_state(findings, device);
		look_at_zones(findings, device);
		look_at_capacity(findings, device);
		look_at_page_structs(findings, device);
	}
	for (orphan = daxplug_orphan_first(daxplug); orphan; orphan = daxplug_orphan_next(orphan))
		look_at_orphan(findings, orphan);
}
