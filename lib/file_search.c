// SPDX-License-Identifier: LGPL-2.1-or-later
/* Collects the files that a search finds, each once. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file_search.h"

/**
 * struct known - a file, mount namespace or file system that has been seen
 * @device: the number of its device
 * @inode: the number of its inode; 0 for a file system
 */
struct known {
	dev_t device;
	ino_t inode;
};

static int compare(const void *one, const void *other)
{
	const struct known *a = one, *b = other;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/**
 * file_is_new() - test whether a file, mount namespace or file system is seen for the first time
 * @search: the search
 * @tree: the objects of its kind that have been seen
 * @device: the number of its device
 * @inode: the number of its inode; 0 for a file system
 *
 * Return: true if it is; it then counts as seen.
 */
bool file_is_new(struct file_search *search, void **tree, dev_t device, ino_t inode)
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

/* Whether a file system is in memory or on a disk, so that reading its files asks no server. */
bool file_system_is_near(const struct file_search *search, dev_t device)
{
	const struct known known = { .device = device };

	return tfind(&known, &search->near, compare) != NULL;
}

/* Whether there is time and space for more files. */
bool file_search_goes_on(const struct file_search *search)
{
	return !search->err && !pieces_are_full(search->drain) && !owners_are_full(search->drain) &&
	       clock_now() < search->deadline && !task_cancelled(search->drain->change);
}

/*
 * Whether to drain a file. A hugetlbfs file must have no holes: they cannot be found, and a read
 * would fill them.
 */
static bool has_pages(const struct file_search *search, const struct stat *file)
{
	uint64_t bytes = (uint64_t)file->st_blocks * 512, size = file->st_size;

	if (!S_ISREG(file->st_mode) || !size)
		return false;
	if (search->huge)
		return bytes >= size;
	return pieces_are_dense(size, bytes);
}

static int add_owner(struct file_search *search, const char *path, size_t mount,
		     const struct stat *file)
{
	struct owner *owner = owners_add_file(search->drain, path);

	if (!owner)
		return -ENOMEM;
	owner->mount = mount;
	owner->device = file->st_dev;
	owner->inode = file->st_ino;
	owner->found = (uint64_t)file->st_blocks * 512;
	owner->targets = ~UINT64_C(0);
	return 0;
}

/**
 * file_search_add() - add a file, unless it was found before
 * @search: the search, which knows the mount
 * @path: the file, relative to the root
 * @mount: as in struct owner
 * @file: its status
 *
 * A file about which too little is known, or that has too many holes, is left to the unplug.
 */
void file_search_add(struct file_search *search, const char *path, size_t mount,
		     const struct stat *file)
{
	struct drain *drain = search->drain;
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	struct piece piece = {
		/* The file may end within the last page. */
		.end = ((uint64_t)file->st_size + page_size - 1) / page_size * page_size,
		.page_size = search->huge ? (uint64_t)file->st_blksize : page_size,
		.use = search->use,
	};

	if (!has_pages(search, file) ||
	    !file_is_new(search, &search->files, file->st_dev, file->st_ino))
		return;
	search->err = add_owner(search, path, mount, file);
	piece.owner = drain->owner_count - 1;
	if (!search->err)
		search->err = pieces_add(drain, &piece);
}
