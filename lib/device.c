// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

/* The path of an attribute of a device, relative to the root; @path has SYSFS_PATH_SIZE. */
void device_path(const struct daxplug_device *device, const char *attribute, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, DAX_DEVICES "/%s%s%s", device->name, *attribute ? "/" : "",
		 attribute);
}

static uint64_t read_size(const struct daxplug_device *device, const char *attribute)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number = 0;

	device_path(device, attribute, path);
	sysfs_read_number(device->daxplug, path, &number);
	return number;
}

/* A number that is never negative, or -1: a node of -1 reads so, and is none. */
static int read_small(const struct daxplug_device *device, const char *attribute)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number;

	device_path(device, attribute, path);
	if (sysfs_read_number(device->daxplug, path, &number) || number > INT_MAX)
		return -1;
	return number;
}

static void read_place(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX];

	device->kind = DAXPLUG_KIND_UNKNOWN;
	device->region_name[0] = '\0';
	device_path(device, "", path);
	if (sysfs_read_link(device->daxplug, path, target, sizeof(target)))
		return;
	device->kind = parse_kind(target);
	parse_parent(target, device->region_name, sizeof(device->region_name));
}

static enum daxplug_mode read_mode(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX];
	const char *driver;

	device_path(device, "driver", path);
	if (sysfs_read_link(device->daxplug, path, target, sizeof(target)))
		return DAXPLUG_MODE_DISABLED;
	driver = parse_base_name(target);
	if (!strcmp(driver, "kmem"))
		return DAXPLUG_MODE_SYSTEM_RAM;
	return strcmp(driver, "device_dax") ? DAXPLUG_MODE_OTHER : DAXPLUG_MODE_DEVDAX;
}

static enum daxplug_state read_word(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], word[64];
	enum dax_state state;

	device_path(device, "state", path);
	if (sysfs_read(device->daxplug, path, word, sizeof(word)) ||
	    !dax_state_parse(word, strlen(word), &state))
		return DAXPLUG_STATE_UNKNOWN;
	return (enum daxplug_state)state;
}

/*
 * Our driver's word is the truth. Upstream's is the last one written: that it
 * was "online" is worth knowing if all blocks still are, the rest is not.
 */
static enum daxplug_state state_of(const struct daxplug_device *device)
{
	if (device->backend == DAXPLUG_BACKEND_STATE && device->word != DAXPLUG_STATE_UNKNOWN)
		return device->word;
	if (!device->counts.total)
		return DAXPLUG_STATE_UNKNOWN;
	return (enum daxplug_state)dax_state_of(&device->counts,
						device->word == DAXPLUG_STATE_ONLINE);
}

static int read_blocks(struct daxplug_device *device)
{
	int err = ranges_read(device);

	if (sysfs_is_short(err))
		return err;
	err = blocks_find(device);
	return err ? err : blocks_read(device);
}

static void read_attributes(struct daxplug_device *device)
{
	read_place(device);
	device->size = read_size(device, "size");
	device->align = read_size(device, "align");
	device->target_node = read_small(device, "target_node");
	device->numa_node = read_small(device, "numa_node");
	device->memmap_on_memory = read_small(device, "memmap_on_memory");
}

/**
 * device_read() - read all of a device
 * @device: the device
 *
 * Return: 0; -ENODEV if it has gone, with nothing changed; -EMFILE, -ENFILE or -ENOMEM.
 */
int device_read(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];
	int err;

	device_path(device, "", path);
	if (!sysfs_exists(device->daxplug, path))
		return -ENODEV;

	read_attributes(device);
	err = read_blocks(device);
	if (err)
		return err;

	device->mode = read_mode(device);
	device->word = DAXPLUG_STATE_UNKNOWN;
	if (device->mode == DAXPLUG_MODE_SYSTEM_RAM)
		device->word = read_word(device);
	device->backend = backend_of(device);
	device->state = state_of(device);
	return 0;
}

/**
 * device_new() - a device by its name, read
 * @daxplug: the handle
 * @name: its name
 * @device: where it goes
 *
 * Return: 0; -EINVAL if no device has such a name; or an error of device_read().
 */
int device_new(struct daxplug *daxplug, const char *name, struct daxplug_device **device)
{
	struct daxplug_device *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->daxplug = daxplug;
	new->tier = -1;
	snprintf(new->name, sizeof(new->name), "%s", name);
	err = parse_device_name(new->name, &new->region, &new->instance);
	if (!err)
		err = device_read(new);
	if (err)
		device_free(new);
	else
		*device = new;
	return err;
}

void device_free(struct daxplug_device *device)
{
	free(device->ranges);
	free(device->blocks);
	free(device);
}

int daxplug_device_refresh(struct daxplug_device *device)
{
	struct report *report = &device->daxplug->report;
	int err = device_read(device);
	char words[64];

	report_clear(report);
	if (err == -ENODEV)
		report_error(report, err, "%s: the device has gone", device->name);
	else if (err)
		report_error(report, err, "%s: cannot be read: %s", device->name,
			     report_errno(err, words, sizeof(words)));
	return err;
}

const char *daxplug_device_name(const struct daxplug_device *device)
{
	return device->name;
}

unsigned int daxplug_device_region(const struct daxplug_device *device)
{
	return device->region;
}

const char *daxplug_device_region_name(const struct daxplug_device *device)
{
	return device->region_name;
}

enum daxplug_kind daxplug_device_kind(const struct daxplug_device *device)
{
	return device->kind;
}

enum daxplug_mode daxplug_device_mode(const struct daxplug_device *device)
{
	return device->mode;
}

enum daxplug_backend daxplug_device_backend(const struct daxplug_device *device)
{
	return device->backend;
}

enum daxplug_state daxplug_device_state(const struct daxplug_device *device)
{
	return device->state;
}

uint64_t daxplug_device_size(const struct daxplug_device *device)
{
	return device->size;
}

uint64_t daxplug_device_align(const struct daxplug_device *device)
{
	return device->align;
}

int daxplug_device_target_node(const struct daxplug_device *device)
{
	return device->target_node;
}

int daxplug_device_numa_node(const struct daxplug_device *device)
{
	return device->numa_node;
}

int daxplug_device_tier(const struct daxplug_device *device)
{
	return device->tier;
}

int daxplug_device_memmap_on_memory(const struct daxplug_device *device)
{
	return device->memmap_on_memory;
}

unsigned int daxplug_device_ranges(const struct daxplug_device *device)
{
	return device->range_count;
}

uint64_t daxplug_range_start(const struct daxplug_device *device, unsigned int range)
{
	return device->ranges[range].start;
}

uint64_t daxplug_range_end(const struct daxplug_device *device, unsigned int range)
{
	return device->ranges[range].end;
}

uint64_t daxplug_range_page_offset(const struct daxplug_device *device, unsigned int range)
{
	return device->ranges[range].page_offset;
}
