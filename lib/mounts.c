// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds all files of file systems in memory, in each mount namespace. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "file_search.h"
#include "handle.h"

#define DEEPEST 32

static void walk(struct file_search *search, int fd, const char *path, size_t mount,
		 unsigned int depth);

static void take_entry(struct file_search *search, int dir, const char *path, size_t mount,
		       unsigned int depth)
{
	struct stat file;
	int fd = reach_below(dir, strrchr(path, '/') + 1, &file);

	if (fd < 0)
		return;
	if (file.st_dev == search->mount && S_ISDIR(file.st_mode))
		walk(search, fd, path, mount, depth + 1);
	else if (file.st_dev == search->mount)
		file_search_add(search, path, mount, &file);
	close(fd);
}

/* @fd: the directory, opened with O_PATH; the caller closes it. */
static void walk(struct file_search *search, int fd, const char *path, size_t mount,
		 unsigned int depth)
{
	int list = depth < DEEPEST ? reach_again(fd, O_DIRECTORY) : -1;
	DIR *dir = list < 0 ? NULL : fdopendir(list);
	struct dirent *entry;

	if (!dir) {
		if (list >= 0)
			close(list);
		return;
	}
	while (file_search_goes_on(search) && (entry = readdir(dir))) {
		char below[PATH_MAX];

		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			    (int)sizeof(below))
			take_entry(search, dirfd(dir), below, mount, depth);
	}
	closedir(dir);
}

static void walk_mount(struct file_search *search, const char *path)
{
	int fd = reach_mount(search->drain->change->daxplug, path);
	struct stat top;

	if (fd < 0)
		return;
	/* Another file system may be mounted over this one. */
	if (!fstat(fd, &top) && top.st_dev == search->mount)
		walk(search, fd, path, strlen(path), 0);
	close(fd);
}

/* Decodes the octal escapes of mountinfo, such as \040 for a space. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		unsigned int byte;

		if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1 && strlen(text) > 3) {
			*to = byte;
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

/*
 * Excludes fuse, which a process serves, and whose source any user may name /dev/sda; overlays,
 * whose layers may be on a server; and btrfs, whose files have another device number than its
 * mount.
 */
static bool is_on_disk(const char *type, const char *source)
{
	return !strncmp(source, "/dev/", 5) && strncmp(type, "fuse", 4) != 0 &&
	       strcmp(type, "overlay") != 0;
}

/* "36 35 98:0 / /mnt rw - ext4 /dev/sda rw" */
static void take_mount(struct file_search *search, int pid, const char *line)
{
	const char *rest = strstr(line, " - ");
	char point[PATH_MAX], type[32], source[64], path[PATH_MAX + 32];
	unsigned int device_major, device_minor;
	bool in_memory;

	if (!rest || sscanf(rest, " - %31s %63s", type, source) != 2 ||
	    sscanf(line, "%*d %*d %u:%u %*s %4095s", &device_major, &device_minor, point) != 3)
		return;
	search->mount = makedev(device_major, device_minor);
	search->huge = !strcmp(type, "hugetlbfs");
	in_memory = !strcmp(type, "tmpfs") || search->huge;
	if (in_memory || is_on_disk(type, source))
		file_is_new(search, &search->near, search->mount, 0);
	if (!in_memory)
		return;
	search->use = search->huge ? DAXPLUG_USE_HUGE : DAXPLUG_USE_SHARED;
	unescape(point);
	snprintf(path, sizeof(path), "proc/%d/root%s", pid, point);
	walk_mount(search, path);
}

/**
 * mounts_search() - find the files of each tmpfs and hugetlbfs of a mount namespace
 * @search: the search; it also learns which file systems are near
 * @pid: a process of the namespace
 */
void mounts_search(struct file_search *search, int pid)
{
	const struct daxplug *daxplug = search->drain->change->daxplug;
	char path[SYSFS_PATH_SIZE], *text, *line, *rest;
	struct stat namespace;
	int err;

	snprintf(path, sizeof(path), "proc/%d/ns/mnt", pid);
	if (fstatat(daxplug->root, path, &namespace, 0) ||
	    !file_is_new(search, &search->namespaces, namespace.st_dev, namespace.st_ino))
		return;
	snprintf(path, sizeof(path), "proc/%d/mountinfo", pid);
	text = sysfs_read_long(daxplug, path, &err);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line && file_search_goes_on(search);
	     line = strtok_r(NULL, "\n", &rest))
		take_mount(search, pid, line);
	free(text);
}
