// SPDX-License-Identifier: LGPL-2.1-or-later
/* Orphaned ranges: memory in the system that no device owns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "handle.h"
#include "orphan.h"
#include "parse.h"

static int64_t read_count(const struct daxplug *daxplug, const char *name, const char *attribute)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number;

	orphan_path(name, attribute, path);
	if (sysfs_read_number(daxplug, path, &number) || number > INT64_MAX)
		return -1;
	return number;
}

/* The path of an attribute of a range, relative to the root; @path has SYSFS_PATH_SIZE. */
void orphan_path(const char *name, const char *attribute, char *path)
{
	snprintf(path, SYSFS_PATH_SIZE, STRANDED "/%s/%s", name, attribute);
}

/*
 * Reads the node of the first block: memoryN has a link nodeM. A block that has been removed has
 * none.
 */
static void read_node(const struct daxplug *daxplug, struct daxplug_orphan *orphan)
{
	char path[SYSFS_PATH_SIZE];
	struct dirent *entry;
	DIR *dir;

	orphan->node = -1;
	orphan->node_err = -ENODATA;
	if (!daxplug->block_size)
		return;
	snprintf(path, sizeof(path), MEMORY_BLOCKS "/memory%llu",
		 (unsigned long long)(orphan->start / daxplug->block_size));
	orphan->node_err = sysfs_open_dir(daxplug, path, &dir);
	if (orphan->node_err == -ENOENT)
		orphan->node_err = 0;
	else if (!orphan->node_err) {
		while (orphan->node < 0 && (entry = readdir(dir)))
			orphan->node = parse_node_name(entry->d_name);
		closedir(dir);
	}
}

static int append(struct daxplug *daxplug, const struct daxplug_orphan *orphan)
{
	struct daxplug_orphan *grown;

	grown = grow(daxplug->orphans, daxplug->orphan_count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	daxplug->orphans = grown;
	daxplug->orphans[daxplug->orphan_count++] = *orphan;
	return 0;
}

static int add(struct daxplug *daxplug, const char *name)
{
	struct daxplug_orphan orphan = { .daxplug = daxplug };
	int64_t quarantined;

	if (strlen(name) >= sizeof(orphan.name) || parse_span(name, &orphan.start, &orphan.end))
		return 0;
	strcpy(orphan.name, name);
	orphan.blocks = read_count(daxplug, name, "blocks_total");
	orphan.online = read_count(daxplug, name, "blocks_online");
	quarantined = read_count(daxplug, name, "quarantined");
	orphan.quarantined = quarantined < 0 ? -1 : quarantined != 0;
	read_node(daxplug, &orphan);
	return append(daxplug, &orphan);
}

static int by_address(const void *left, const void *right)
{
	const struct daxplug_orphan *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

void orphans_forget(struct daxplug *daxplug)
{
	free(daxplug->orphans);
	daxplug->orphans = NULL;
	daxplug->orphan_count = 0;
}

/**
 * orphans_read() - read all orphaned ranges again
 * @daxplug: the handle
 *
 * Return: 0, also if the driver lists none; or a negative errno.
 */
int orphans_read(struct daxplug *daxplug)
{
	struct dirent *entry;
	DIR *dir;
	int err;

	orphans_forget(daxplug);
	err = sysfs_open_dir(daxplug, STRANDED, &dir);
	if (err)
		return err == -ENOENT ? 0 : err;
	while (!err) {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			err = -errno;
			break;
		}
		err = add(daxplug, entry->d_name);
	}
	closedir(dir);

	if (!err && daxplug->orphan_count)
		qsort(daxplug->orphans, daxplug->orphan_count, sizeof(*daxplug->orphans),
		      by_address);
	return err;
}

struct daxplug_orphan *daxplug_orphan_first(struct daxplug *daxplug)
{
	return daxplug->orphan_count ? daxplug->orphans : NULL;
}

struct daxplug_orphan *daxplug_orphan_next(struct daxplug_orphan *orphan)
{
	struct daxplug *daxplug = orphan->daxplug;

	return ++orphan < daxplug->orphans + daxplug->orphan_count ? orphan : NULL;
}

struct daxplug_orphan *daxplug_orphan_find(struct daxplug *daxplug, const char *name)
{
	unsigned int i;

	for (i = 0; i < daxplug->orphan_count; i++)
		if (!strcmp(daxplug->orphans[i].name, name))
			return &daxplug->orphans[i];
	return NULL;
}

const char *daxplug_orphan_name(const struct daxplug_orphan *orphan)
{
	return orphan->name;
}

uint64_t daxplug_orphan_start(const struct daxplug_orphan *orphan)
{
	return orphan->start;
}

uint64_t daxplug_orphan_end(const struct daxplug_orphan *orphan)
{
	return orphan->end;
}

int daxplug_orphan_node(const struct daxplug_orphan *orphan)
{
	return orphan->node;
}

int64_t daxplug_orphan_blocks(const struct daxplug_orphan *orphan)
{
	return orphan->blocks;
}

int64_t daxplug_orphan_blocks_online(const struct daxplug_orphan *orphan)
{
	return orphan->online;
}

int daxplug_orphan_quarantined(const struct daxplug_orphan *orphan)
{
	return orphan->quarantined;
}
