// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finds segments of System V shared memory, in the IPC namespace of this process. A search of
 * processes misses pages that no process maps: the segment may not be attached, or only by
 * processes that have not touched these pages.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "drain.h"
#include "handle.h"

#define SEGMENTS "proc/sysvipc/shm"
#define FORCED "proc/sys/kernel/shm_rmid_forced"

/**
 * struct segment - a segment, from a line of /proc/sysvipc/shm
 * @id: its ID
 * @size: its size in bytes
 * @attached: its number of attachments
 * @resident: its bytes in memory
 */
struct segment {
	int id;
	unsigned long long size;
	unsigned int attached;
	unsigned long long resident;
};

static bool parse(const char *line, struct segment *segment)
{
	return sscanf(line, "%*d %d %*o %llu %*d %*d %u %*u %*u %*u %*u %*u %*u %*u %llu",
		      &segment->id, &segment->size, &segment->attached, &segment->resident) == 4;
}

/*
 * With kernel.shm_rmid_forced a segment is removed when the last process detaches it. So the
 * drain must not attach a segment that no process has attached.
 */
static bool may_attach(const struct daxplug *daxplug, const struct segment *segment)
{
	uint64_t forced;

	return segment->attached || (!sysfs_read_number(daxplug, FORCED, &forced) && !forced);
}

static uint64_t whole_pages(uint64_t bytes)
{
	uint64_t page_size = sysconf(_SC_PAGESIZE);

	return (bytes + page_size - 1) / page_size * page_size;
}

static int add(struct drain *drain, const struct segment *segment)
{
	struct piece piece = {
		.end = whole_pages(segment->size),
		.page_size = sysconf(_SC_PAGESIZE),
		.use = DAXPLUG_USE_SHARED,
	};
	struct owner *owner = owners_add(drain);

	if (!owner)
		return -ENOMEM;
	owner->segment = segment->id;
	owner->found = segment->resident;
	owner->targets = ~UINT64_C(0);
	piece.owner = owner - drain->owners;
	return pieces_add(drain, &piece);
}

/**
 * segments_find() - find segments that may have pages on the device
 * @drain: the drain; pieces are added
 */
void segments_find(struct drain *drain)
{
	const struct daxplug *daxplug = drain->change->daxplug;
	char *text, *line, *rest;
	int err;

	text = sysfs_read_long(daxplug, SEGMENTS, &err);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line && !err;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct segment segment;

		if (parse(line, &segment) && segment.resident &&
		    pieces_are_dense(segment.size, segment.resident) &&
		    may_attach(daxplug, &segment))
			err = add(drain, &segment);
	}
	free(text);
}

/* Reads the attachments and the size of a segment; returns false if it has gone. */
static bool read_segment(int id, struct segment *segment)
{
	struct shmid_ds status;

	if (shmctl(id, IPC_STAT, &status))
		return false;
	*segment = (struct segment){ .id = id, .size = status.shm_segsz };
	segment->attached = status.shm_nattch;
	return true;
}

/**
 * segment_attach() - attach a segment for reading
 * @daxplug: the handle
 * @owner: the segment
 * @end: the minimum size of the segment, in bytes
 *
 * Return: its first address, for shmdt(); NULL if it cannot be attached, or must not be.
 */
char *segment_attach(const struct daxplug *daxplug, const struct owner *owner, uint64_t end)
{
	struct segment segment;
	void *memory;

	if (!read_segment(owner->segment, &segment) || whole_pages(segment.size) < end ||
	    !may_attach(daxplug, &segment))
		return NULL;
	memory = shmat(owner->segment, NULL, SHM_RDONLY);
	return memory == (void *)-1 ? NULL : memory;
}
