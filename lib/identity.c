// SPDX-License-Identifier: LGPL-2.1-or-later
/* The parent of a device: a namespace of persistent memory, or CXL expanders. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

#define CXL_DEVICES "sys/bus/cxl/devices"
#define ND_DEVICES "sys/bus/nd/devices"

/* Finds the nd device above a DAX device, which was created from a namespace. */
static bool find_nd_device(const struct daxplug_device *device, char *name, size_t size)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX], *slash;

	device_path(device, "", path);
	if (sysfs_read_link(device->daxplug, path, target, sizeof(target)))
		return false;
	slash = strrchr(target, '/');
	if (slash)
		*slash = '\0';
	return snprintf(name, size, "%s", parse_base_name(target)) < (int)size;
}

static void read_nd_file(const struct daxplug_device *device, const char *nd_device,
			 const char *file, char *value, size_t size)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), ND_DEVICES "/%s/%s", nd_device, file);
	if (sysfs_read(device->daxplug, path, value, size))
		*value = '\0';
}

/*
 * The nd device has its own UUID, from the superblock on the medium, which is the UUID that the
 * driver, daxctl.conf and "ndctl list" use. The UUID of the namespace is ndctl's raw_uuid.
 */
static void read_namespace(struct daxplug_device *device)
{
	struct identity *identity = &device->identity;
	char name[32];

	if (!find_nd_device(device, name, sizeof(name)))
		return;
	read_nd_file(device, name, "namespace", identity->namespace, sizeof(identity->namespace));
	read_nd_file(device, name, "uuid", identity->uuid, sizeof(identity->uuid));
}

static void add_serial(struct identity *identity, uint64_t serial)
{
	unsigned int i;

	for (i = 0; i < identity->serial_count; i++)
		if (identity->serials[i] == serial)
			return;
	identity->serials[identity->serial_count++] = serial;
}

/* Each target of a region is a decoder of an endpoint, whose uport is an expander. */
static void read_serials(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], decoder[32];
	uint64_t serial;
	unsigned int i;

	for (i = 0; i < MOST_SERIALS; i++) {
		snprintf(path, sizeof(path), CXL_DEVICES "/%s/target%u", device->region_name, i);
		if (sysfs_read(device->daxplug, path, decoder, sizeof(decoder)) || !*decoder)
			return;
		snprintf(path, sizeof(path), CXL_DEVICES "/%s/../uport/serial", decoder);
		if (!sysfs_read_number(device->daxplug, path, &serial))
			add_serial(&device->identity, serial);
	}
}

/* Reads the identity of a device whose kind and parent are known. */
void identity_read(struct daxplug_device *device)
{
	device->identity = (struct identity){ 0 };
	if (device->kind == DAXPLUG_KIND_PMEM)
		read_namespace(device);
	if (device->kind == DAXPLUG_KIND_CXL)
		read_serials(device);
}
