// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opens files below the root of a handle, and none outside of it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handle.h"
#include "system.h"

/*
 * openat2() fails with EAGAIN if any mount or rename on the machine races with a "..".
 * cli/tree.c does the same.
 */
#define ATTEMPTS 100

/*
 * Follows links of a recorded tree, including absolute links, below its root. Fails where a
 * sandbox forbids openat2(): openat() would follow links out of the tree.
 */
static int open_in_root(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd, tries = 0;

	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < ATTEMPTS);
	return fd;
}

/**
 * root_open() - open a file below the root
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @flags: as for open(2)
 *
 * Never waits: a recorded tree may hold anything, such as a FIFO.
 *
 * Return: a descriptor, which the caller closes; or a negative errno.
 */
int root_open(const struct daxplug *daxplug, const char *path, int flags)
{
	int fd;

	flags |= O_CLOEXEC;
	if (!(flags & O_PATH))
		flags |= O_NOCTTY | O_NONBLOCK;
	fd = daxplug->live ? openat(daxplug->root, path, flags)
			   : open_in_root(daxplug->root, path, flags);
	return fd < 0 ? -errno : fd;
}
