// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "grow.h"
#include "handle.h"
#include "parse.h"

const char *daxplug_version(void)
{
	return DAXPLUG_VERSION;
}

static void forget_devices(struct daxplug *daxplug)
{
	while (daxplug->count)
		device_unlist(daxplug->devices[--daxplug->count]);
	free(daxplug->devices);
	daxplug->devices = NULL;
}

static void free_handle(struct daxplug *daxplug)
{
	forget_devices(daxplug);
	orphans_forget(daxplug);
	close(daxplug->root);
	free(daxplug);
}

/* Takes ownership of @root, a descriptor, or -1 with errno set. */
static int make(int root, bool live, const struct system_ops *system, struct daxplug **daxplug)
{
	struct daxplug *new;

	if (root < 0)
		return -errno;
	new = calloc(1, sizeof(*new));
	if (!new) {
		close(root);
		return -ENOMEM;
	}
	new->refs = 1;
	new->free = free_handle;
	new->root = root;
	new->live = live;
	new->system = system;
	report_clear(&new->report);
	*daxplug = new;
	return 0;
}

int daxplug_new(const char *root, struct daxplug **daxplug)
{
	return make(open(root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), !root,
		    root ? &system_recorded : &system_live, daxplug);
}

/**
 * handle_copy() - create another handle of the same system, with its own
 * devices
 * @daxplug: the handle
 * @copy: set to the other handle, with one reference
 *
 * Return: 0; -ENOMEM; -EMFILE; -ENFILE.
 */
int handle_copy(const struct daxplug *daxplug, struct daxplug **copy)
{
	return make(fcntl(daxplug->root, F_DUPFD_CLOEXEC, 0), daxplug->live, daxplug->system, copy);
}

struct daxplug *daxplug_ref(struct daxplug *daxplug)
{
	daxplug->refs++;
	return daxplug;
}

void daxplug_unref(struct daxplug *daxplug)
{
	if (daxplug)
		handle_put(daxplug);
}

/* Whether a value is a power of two, and not smaller than a page. */
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

	/* The device has gone meanwhile, or the entry is not a device. */
	if (err == -ENODEV || err == -EINVAL)
		return 0;
	if (err)
		return err;
	err = append(daxplug, device);
	if (err)
		device_unlist(device);
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
	DIR *dir;
	int err = sysfs_open_dir(daxplug, DAX_DEVICES, &dir);

	if (err == -ENOENT)
		return 0;
	if (err)
		return err;
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

static int fail_scan(struct daxplug *daxplug, int err, const char *directory)
{
	char words[64];

	forget_devices(daxplug);
	orphans_forget(daxplug);
	return report_error(&daxplug->report, err, "cannot read /%s: %s", directory,
			    report_errno(err, words, sizeof(words)));
}

int daxplug_scan(struct daxplug *daxplug)
{
	unsigned int i;
	int err;

	report_clear(&daxplug->report);
	forget_devices(daxplug);
	read_block_size(daxplug);

	err = scan_directory(daxplug);
	if (err)
		return fail_scan(daxplug, err, DAX_DEVICES);
	err = orphans_read(daxplug);
	if (err)
		return fail_scan(daxplug, err, STRANDED);

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

	if (!device->listed || device->index + 1 >= daxplug->count)
		return NULL;
	return daxplug->devices[device->index + 1];
}

struct daxplug_device *daxplug_find(struct daxplug *daxplug, const char *name)
{
	unsigned int i;

	for (i = 0; i < daxplug->count; i++)
		if (!strcmp(daxplug->devices[i]->name, name))
			return daxplug->devices[i];
	return NULL;
}

const char *daxplug_message(const struct daxplug *daxplug)
{
	return daxplug->report.message;
}

const char *daxplug_hint(const struct daxplug *daxplug)
{
	return daxplug->report.hint;
}
