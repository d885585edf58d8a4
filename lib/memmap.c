// SPDX-License-Identifier: LGPL-2.1-or-later
/* The place of a device's page structs. */
#include <string.h>

#include "device.h"
#include "handle.h"
#include "memmap.h"

/* The kernel has a struct page of STRUCT_PAGE bytes for each page. */
#define STRUCT_PAGE 64
#define PAGE 4096
#define PMD (UINT64_C(2) << 20)

/* Returns the size of the page structs for some memory, in bytes. */
uint64_t memmap_size(uint64_t memory)
{
	return memory / PAGE * STRUCT_PAGE;
}

/**
 * memmap_in_effect() - test whether a device's page structs will be on its own memory
 * @device: the device
 *
 * A device may ask for that, as all CXL devices do. The kernel does so only if it was booted with
 * memory_hotplug.memmap_on_memory, and the page structs of a block fill whole huge pages or the
 * value is "force".
 *
 * Return: 1 or 0; -1 if unknown.
 */
int memmap_in_effect(const struct daxplug_device *device)
{
	uint64_t size = device->daxplug->block_size;
	char granted[16];

	if (!device->memmap_wanted)
		return 0;
	if (sysfs_read(device->daxplug, "sys/module/memory_hotplug/parameters/memmap_on_memory",
		       granted, sizeof(granted)))
		return -1;
	if (!strcmp(granted, "N"))
		return 0;
	if (device->memmap_wanted < 0 || !size)
		return -1;
	return !strcmp(granted, "force") || memmap_size(size) % PMD == 0;
}
