// SPDX-License-Identifier: LGPL-2.1-or-later
/* Files that processes have open in memory or on a disk. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file_search.h"
#include "handle.h"

/* Whether a file is in memory and has no name in any file system. */
static bool is_nameless(const char *target)
{
	return !strncmp(target, "/memfd:", 7) || !strncmp(target, "/SYSV", 5) ||
	       !strncmp(target, "/dev/zero (deleted)", 19);
}

/* Checks the file system, because a user can give a file on any server such a name. */
static bool is_near(struct file_search *search, int dir, const char *name, const struct stat *file)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir, name, target, sizeof(target) - 1);

	if (length <= 0 || target[0] != '/')
		return false;
	target[length] = '\0';
	search->use = is_nameless(target) ? DAXPLUG_USE_SHARED : DAXPLUG_USE_CACHE;
	return file_system_is_near(search, file->st_dev);
}

static void take_open_file(struct file_search *search, int dir, const char *path)
{
	struct stat file;
	int fd = reach_open_file(search->drain->change->daxplug, path, &file);

	if (fd < 0)
		return;
	/* Ask for the size of a file only when its file system is known to be near. */
	if (S_ISREG(file.st_mode) && is_near(search, dir, strrchr(path, '/') + 1, &file) &&
	    !fstat(fd, &file))
		file_search_add(search, path, 0, &file);
	close(fd);
}

/**
 * open_files_search() - find the files that a process has open
 * @search: the search, which knows the file systems that are near
 * @pid: the PID of the process
 */
void open_files_search(struct file_search *search, int pid)
{
	char path[SYSFS_PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "proc/%d/fd", pid);
	if (sysfs_open_dir(search->drain->change->daxplug, path, &dir))
		return;
	search->huge = false;
	while (file_search_goes_on(search) && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "proc/%d/fd/%.20s", pid, entry->d_name);
		take_open_file(search, dirfd(dir), path);
	}
	closedir(dir);
}
