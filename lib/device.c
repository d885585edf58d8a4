// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reads a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

static uint64_t read_size(const struct daxplug_device *device, const char *attribute)
{
	int64_t size = device_read_count(device, attribute);

	return size < 0 ? 0 : size;
}

static int read_small(const struct daxplug_device *device, const char *attribute)
{
	int64_t number = device_read_count(device, attribute);

	return number > INT_MAX ? -1 : number;
}

/* target_node reads -1 if firmware gave the device no node. */
static void read_target_node(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], text[32];

	device_path(device, "target_node", path);
	device->target_node = read_small(device, "target_node");
	device->node_known =
		device->target_node >= 0 ||
		(!sysfs_read(device->daxplug, path, text, sizeof(text)) && !strcmp(text, "-1"));
}

static void read_place(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX];

	device->kind = DAXPLUG_KIND_UNKNOWN;
	device->region_name[0] = '\0';
	device_path(device, "", path);
	device->place_error = sysfs_read_link(device->daxplug, path, target, sizeof(target));
	if (device->place_error)
		return;
	device->kind = parse_kind(target);
	parse_parent(target, device->region_name, sizeof(device->region_name));
}

static enum daxplug_mode mode_of(const char *driver)
{
	static const struct {
		const char *driver;
		enum daxplug_mode mode;
	} modes[] = {
		{ "kmem", DAXPLUG_MODE_SYSTEM_RAM },
		{ "device_dax", DAXPLUG_MODE_DEVDAX },
		{ "fsdev_dax", DAXPLUG_MODE_FAMFS },
	};
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(driver, modes[i].driver))
			return modes[i].mode;
	return DAXPLUG_MODE_OTHER;
}

static void read_mode(struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], target[PATH_MAX];
	int err;

	device->driver[0] = '\0';
	device->mode = DAXPLUG_MODE_UNKNOWN;
	device_path(device, "driver", path);
	err = sysfs_read_link(device->daxplug, path, target, sizeof(target));
	if (err == -ENOENT)
		device->mode = DAXPLUG_MODE_DISABLED;
	if (err)
		return;
	snprintf(device->driver, sizeof(device->driver), "%.*s", (int)sizeof(device->driver) - 1,
		 parse_base_name(target));
	device->mode = mode_of(device->driver);
}

static enum daxplug_state read_word(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], word[64];

	device_path(device, "state", path);
	if (sysfs_read(device->daxplug, path, word, sizeof(word)))
		return DAXPLUG_STATE_UNKNOWN;
	return parse_state(word);
}

/*
 * The state file of daxplug's driver has the true state. That of Linux's own driver repeats the
 * last word written, of which only "online" is useful, if all blocks are still online.
 */
static enum daxplug_state state_of(const struct daxplug_device *device)
{
	if (device->backend == DAXPLUG_BACKEND_STATE && device->word != DAXPLUG_STATE_UNKNOWN)
		return device->word;
	if (!device->counts.total || device->unknown)
		return DAXPLUG_STATE_UNKNOWN;
	return state_from_core(dax_state_of(&device->counts, device->word == DAXPLUG_STATE_ONLINE));
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
	read_target_node(device);
	device->size = read_size(device, "size");
	device->align = read_size(device, "align");
	device->numa_node = read_small(device, "numa_node");
	device->memmap_error =
		device_read_setting(device, "memmap_on_memory", &device->memmap_wanted);
	if (device->memmap_wanted > 1) {
		device->memmap_wanted = -1;
		device->memmap_error = -ERANGE;
	}
	identity_read(device);
	rating_read(device);
}

/* Makes the state, the driver and the blocks of a device unknown. */
void device_forget(struct daxplug_device *device)
{
	device->mode = DAXPLUG_MODE_UNKNOWN;
	device->driver[0] = '\0';
	device->backend = DAXPLUG_BACKEND_UNKNOWN;
	device->word = DAXPLUG_STATE_UNKNOWN;
	device->state = DAXPLUG_STATE_UNKNOWN;
	device->counts = (struct dax_block_counts){ 0 };
	device->unknown = 0;
}

static int read_all(struct daxplug_device *device)
{
	int err;

	read_attributes(device);
	err = read_blocks(device);
	if (err)
		return err;

	read_mode(device);
	device->backend = backend_of(device);
	device->word = DAXPLUG_STATE_UNKNOWN;
	if (device->mode == DAXPLUG_MODE_SYSTEM_RAM)
		device->word = read_word(device);
	words_read(device);
	device->state = state_of(device);
	return 0;
}

/**
 * device_find() - test whether a device still exists
 * @device: the device
 *
 * Return: 0; -ENODEV if it has gone, even if another device has its name; or another negative errno
 * if that is unknown.
 */
int device_find(struct daxplug_device *device)
{
	ino_t inode = device->inode;
	char path[SYSFS_PATH_SIZE];
	int err;

	device_path(device, "", path);
	err = sysfs_read_inode(device->daxplug, path, &inode);
	if (err == -ENOENT || (device->inode && inode != device->inode))
		return -ENODEV;
	device->inode = inode;
	return err;
}

/**
 * device_read() - read all properties of a device
 * @device: the device
 *
 * Return: 0; -ENODEV if it has gone, as by device_find(), with nothing changed; -EMFILE, -ENFILE or
 * -ENOMEM, with its state, driver and blocks unknown.
 */
int device_read(struct daxplug_device *device)
{
	int err = device_find(device);

	if (err == -ENODEV)
		return err;
	if (!sysfs_is_short(err))
		err = read_all(device);
	if (err)
		device_forget(device);
	return err;
}

/* The message for a device that device_find() has found gone. */
const char *device_gone(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];

	device_path(device, "", path);
	return sysfs_find(device->daxplug, path)
		       ? "device no longer exists"
		       : "device no longer exists; another device has its name now";
}

static void free_device(struct daxplug_device *device)
{
	free(device->ranges);
	free(device->blocks);
	free(device);
}

/**
 * device_new() - create a device and read its properties
 * @daxplug: the handle
 * @name: its name
 * @device: set to the device, with the list's reference
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
	new->refs = 1;
	new->listed = true;
	new->tier = -1;
	snprintf(new->name, sizeof(new->name), "%s", name);
	err = parse_device_name(new->name, &new->region, &new->instance);
	if (!err)
		err = device_read(new);
	if (err)
		free_device(new);
	else
		*device = new;
	return err;
}

/* Drops the list's reference, which holds no reference to the handle. */
void device_unlist(struct daxplug_device *device)
{
	device->listed = false;
	if (!--device->refs)
		free_device(device);
}

struct daxplug_device *daxplug_device_ref(struct daxplug_device *device)
{
	device->refs++;
	device->daxplug->refs++;
	return device;
}

void daxplug_device_unref(struct daxplug_device *device)
{
	struct daxplug *daxplug;

	if (!device)
		return;
	daxplug = device->daxplug;
	if (!--device->refs)
		free_device(device);
	handle_put(daxplug);
}

int daxplug_device_refresh(struct daxplug_device *device)
{
	struct report *report = &device->daxplug->report;
	int err = device_read(device);
	char words[64];

	report_clear(report);
	if (err == -ENODEV)
		report_error(report, err, "%s: %s", device->name, device_gone(device));
	else if (err)
		report_error(report, err, "%s: cannot be read: %s", device->name,
			     report_errno(err, words, sizeof(words)));
	return err;
}
