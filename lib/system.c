// SPDX-License-Identifier: LGPL-2.1-or-later
/* Changes a live system, and refuses to change a recorded one. */
#include <errno.h>
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system.h"

/* A recorded tree is read-only: no kernel is behind its files. */
static int refuse_in_a_record(struct daxplug *daxplug, const char *what)
{
	(void)daxplug, (void)what;
	return -EOPNOTSUPP;
}

static int refuse_to_write(struct daxplug *daxplug, const char *path, const char *text)
{
	(void)text;
	return refuse_in_a_record(daxplug, path);
}

static long move_pages_of(struct daxplug *daxplug, int pid, unsigned long count, void **pages,
			  const int *nodes, int *status)
{
	long left = syscall(SYS_move_pages, pid, count, pages, nodes, status, MPOL_MF_MOVE_ALL);

	(void)daxplug;
	return left < 0 ? -errno : left;
}

static long refuse_to_move(struct daxplug *daxplug, int pid, unsigned long count, void **pages,
			   const int *nodes, int *status)
{
	(void)pid, (void)count, (void)pages, (void)nodes, (void)status;
	return refuse_in_a_record(daxplug, NULL);
}

static long page_out_of(struct daxplug *daxplug, int pid, const struct iovec *ranges,
			unsigned int count)
{
	int fd = syscall(SYS_pidfd_open, pid ? pid : getpid(), 0);
	long done;

	(void)daxplug;
	if (fd < 0)
		return -errno;
	done = syscall(SYS_process_madvise, fd, ranges, count, MADV_PAGEOUT, 0);
	if (done < 0)
		done = -errno;
	close(fd);
	return done;
}

static long refuse_to_page_out(struct daxplug *daxplug, int pid, const struct iovec *ranges,
			       unsigned int count)
{
	(void)pid, (void)ranges, (void)count;
	return refuse_in_a_record(daxplug, NULL);
}

const struct system_ops system_live = {
	.write = sysfs_write,
	.load = module_load,
	.can_load = module_find,
	.move_pages = move_pages_of,
	.page_out = page_out_of,
};

const struct system_ops system_recorded = {
	.write = refuse_to_write,
	.load = refuse_in_a_record,
	.can_load = refuse_in_a_record,
	.move_pages = refuse_to_move,
	.page_out = refuse_to_page_out,
};
