// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Moves the pages of a run of a file or shared memory segment, which the worker maps itself,
 * because move_pages() takes addresses.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "drain.h"
#include "handle.h"

/* <sys/mman.h> has this since glibc 2.35. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/* Maps the pages that are in memory, without reading from disk. */
static void populate_resident(char *memory, size_t size, unsigned char *resident)
{
	size_t page_size = sysconf(_SC_PAGESIZE), pages = (size + page_size - 1) / page_size;
	size_t first, end;

	if (mincore(memory, size, resident))
		return;
	for (first = 0; first < pages; first = end + 1) {
		for (end = first; end < pages && resident[end] & 1; end++)
			;
		if (end > first)
			madvise(memory + first * page_size, (end - first) * page_size,
				MADV_POPULATE_READ);
	}
}

static void populate(char *memory, size_t size, const struct piece *piece)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	unsigned char *resident;

	if (piece->page_size > page_size) {
		madvise(memory, size, MADV_POPULATE_READ);
		return;
	}
	resident = malloc(size / page_size + 1);
	if (resident)
		populate_resident(memory, size, resident);
	free(resident);
}

/* MAP_NORESERVE keeps the file's huge pages unreserved. */
static char *map_file(const struct daxplug *daxplug, const struct owner *owner,
		      const struct piece *piece)
{
	int fd = reach_owner(daxplug, owner);
	char *memory;

	if (fd < 0)
		return NULL;
	memory = mmap(NULL, piece->end - piece->start, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd,
		      piece->start);
	close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

static void move(struct pages *pages, char *memory, const struct piece *piece)
{
	size_t size = piece->end - piece->start;

	populate(memory, size, piece);
	pages_move(pages, (uintptr_t)memory, (uintptr_t)memory + size, piece);
	/* The addresses are about to become invalid. */
	batch_move(pages->batch);
}

/**
 * window_move() - move the pages of a run of a file or segment that lie on the device
 * @pages: has the pagemap of this process; the owner of its batch is the file or segment
 * @piece: the run
 *
 * A file that cannot be opened, has become shorter or has been replaced at its path, or a segment
 * that has gone, is left to the unplug.
 */
void window_move(struct pages *pages, const struct piece *piece)
{
	const struct daxplug *daxplug = pages->batch->drain->change->daxplug;
	const struct owner *owner = pages->batch->owner;
	char *memory = owner->path ? map_file(daxplug, owner, piece)
				   : segment_attach(daxplug, owner, piece->end);

	if (!memory)
		return;
	if (owner->path) {
		move(pages, memory, piece);
		munmap(memory, piece->end - piece->start);
	} else {
		move(pages, memory + piece->start, piece);
		shmdt(memory);
	}
}
