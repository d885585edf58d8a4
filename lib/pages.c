// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds the pages of a run of addresses that are on the device, by their page frames. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "drain.h"
#include "pagemap.h"

#define ENTRIES 4096

#define KPF_LOCKED KPF_BIT(0)
#define KPF_WRITEBACK KPF_BIT(8)

static int compare(const void *key, const void *member)
{
	const uint64_t *frame = key;
	const struct frames *frames = member;

	if (*frame < frames->first)
		return -1;
	return *frame >= frames->end;
}

static bool is_on_device(const struct drain *drain, uint64_t frame)
{
	return bsearch(&frame, drain->frames, drain->frames_count, sizeof(*drain->frames),
		       compare) != NULL;
}

static uint64_t frame_of(uint64_t entry)
{
	return entry & PAGEMAP_PRESENT ? entry & PAGEMAP_FRAME : 0;
}

/* The first page on the device of an owner whose cpuset has no target is an error of the owner. */
static void add(struct pages *pages, uint64_t address, uint64_t size, enum daxplug_use use)
{
	struct owner *owner = pages->batch->owner;

	if (!owner->targets)
		atomic_store(&owner->err, -EACCES);
	if (atomic_load(&owner->err))
		return;
	if (!batch_takes(pages->batch, size, use))
		batch_move(pages->batch);
	batch_add(pages->batch, address, size, use);
}

/* Adds the rest of a large folio to the size of its part in the batch, with which it moves. */
static void extend(struct batch *batch, uint64_t size)
{
	batch->size[batch->count - 1] += size;
	batch->bytes += size;
}

/*
 * Takes a page, or leaves it if it is locked or under writeback: move_pages() would wait for the
 * end of that, however long it takes, and no signal would end the wait. @flags: from
 * /proc/kpageflags, or 0.
 */
static void take_page(struct pages *pages, const struct piece *piece, uint64_t address,
		      uint64_t frame, uint64_t flags)
{
	uint64_t size = sysconf(_SC_PAGESIZE);
	enum daxplug_use use = piece->use;
	bool of_folio = (flags & KPF_TAIL) && frame == pages->next;

	pages->next = frame + 1;
	if (!of_folio)
		pages->busy = flags & (KPF_LOCKED | KPF_WRITEBACK);
	if (pages->busy)
		return;
	if (of_folio && pages->batch->count) {
		extend(pages->batch, size);
		return;
	}
	if (flags && !(flags & KPF_TAIL))
		use = use_of_page(flags, true);
	/* DAXPLUG_USE_FREE means that the flags were read before the page was mapped. */
	add(pages, address, size, use == DAXPLUG_USE_FREE ? piece->use : use);
}

/* Counts entries with consecutive page frames, whose flags one read returns. */
static unsigned int count_run(const struct drain *drain, const uint64_t *entries,
			      unsigned int count)
{
	uint64_t first = frame_of(entries[0]);
	unsigned int run = 1;

	while (run < count && frame_of(entries[run]) == first + run &&
	       is_on_device(drain, first + run))
		run++;
	return run;
}

static void take_run(struct pages *pages, const struct piece *piece, uint64_t address,
		     uint64_t frame, unsigned int count)
{
	uint64_t flags[ENTRIES], page_size = sysconf(_SC_PAGESIZE);
	size_t size = count * sizeof(flags[0]);
	unsigned int i;
	bool known;

	known = pages->kpageflags >= 0 &&
		pread(pages->kpageflags, flags, size, frame * sizeof(flags[0])) == (ssize_t)size;
	for (i = 0; i < count; i++)
		take_page(pages, piece, address + i * page_size, frame + i, known ? flags[i] : 0);
}

/* Takes small pages, and large folios that are mapped as such. */
static void take_entries(struct pages *pages, const struct piece *piece, uint64_t address,
			 const uint64_t *entries, unsigned int count)
{
	const struct drain *drain = pages->batch->drain;
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	unsigned int i, run;

	for (i = 0; i < count; i += run) {
		uint64_t frame = frame_of(entries[i]);

		run = 1;
		if (!frame || !is_on_device(drain, frame))
			continue;
		run = count_run(drain, entries + i, count - i);
		take_run(pages, piece, address + i * page_size, frame, run);
	}
}

/* Takes hugetlb pages, which move only by the address of their first small page. */
static void take_huge(struct pages *pages, const struct piece *piece, uint64_t address,
		      const uint64_t *entries, unsigned int count)
{
	const struct drain *drain = pages->batch->drain;
	uint64_t page_size = sysconf(_SC_PAGESIZE);
	unsigned int i;

	for (i = 0; i < count; i++) {
		uint64_t at = address + i * page_size, frame = frame_of(entries[i]);

		if (at % piece->page_size == 0 && frame && is_on_device(drain, frame))
			add(pages, at, piece->page_size, DAXPLUG_USE_HUGE);
	}
}

/**
 * pages_move() - move the pages of a run of addresses that lie on the device
 * @pages: the pagemap of the process, and the batch for its pages
 * @start: the first address
 * @end: the address after the last one
 * @piece: the piece that they belong to
 *
 * Leaves the last pages in the batch, so that small mappings share a call. Ends early if the drain
 * stops.
 */
void pages_move(struct pages *pages, uint64_t start, uint64_t end, const struct piece *piece)
{
	uint64_t entries[ENTRIES], page_size = sysconf(_SC_PAGESIZE), at = start;

	while (at < end && !atomic_load(&pages->batch->drain->stop)) {
		uint64_t wanted = (end - at) / page_size;
		ssize_t got;
		unsigned int count;

		wanted = wanted < ENTRIES ? wanted : ENTRIES;
		got = pread(pages->pagemap, entries, wanted * sizeof(entries[0]),
			    at / page_size * sizeof(entries[0]));
		if (got <= 0)
			break;
		count = got / sizeof(entries[0]);
		if (piece->page_size > page_size)
			take_huge(pages, piece, at, entries, count);
		else
			take_entries(pages, piece, at, entries, count);
		at += count * page_size;
	}
	pages->next = 0;
}
