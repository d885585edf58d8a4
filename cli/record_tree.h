/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory into which files are recorded, so that --sysroot finds them there. */
#ifndef DAXPLUG_CLI_RECORD_TREE_H
#define DAXPLUG_CLI_RECORD_TREE_H

#include <stdio.h>

/**
 * struct record_tree - the tree that is being written
 * @directory: a descriptor of its directory
 * @notes: the files that could not be read, one per line
 * @files: number of files in the tree
 * @denied: number of files for which permission was denied
 * @error: the errno of the first write that failed, after which nothing is written; or 0
 */
struct record_tree {
	int directory;
	FILE *notes;
	unsigned int files;
	unsigned int denied;
	int error;
};

void record_write(struct record_tree *tree, const char *path, const char *text);
void record_files(struct record_tree *tree, const char *pattern, const char *words);

#endif /* DAXPLUG_CLI_RECORD_TREE_H */
