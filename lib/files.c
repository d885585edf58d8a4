// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Files whose pages may be on the device without a process that maps them: all of each tmpfs
 * and hugetlbfs of every mount namespace, and files that processes have open in memory or on a
 * disk. File systems of other machines, which may not answer, are left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "clock.h"
#include "drain.h"
#include "grow.h"
#include "handle.h"
#include "process.h"

#define DEEPEST 32

/**
 * struct known - something that was seen before: a file, a mount namespace, or a file system
 * @device: the number of its device
 * @inode: the number of its inode; 0 for a file system
 */
struct known {
	dev_t device;
	ino_t inode;
};

/**
 * struct search - a search for files
 * @drain: the drain, which gets the pieces
 * @deadline: when to give up, by clock_now()
 * @files: those seen
 * @namespaces: the mount namespaces seen
 * @near: file systems in memory or on a disk
 * @mount: the device of the file system that is walked
 * @huge: whether that is a hugetlbfs
 * @use: what its pages are used for
 * @err: 0 or -ENOMEM
 */
struct search {
	struct drain *drain;
	int64_t deadline;
	void *files;
	void *namespaces;
	void *near;
	dev_t mount;
	bool huge;
	enum daxplug_use use;
	int err;
};

static int compare(const void *one, const void *other)
{
	const struct known *a = one, *b = other;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/* Whether it was not seen before; it has been from now on. */
static bool is_new(struct search *search, void **tree, dev_t device, ino_t inode)
{
	struct known *known = malloc(sizeof(*known)), **found;

	if (!known) {
		search->err = -ENOMEM;
		return false;
	}
	*known = (struct known){ .device = device, .inode = inode };
	found = tsearch(known, tree, compare);
	if (found && *found == known)
		return true;
	free(known);
	if (!found)
		search->err = -ENOMEM;
	return false;
}

static bool is_known(void *const *tree, dev_t device)
{
	const struct known known = { .device = device };

	return tfind(&known, tree, compare) != NULL;
}

static bool goes_on(const struct search *search)
{
	return !search->err && !pieces_are_full(search->drain) && clock_now() < search->deadline &&
	       !task_cancelled(search->drain->change);
}

/* ---- one file ---- */

/* @mount: as in struct owner. */
static int new_owner(struct drain *drain, const char *path, size_t mount, const struct stat *file)
{
	struct owner *owners = grow(drain->owners, drain->owner_count, sizeof(*owners)), *owner;

	if (!owners)
		return -ENOMEM;
	drain->owners = owners;
	owner = &owners[drain->owner_count];
	memset(owner, 0, sizeof(*owner));
	owner->path = strdup(path);
	owner->mount = mount;
	owner->device = file->st_dev;
	owner->inode = file->st_ino;
	owner->found = (uint64_t)file->st_blocks * 512;
	owner->targets = ~UINT64_C(0);
	if (!owner->path)
		return -ENOMEM;
	drain->owner_count++;
	return 0;
}

/* Searching so many bytes of a file costs little, whatever the file contains. */
#define CHEAP (UINT64_C(1) << 30)

/* A file that is larger than so many times its contents is left to the unplug. */
#define SPARSE 64

/* Nothing tells where the holes of a file of hugetlbfs are, and a read of a hole fills it. */
static bool has_pages(const struct search *search, const struct stat *file)
{
	uint64_t bytes = (uint64_t)file->st_blocks * 512, size = file->st_size;

	if (!S_ISREG(file->st_mode) || !size)
		return false;
	if (search->huge)
		return bytes >= size;
	return bytes && (size <= CHEAP || size / SPARSE <= bytes);
}

static void add_file(struct search *search, const char *path, size_t mount, const struct stat *file)
{
	struct drain *drain = search->drain;
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	struct piece piece = {
		/* The last page may be used in part. */
		.end = ((uint64_t)file->st_size + page_size - 1) / page_size * page_size,
		.page_size = search->huge ? (uint64_t)file->st_blksize : page_size,
		.use = search->use,
	};

	if (!has_pages(search, file) || !is_new(search, &search->files, file->st_dev, file->st_ino))
		return;
	search->err = new_owner(drain, path, mount, file);
	piece.owner = drain->owner_count - 1;
	if (!search->err)
		search->err = pieces_add(drain, &piece);
}

/* ---- all files of a file system in memory ---- */

static void walk(struct search *search, int fd, const char *path, size_t mount, unsigned int depth);

static void take_entry(struct search *search, int dir, const char *path, size_t mount,
		       unsigned int depth)
{
	struct stat file;
	int fd = reach_below(dir, strrchr(path, '/') + 1, &file);

	if (fd < 0)
		return;
	if (file.st_dev == search->mount && S_ISDIR(file.st_mode))
		walk(search, fd, path, mount, depth + 1);
	else if (file.st_dev == search->mount)
		add_file(search, path, mount, &file);
	close(fd);
}

/* @fd: the directory, by O_PATH; it stays open. */
static void walk(struct search *search, int fd, const char *path, size_t mount, unsigned int depth)
{
	int list = depth < DEEPEST ? reach_again(fd, O_DIRECTORY) : -1;
	DIR *dir = list < 0 ? NULL : fdopendir(list);
	struct dirent *entry;

	if (!dir) {
		if (list >= 0)
			close(list);
		return;
	}
	while (goes_on(search) && (entry = readdir(dir))) {
		char below[PATH_MAX];

		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			    (int)sizeof(below))
			take_entry(search, dirfd(dir), below, mount, depth);
	}
	closedir(dir);
}

