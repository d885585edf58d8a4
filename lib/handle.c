// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "grow.h"
#include "handle.h"
#include "parse.h"

int daxplug_open(const char *root, struct daxplug **daxplug)
{
	struct daxplug *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->root = open(root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new->root < 0) {
		int err = -errno;

		free(new);
		return err;
	}

	new->live = !root;
	new->system = root ? &system_recorded : &system_live;
	new->timeout = -1;
	new->cancel_fd = -1;
	report_clear(&new->report);
	*daxplug = new;
	return 0;
}

static void forget_devices(struct daxplug *daxplug)
{
	while (daxplug->count)
		device_free(daxplug->devices[--daxplug->count]);
	free(daxplug->devices);
	daxplug->devices = NULL;
}

void daxplug_close(struct daxplug *daxplug)
{
	if (!daxplug)
		return;
	forget_devices(daxplug);
	close(daxplug->root);
	free(daxplug);
}

/* A power of two, and no smaller than a page can be. */
static bool is_block_size(uint64_t size)
{
	return size >= 4096 && !(size & (size - 1));
}

static void read_block_size(struct daxplug *daxplug)
{
	char text[64];
	uint64_t size;

	daxplug->block_size = 0;
	if (!sysfs_read(daxplug, MEMORY_BLOCKS "/block_size_bytes", text, sizeof(text)) &&
	    !parse_hex(text, &size) && is_block_size(size))
		daxplug->block_size = size;
}

static int append(struct daxplug *daxplug, struct daxplug_device *device)
{
	struct daxplug_device **grown;

	grown = grow(daxplug->devices, daxplug->count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	daxplug->devices = grown;
	daxplug->devices[daxplug->count++] = device;
	return 0;
}

static int add_device(struct daxplug *daxplug, const char *name)
{
	struct daxplug_device *device;
	int err = device_new(daxplug, name, &device);

	/* It has gone meanwhile, or the file is none of a device. */
	if (err == -ENODEV || err == -EINVAL)
		return 0;
	if (err)
		return err;
	err = append(daxplug, device);
	if (err)
		device_free(device);
	return err;
}

static int add_devices(struct daxplug *daxplug, DIR *dir)
{
	struct dirent *entry;
	int err = 0;

	while (!err) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (strlen(entry->d_name) < DEVICE_NAME_SIZE)
			err = add_device(daxplug, entry->d_name);
	}

	return err;
}

static int scan_directory(struct daxplug *daxplug)
{
	int fd = sysfs_open(daxplug, DAX_DEVICES, O_RDONLY | O_DIRECTORY);
	DIR *dir;
	int err;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	err = add_devices(daxplug, dir);
	closedir(dir);
	return err;
}

static int by_number(const void *left, const void *right)
{
	const struct daxplug_device *a = *(struct daxplug_device *const *)left;
	const struct daxplug_device *b = *(struct daxplug_device *const *)right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	return (a->instance > b->instance) - (a->instance < b->instance);
}

int daxplug_scan(struct daxplug *daxplug)
{
	unsigned int i;
	int err;

	report_clear(&daxplug->report);
	forget_devices(daxplug);
	read_block_size(daxplug);

	err = scan_directory(daxplug);
	if (err) {
		char words[64];

		forget_devices(daxplug);
		return report_error(&daxplug->report, err, "cannot read /%s: %s", DAX_DEVICES,
				    report_errno(err, words, sizeof(words)));
	}

	if (daxplug->count)
		qsort(daxplug->devices, daxplug->count, sizeof(*daxplug->devices), by_number);
	for (i = 0; i < daxplug->count; i++)
		daxplug->devices[i]->index = i;
	return 0;
}

struct daxplug_device *daxplug_first(struct daxplug *daxplug)
{
	return daxplug->count ? daxplug->devices[0] : NULL;
}

struct daxplug_device *daxplug_next(struct daxplug_device *device)
{
	struct daxplug *daxplug = device->daxplug;

	return device->index + 1 < daxplug->count ? daxplug->devices[device->index + 1] : NULL;
}

struct daxplug_device *daxplug_find(struct daxplug *daxplug, const char *name)
{
	unsigned int i;

	for (i = 0; i < daxplug->count; i++)
		if (!strcmp(daxplug->devices[i]->name, name))
			return daxplug->devices[i];
	return NULL;
}

void daxplug_set_timeout(struct daxplug *daxplug, int64_t timeout)
{
	daxplug->timeout = timeout;
}

void daxplug_set_cancel_fd(struct daxplug *daxplug, int fd)
{
	daxplug->cancel_fd = fd;
}

void daxplug_set_progress(struct daxplug *daxplug, daxplug_progress *progress, void *data)
{
	daxplug->progress = progress;
	daxplug->progress_data = data;
}
