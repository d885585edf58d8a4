/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How sysfs is read and written, and how a device gets its driver. */
#ifndef DAXPLUG_SYSTEM_H
#define DAXPLUG_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daxplug;

/* One page: an attribute of sysfs is never longer. */
#define ATTRIBUTE_SIZE 4096
#define SYSFS_PATH_SIZE 160

#define DAX_DEVICES "sys/bus/dax/devices"
#define MEMORY_BLOCKS "sys/devices/system/memory"

/**
 * struct system_ops - all that changes the system
 * @write: write a text to a file of sysfs, in one write
 * @bind: bind a device without a driver to kmem
 * @unbind: unbind a device from kmem
 *
 * All return 0 or a negative errno.
 */
struct system_ops {
	int (*write)(struct daxplug *daxplug, const char *path, const char *text);
	int (*bind)(struct daxplug *daxplug, const char *device);
	int (*unbind)(struct daxplug *daxplug, const char *device);
};

extern const struct system_ops system_live;
extern const struct system_ops system_recorded;

int sysfs_open(const struct daxplug *daxplug, const char *path, int flags);
int sysfs_read(const struct daxplug *daxplug, const char *path, char *text, size_t size);
int sysfs_read_number(const struct daxplug *daxplug, const char *path, uint64_t *number);
int sysfs_read_link(const struct daxplug *daxplug, const char *path, char *target, size_t size);
bool sysfs_is_short(int err);
bool sysfs_exists(const struct daxplug *daxplug, const char *path);
int sysfs_may_write(const struct daxplug *daxplug, const char *path);
int sysfs_write(struct daxplug *daxplug, const char *path, const char *text);

int mode_bind(struct daxplug *daxplug, const char *device);
int mode_unbind(struct daxplug *daxplug, const char *device);

#endif /* DAXPLUG_SYSTEM_H */
