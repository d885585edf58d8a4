// SPDX-License-Identifier: LGPL-2.1-or-later
/* The pieces that a pass moves; each mover takes one at a time. */
#include <errno.h>
#include <stdlib.h>

#include "drain.h"
#include "grow.h"

/* Small enough that several movers share a large process. */
#define PIECE_BYTES (UINT64_C(64) << 20)

/*
 * The maximum number of pieces of a run: a longer run gets larger pieces, so that a sparse
 * mapping costs little memory.
 */
#define MOST_OF_A_RUN 4096

/* Beyond so many pieces, pages are left to the next pass, or to the unplug. */
#define MOST_PIECES (1U << 20)

/* A search of this many bytes of a file or segment is cheap, whatever they contain. */
#define CHEAP (UINT64_C(1) << 30)

/* A file or segment larger than so many times its contents is left to the unplug. */
#define SPARSE 64

static int add(struct drain *drain, const struct piece *piece)
{
	struct piece *pieces = grow(drain->pieces, drain->piece_count, sizeof(*pieces));

	if (!pieces)
		return -ENOMEM;
	drain->pieces = pieces;
	drain->pieces[drain->piece_count++] = *piece;
	return 0;
}

/* Whether no more pieces fit in this pass. */
bool pieces_are_full(const struct drain *drain)
{
	return drain->piece_count >= MOST_PIECES;
}

/* A multiple of the size of the pages in the run. */
static uint64_t piece_size(const struct piece *all)
{
	uint64_t size = all->page_size > PIECE_BYTES ? all->page_size : PIECE_BYTES;

	return size * ((all->end - all->start) / size / MOST_OF_A_RUN + 1);
}

/* Whether a file or segment of @size, with @bytes in memory, is worth a complete search. */
bool pieces_are_dense(uint64_t size, uint64_t bytes)
{
	return bytes && (size <= CHEAP || size / SPARSE <= bytes);
}

/**
 * pieces_add() - add a run of addresses, or of offsets in a file, to those of a pass
 * @drain: the drain
 * @all: the run, of any length, which is cut at multiples of the piece size
 *
 * Return: 0, also if no more pieces fit; -ENOMEM.
 */
int pieces_add(struct drain *drain, const struct piece *all)
{
	uint64_t size = piece_size(all);
	struct piece piece = *all;
	int err = 0;

	for (; !err && piece.start < all->end && !pieces_are_full(drain); piece.start = piece.end) {
		uint64_t rest = all->end - piece.start, next = size - piece.start % size;

		piece.end = piece.start + (next < rest ? next : rest);
		err = add(drain, &piece);
	}
	return err;
}

static int compare(const void *one, const void *other, void *data)
{
	const struct piece *a = one, *b = other;
	const struct owner *owners = data;
	uint64_t size_a = owners[a->owner].found, size_b = owners[b->owner].found;
	bool cache_a = a->use == DAXPLUG_USE_CACHE, cache_b = b->use == DAXPLUG_USE_CACHE;

	if (cache_a != cache_b)
		return cache_a ? 1 : -1;
	if (size_a != size_b)
		return size_a < size_b ? 1 : -1;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

/*
 * Memory that must move comes before page cache, which may be dropped. The pieces of the largest
 * owner come first, so that several movers share them.
 */
void pieces_sort(struct drain *drain)
{
	if (drain->piece_count)
		qsort_r(drain->pieces, drain->piece_count, sizeof(*drain->pieces), compare,
			drain->owners);
}
