// SPDX-License-Identifier: LGPL-2.1-or-later
/* The parent of a device: a namespace of persistent memory, or CXL expanders. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

#define CXL_DEVICES "sys/bus/cxl/devices"
#define ND_DEVICES "sys/bus/nd/devices"

/* Finds the nd device above a DAX device, which was created from a namespace. */
static int find_nd_device(const struct daxplug_device *device, char *name, size_t size)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX], *slash;
	int err;

	device_path(device, "", path);
	err = sysfs_read_link(device->daxplug, path, target, sizeof(target));
	if (err)
		return err;
	slash = strrchr(target, '/');
	if (slash)
		*slash = '\0';
	return snprintf(name, size, "%s", parse_base_name(target)) < (int)size ? 0 : -ENAMETOOLONG;
}

/* Empties @value on an error. Returns 0 if there is no such file. */
static int read_nd_file(const struct daxplug_device *device, const char *nd_device,
			const char *file, char *value, size_t size)
{
	char path[SYSFS_PATH_SIZE];
	int err;

	snprintf(path, sizeof(path), ND_DEVICES "/%s/%s", nd_device, file);
	err = sysfs_read(device->daxplug, path, value, size);
	if (err)
		*value = '\0';
	return err == -ENOENT ? 0 : err;
}

/*
 * The nd device has its own UUID, from the superblock on the medium, which is the UUID that the
 * driver, daxctl.conf and "ndctl list" use. The UUID of the namespace is ndctl's raw_uuid.
 */
static int read_namespace(struct daxplug_device *device)
{
	struct identity *identity = &device->identity;
	char name[32];
	int err = find_nd_device(device, name, sizeof(name));

	if (err)
		return err;
	read_nd_file(device, name, "namespace", identity->namespace, sizeof(identity->namespace));
	return read_nd_file(device, name, "uuid", identity->uuid, sizeof(identity->uuid));
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
static int read_serial(struct daxplug_device *device, const char *decoder)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t serial;
	int err;

	snprintf(path, sizeof(path), CXL_DEVICES "/%s/../uport/serial", decoder);
	err = sysfs_read_number(device->daxplug, path, &serial);
	if (!err)
		add_serial(&device->identity, serial);
	return err == -ENOENT ? 0 : err;
}

/* Reads as many serial numbers as possible. Returns the first error. */
static int read_serials(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], decoder[32];
	int err, first = 0;
	unsigned int i;

	for (i = 0; i < MOST_SERIALS; i++) {
		snprintf(path, sizeof(path), CXL_DEVICES "/%s/target%u", device->region_name, i);
		err = sysfs_read(device->daxplug, path, decoder, sizeof(decoder));
		if (err == -ENOENT || (!err && !*decoder))
			break;
		if (!err)
			err = read_serial(device, decoder);
		if (!first)
			first = err;
	}
	return first;
}

/*
 * Reads the identity of a device after its kind and parent. If these are unknown, so is the
 * identity.
 */
void identity_read(struct daxplug_device *device)
{
	struct identity *identity = &device->identity;

	*identity = (struct identity){
		.uuid_error = device->place_error,
		.serials_error = device->place_error,
	};
	if (device->kind == DAXPLUG_KIND_PMEM)
		identity->uuid_error = read_namespace(device);
	if (device->kind == DAXPLUG_KIND_CXL)
		identity->serials_error = read_serials(device);
}
