// SPDX-License-Identifier: LGPL-2.1-or-later
/* The memory that can be swapped out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "parse.h"
#include "swap.h"

/*
 * zram keeps swapped pages in memory, compressed: scales its free space by the share of memory
 * that compression has saved so far.
 */
static uint64_t saved_by_zram(const struct daxplug *daxplug, const char *name, uint64_t bytes)
{
	unsigned long long original, compressed, used;
	char path[SYSFS_PATH_SIZE], text[256];

	snprintf(path, sizeof(path), "sys/block/%.32s/mm_stat", name);
	if (sysfs_read(daxplug, path, text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu", &original, &compressed, &used) != 3 || used >= original)
		return 0;
	return (double)bytes * (original - used) / original;
}

/**
 * swap_room() - the free space of swap
 * @daxplug: the handle
 * @bytes: set to the free space; 0 on a kernel without swap
 *
 * Return: 0; or the negative errno of reading /proc/swaps.
 */
int swap_room(const struct daxplug *daxplug, uint64_t *bytes)
{
	char *text, *line, *rest;
	int err;

	*bytes = 0;
	text = sysfs_read_long(daxplug, "proc/swaps", &err);
	if (!text)
		return err == -ENOENT ? 0 : err;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		unsigned long long size, used;
		char name[256];

		if (sscanf(line, "%255s %*s %llu %llu", name, &size, &used) != 3 || used > size)
			continue;
		size = (size - used) * 1024;
		*bytes += strncmp(name, "/dev/zram", 9)
				  ? size
				  : saved_by_zram(daxplug, parse_base_name(name), size);
	}
	free(text);
	return 0;
}
