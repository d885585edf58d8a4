/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes sysfs and proc, and binds devices to drivers. */
#ifndef DAXPLUG_SYSTEM_H
#define DAXPLUG_SYSTEM_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct daxplug;

/* One page, the maximum size of a sysfs attribute. */
#define ATTRIBUTE_SIZE 4096
#define SYSFS_PATH_SIZE 192

#define DAX_DEVICES "sys/bus/dax/devices"
#define KMEM_DRIVER "sys/bus/dax/drivers/kmem"
#define STRANDED KMEM_DRIVER "/stranded"
#define MEMORY_BLOCKS "sys/devices/system/memory"
#define NODES "sys/devices/system/node"

/* For a device that cannot be bound, for want of a driver. */
#define NO_DRIVER_TEXT "there is no kmem driver"
#define NO_DRIVER_REMEDY "install the module kmem (CONFIG_DEV_DAX_KMEM)"

/**
 * struct system_ops - the functions that change the system
 * @write: write a text to a file of sysfs, by one write(2)
 * @load: load a kernel module
 * @can_load: test whether there is a kernel module to load
 * @move_pages: as move_pages(2), with MPOL_MF_MOVE_ALL; if @nodes is NULL, only query where the
 *	pages are
 * @page_out: as process_madvise(2), with MADV_PAGEOUT; @pid is 0 for this process
 *
 * @write, @load and @can_load return 0 or a negative errno, which is -ENOENT if there is no such
 * module; @move_pages returns the number of pages that were not moved, and @page_out the bytes
 * before the first range that failed, or a negative errno.
 */
struct system_ops {
	int (*write)(struct daxplug *daxplug, const char *path, const char *text);
	int (*load)(struct daxplug *daxplug, const char *module);
	int (*can_load)(struct daxplug *daxplug, const char *module);
	long (*move_pages)(struct daxplug *daxplug, int pid, unsigned long count, void **pages,
			   const int *nodes, int *status);
	long (*page_out)(struct daxplug *daxplug, int pid, const struct iovec *ranges,
			 unsigned int count);
};

extern const struct system_ops system_live;
extern const struct system_ops system_recorded;

int root_open(const struct daxplug *daxplug, const char *path, int flags);

int sysfs_read(const struct daxplug *daxplug, const char *path, char *text, size_t size);
char *sysfs_read_long(const struct daxplug *daxplug, const char *path, int *err);
int sysfs_read_number(const struct daxplug *daxplug, const char *path, uint64_t *number);
int sysfs_read_link(const struct daxplug *daxplug, const char *path, char *target, size_t size);
int sysfs_open_dir(const struct daxplug *daxplug, const char *path, DIR **dir);
bool sysfs_is_short(int err);
int sysfs_find(const struct daxplug *daxplug, const char *path);
int sysfs_read_inode(const struct daxplug *daxplug, const char *path, ino_t *inode);
int sysfs_may_write(const struct daxplug *daxplug, const char *path);
int sysfs_write(struct daxplug *daxplug, const char *path, const char *text);

int module_load(struct daxplug *daxplug, const char *module);
int module_find(struct daxplug *daxplug, const char *module);

int mode_load_driver(struct daxplug *daxplug);
int mode_can_bind(struct daxplug *daxplug);
int mode_bind(struct daxplug *daxplug, const char *device);
int mode_unbind(struct daxplug *daxplug, const char *device);
int mode_can_unbind(const struct daxplug *daxplug);

#endif /* DAXPLUG_SYSTEM_H */