static void walk_mount(struct search *search, const char *path)
{
	int fd = reach_mount(search->drain->change->daxplug, path);
	struct stat top;

	if (fd < 0)
		return;
	/* Another file system may be mounted above it. */
	if (!fstat(fd, &top) && top.st_dev == search->mount)
		walk(search, fd, path, strlen(path), 0);
	close(fd);
}

/* mountinfo writes a blank as \040 and so on. */
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

/* "36 35 98:0 / /mnt rw - ext4 /dev/sda rw" */
static void take_mount(struct search *search, int pid, const char *line)
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
	if (in_memory || !strncmp(source, "/dev/", 5) || !strcmp(type, "overlay"))
		is_new(search, &search->near, search->mount, 0);
	if (!in_memory)
		return;
	search->use = search->huge ? DAXPLUG_USE_HUGE : DAXPLUG_USE_SHARED;
	unescape(point);
	snprintf(path, sizeof(path), "proc/%d/root%s", pid, point);
	walk_mount(search, path);
}

static void take_mounts(struct search *search, int pid)
{
	const struct daxplug *daxplug = search->drain->change->daxplug;
	char path[SYSFS_PATH_SIZE], *text, *line, *rest;
	struct stat namespace;
	int err;

	snprintf(path, sizeof(path), "proc/%d/ns/mnt", pid);
	if (fstatat(daxplug->root, path, &namespace, 0) ||
	    !is_new(search, &search->namespaces, namespace.st_dev, namespace.st_ino))
		return;
	snprintf(path, sizeof(path), "proc/%d/mountinfo", pid);
	text = sysfs_read_long(daxplug, path, &err);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line && goes_on(search);
	     line = strtok_r(NULL, "\n", &rest))
		take_mount(search, pid, line);
	free(text);
}

/* ---- open files ---- */

/* Files in memory that have no name in any file system. */
static bool is_nameless(const char *target)
{
	return !strncmp(target, "/memfd:", 7) || !strncmp(target, "/SYSV", 5) ||
	       !strncmp(target, "/dev/zero (deleted)", 19);
}

/* A user may give a file of any server such a name, so the file system has to be known. */
static bool is_near(struct search *search, int dir, const char *name, const struct stat *file)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir, name, target, sizeof(target) - 1);

	if (length <= 0 || target[0] != '/')
		return false;
	target[length] = '\0';
	search->use = is_nameless(target) ? DAXPLUG_USE_SHARED : DAXPLUG_USE_CACHE;
	return is_known(&search->near, file->st_dev);
}

static void take_open_file(struct search *search, int dir, const char *path)
{
	struct stat file;
	int fd = reach_open_file(search->drain->change->daxplug, path, &file);

	if (fd < 0)
		return;
	/* A server is not asked for the size of a file before it is known to be near. */
	if (S_ISREG(file.st_mode) && is_near(search, dir, strrchr(path, '/') + 1, &file) &&
	    !fstat(fd, &file))
		add_file(search, path, 0, &file);
	close(fd);
}

static void take_open_files(struct search *search, int pid)
{
	char path[SYSFS_PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "proc/%d/fd", pid);
	if (sysfs_open_dir(search->drain->change->daxplug, path, &dir))
		return;
	search->huge = false;
	while (goes_on(search) && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "proc/%d/fd/%.20s", pid, entry->d_name);
		take_open_file(search, dirfd(dir), path);
	}
	closedir(dir);
}

/* The kernel has one file system for all files in memory without a name, but for hugetlb. */
static void know_nameless(struct search *search)
{
	int fd = memfd_create("daxplug", MFD_CLOEXEC);
	struct stat file;

	if (fd < 0)
		return;
	if (!fstat(fd, &file))
		is_new(search, &search->near, file.st_dev, 0);
	close(fd);
}

static bool take_namespace(const struct daxplug *daxplug, const struct process *process, void *data)
{
	(void)daxplug;
	take_mounts(data, process->pid);
	return goes_on(data);
}

static bool take_process(const struct daxplug *daxplug, const struct process *process, void *data)
{
	(void)daxplug;
	take_open_files(data, process->pid);
	return goes_on(data);
}

/**
 * files_find() - find files that may have pages on the device
 * @drain: the drain; pieces are added
 * @deadline: when to stop, by clock_now()
 */
void files_find(struct drain *drain, int64_t deadline)
{
	struct search search = { .drain = drain, .deadline = deadline };

	know_nameless(&search);
	process_each(drain->change->daxplug, deadline, take_namespace, &search);
	process_each(drain->change->daxplug, deadline, take_process, &search);
	tdestroy(search.files, free);
	tdestroy(search.namespaces, free);
	tdestroy(search.near, free);
}
