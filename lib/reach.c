// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opens files that their users may replace at any moment. A file is first opened with O_PATH,
 * which has no effect on the file, and then for reading only if it is a regular file. Below a
 * mount point no symbolic link is followed and no other mount is entered, because a server may
 * not answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "drain.h"
#include "handle.h"

/* A concurrent mount or rename makes a cached lookup fail briefly. */
#define ATTEMPTS 8

static int open_plainly(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC | flags,
		.resolve = resolve,
	};
	int fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		fd = openat(dir, path, how.flags);
	return fd < 0 ? -errno : fd;
}

/**
 * reach_mount() - open the directory on which a file system is mounted
 * @daxplug: the handle
 * @path: "proc/PID/root" followed by the mount point
 *
 * Return: a descriptor of O_PATH, which the caller closes; or a negative errno.
 */
int reach_mount(const struct daxplug *daxplug, const char *path)
{
	char top[SYSFS_PATH_SIZE];
	int length = 0, root, fd, tries = 0;

	(void)!sscanf(path, "proc/%*d/root%n", &length);
	if (!length)
		return -EINVAL;
	snprintf(top, sizeof(top), "%.*s", length, path);
	root = root_open(daxplug, top, O_PATH | O_DIRECTORY);
	if (root < 0)
		return root;
	path += length + strspn(path + length, "/");
	/*
	 * A mount point and the directories above it are in the dentry cache: no server is asked.
	 */
	do {
		fd = open_plainly(root, *path ? path : ".", O_DIRECTORY,
				  RESOLVE_NO_SYMLINKS | RESOLVE_CACHED);
	} while (fd == -EAGAIN && ++tries < ATTEMPTS);
	close(root);
	return fd;
}

/**
 * reach_below() - open a file of the file system of a directory
 * @dir: the directory
 * @path: the file, relative to it
 * @file: set to its status
 *
 * Return: a descriptor of O_PATH, which the caller closes; -EXDEV if another file system is
 * mounted on the way, or on the file; -ELOOP if there is a symbolic link on the way; or
 * another negative errno.
 */
int reach_below(int dir, const char *path, struct stat *file)
{
	int fd = open_plainly(dir, path, 0, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS), err;

	if (fd < 0 || !fstat(fd, file))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * reach_again() - reopen the file of an O_PATH descriptor
 * @fd: the descriptor
 * @flags: as for open(2)
 *
 * Return: a descriptor, which the caller closes; or a negative errno.
 */
int reach_again(int fd, int flags)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
	return again < 0 ? -errno : again;
}

static int open_below(const struct daxplug *daxplug, const struct owner *owner, struct stat *file)
{
	char mount[PATH_MAX];
	int dir, fd;

	snprintf(mount, sizeof(mount), "%.*s", (int)owner->mount, owner->path);
	dir = reach_mount(daxplug, mount);
	if (dir < 0)
		return dir;
	fd = reach_below(dir, owner->path + owner->mount + 1, file);
	close(dir);
	return fd;
}

/**
 * reach_open_file() - open a file that a process has open
 * @daxplug: the handle
 * @path: "proc/PID/fd/N"
 * @file: set to the properties that are known without asking a server; only the device and the
 *	type are certain to be current
 *
 * Return: a descriptor of O_PATH, which the caller closes; or a negative errno.
 */
int reach_open_file(const struct daxplug *daxplug, const char *path, struct stat *file)
{
	int fd = root_open(daxplug, path, O_PATH);
	struct statx known;

	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &known)) {
		close(fd);
		return -ENOENT;
	}
	*file = (struct stat){
		.st_dev = makedev(known.stx_dev_major, known.stx_dev_minor),
		.st_ino = known.stx_ino,
		.st_mode = known.stx_mode,
	};
	return fd;
}

/**
 * reach_owner() - open a file that has pages on the device
 * @daxplug: the handle
 * @owner: the file
 *
 * Return: a descriptor for reading, which the caller closes; -ESTALE if its path now leads to
 * another file; or another negative errno.
 */
int reach_owner(const struct daxplug *daxplug, const struct owner *owner)
{
	struct stat file;
	int fd, again = -ESTALE;

	fd = owner->mount ? open_below(daxplug, owner, &file)
			  : reach_open_file(daxplug, owner->path, &file);
	if (fd < 0)
		return fd;
	if (S_ISREG(file.st_mode) && file.st_dev == owner->device && file.st_ino == owner->inode)
		again = reach_again(fd, O_NOATIME);
	close(fd);
	return again;
}
