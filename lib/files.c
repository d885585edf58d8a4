// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finds files whose pages may be on the device though no process maps them: all files of each
 * tmpfs and hugetlbfs of every mount namespace, and open files in memory or on a disk. Network
 * file systems, whose servers may not answer, are left alone.
 */
#include <search.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file_search.h"
#include "handle.h"
#include "process.h"

/*
 * Learns the device of nameless files in memory: except for hugetlb, the kernel has one file
 * system for all of them.
 */
static void know_nameless(struct file_search *search)
{
	int fd = memfd_create("daxplug", MFD_CLOEXEC);
	struct stat file;

	if (fd < 0)
		return;
	if (!fstat(fd, &file))
		file_is_new(search, &search->near, file.st_dev, 0);
	close(fd);
}

static bool take_namespace(const struct daxplug *daxplug, const struct process *process, void *data)
{
	(void)daxplug;
	mounts_search(data, process->pid);
	return file_search_goes_on(data);
}

static bool take_process(const struct daxplug *daxplug, const struct process *process, void *data)
{
	(void)daxplug;
	open_files_search(data, process->pid);
	return file_search_goes_on(data);
}

/**
 * files_find() - find files that may have pages on the device
 * @drain: the drain; pieces are added
 * @deadline: when to stop, by clock_now()
 */
void files_find(struct drain *drain, int64_t deadline)
{
	struct file_search search = { .drain = drain, .deadline = deadline };

	know_nameless(&search);
	process_each(drain->change->daxplug, deadline, take_namespace, &search);
	process_each(drain->change->daxplug, deadline, take_process, &search);
	tdestroy(search.files, free);
	tdestroy(search.namespaces, free);
	tdestroy(search.near, free);
}
