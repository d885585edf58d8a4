/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A search for files that may have pages on a device. */
#ifndef DAXPLUG_FILE_SEARCH_H
#define DAXPLUG_FILE_SEARCH_H

#include "drain.h"

/**
 * struct file_search - a search for files
 * @drain: the drain, which gets the pieces
 * @deadline: when to give up, by clock_now()
 * @files: the files that have been seen
 * @namespaces: the mount namespaces that have been seen
 * @near: the device numbers of file systems in memory or on a disk
 * @mount: the device number of the file system that is being walked
 * @huge: whether that file system is a hugetlbfs
 * @use: the use of the pages of its files
 * @err: 0 or -ENOMEM
 */
struct file_search {
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

bool file_is_new(struct file_search *search, void **tree, dev_t device, ino_t inode);
bool file_system_is_near(const struct file_search *search, dev_t device);
bool file_search_goes_on(const struct file_search *search);
void file_search_add(struct file_search *search, const char *path, size_t mount,
		     const struct stat *file);

/* mounts.c */
void mounts_search(struct file_search *search, int pid);

/* open_files.c */
void open_files_search(struct file_search *search, int pid);

#endif /* DAXPLUG_FILE_SEARCH_H */
