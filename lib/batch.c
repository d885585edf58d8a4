// SPDX-License-Identifier: LGPL-2.1-or-later
/* Moves a batch of pages by one call of move_pages(), and handles the result of each page. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "drain.h"
#include "handle.h"
#include "swap.h"

/*
 * Every call waits for RCU and drains the per-CPU page lists, however few pages it moves. So a
 * batch is large, but small enough that a mover can be stopped soon.
 */
#define FIRST_BYTES (UINT64_C(16) << 20)
#define MIXED_BYTES (UINT64_C(1) << 20)
#define LEAST_PART (UINT64_C(1) << 20)
#define LEAST_BYTES (UINT64_C(4) << 20)
#define SHORT_MS 100
#define LONG_MS 300

/* The kernel ends a call early if a page before the last one could not be moved. */
#define ATTEMPTS 4

/* Ranges in a call of process_madvise(), which takes at most 1024. */
#define SWAP_RANGES 512

/*
 * The number of attempts to find a target with free memory, WAIT_NS apart; only one once the drain
 * has swapped anything out.
 */
#define WAITS 20
#define WAIT_NS 100000000L

/* Whether the pages are page cache, which is in batches of its own. */
static bool is_cache(const struct batch *batch)
{
	return batch->count && batch->use[0] == DAXPLUG_USE_CACHE;
}

/**
 * batch_takes() - test whether another page fits
 * @batch: the batch
 * @more: the size of the page
 * @use: the use of the page
 *
 * Return: true if it does. Page cache and memory that must move are kept apart, because a lack of
 * room stops the drain only for the latter; but in a batch of less than MIXED_BYTES they may be
 * mixed, because each call of move_pages() is expensive.
 */
bool batch_takes(const struct batch *batch, uint64_t more, enum daxplug_use use)
{
	uint64_t limit = batch->limit ? batch->limit : FIRST_BYTES;

	if (!batch->count)
		return true;
	return batch->count < BATCH_PAGES && batch->bytes + more <= limit &&
	       (batch->bytes < MIXED_BYTES || is_cache(batch) == (use == DAXPLUG_USE_CACHE));
}

/**
 * batch_add() - add a page
 * @batch: the batch, which batch_takes() the page
 * @address: its address
 * @size: its size, or that of the part of its folio that is mapped there
 * @use: the use of the page
 */
void batch_add(struct batch *batch, uint64_t address, uint64_t size, enum daxplug_use use)
{
	unsigned int at = batch->count++;

	/* An address of another process, for the kernel. */
	batch->page[at] = (void *)(uintptr_t)address;
	batch->size[at] = size;
	batch->use[at] = use;
	batch->bytes += size;
}

/* Sums the bytes that were moved so far, without page cache. */
uint64_t moved_except_cache(struct drain *drain)
{
	uint64_t moved = 0;
	unsigned int i;

	for (i = 0; i < USES; i++)
		if (i != DAXPLUG_USE_CACHE)
			moved += atomic_load(&drain->moved[i]);
	return moved;
}

static void count_moved(struct batch *batch, unsigned int at)
{
	atomic_fetch_add(&batch->drain->moved[batch->use[at]], batch->size[at]);
	atomic_fetch_add(&batch->owner->moved, batch->size[at]);
}

/* Counts the pages on the target and keeps the others; returns the bytes moved. */
static uint64_t settle(struct batch *batch, int node)
{
	uint64_t moved = 0;
	unsigned int i, left = 0;

	for (i = 0; i < batch->count; i++) {
		if (batch->status[i] == node) {
			count_moved(batch, i);
			moved += batch->size[i];
			continue;
		}
		batch->page[left] = batch->page[i];
		batch->size[left] = batch->size[i];
		batch->use[left] = batch->use[i];
		left++;
	}
	batch->count = left;
	return moved;
}

static long call(struct batch *batch, const int *nodes)
{
	struct daxplug *daxplug = batch->drain->change->daxplug;

	return daxplug->system->move_pages(daxplug, batch->pid, batch->count, batch->page, nodes,
					   batch->status);
}

/*
 * Moves the first page to the end: the kernel does not try the pages after one that cannot be
 * moved.
 */
static void put_off_first(struct batch *batch)
{
	unsigned int last = batch->count - 1;
	void *page = batch->page[0];
	uint64_t size = batch->size[0];
	uint8_t use = batch->use[0];

	batch->page[0] = batch->page[last];
	batch->size[0] = batch->size[last];
	batch->use[0] = batch->use[last];
	batch->page[last] = page;
	batch->size[last] = size;
	batch->use[last] = use;
}

/* Whether an error applies to all pages of the batch, so that none of them was moved. */
static bool is_refusal(long err)
{
	return err == -ESRCH || err == -EACCES || err == -EPERM || err == -ENODEV;
}

/*
 * Sets @left to the result of move_pages(2); returns whether the status of each page is known. A
 * call that ended early or failed half-way reports no status for some pages, which may have been
 * moved: another call asks where they are.
 */
static bool try_to_move(struct batch *batch, int node, long *left)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++)
		batch->node[i] = node;
	*left = call(batch, batch->node);
	return !*left || (!is_refusal(*left) && !call(batch, NULL));
}

/* Moves the pages to a node; returns the bytes that were moved. */
static uint64_t move_to(struct batch *batch, int node)
{
	uint64_t moved = 0, before;
	unsigned int attempt;
	long left = 1;

	for (attempt = 0; left > 0 && batch->count && attempt < ATTEMPTS; attempt++) {
		if (attempt && atomic_load(&batch->drain->stop))
			break;
		if (!try_to_move(batch, node, &left))
			break;
		before = moved;
		moved += settle(batch, node);
		if (left > 0 && moved == before)
			put_off_first(batch);
	}
	if (left == -EACCES || left == -EPERM)
		atomic_store(&batch->owner->err, left);
	return moved;
}

static void adapt(struct batch *batch, uint64_t bytes, int64_t took)
{
	uint64_t limit = batch->limit ? batch->limit : FIRST_BYTES;

	if (took < SHORT_MS && bytes >= limit / 2)
		limit *= 2;
	else if (took > LONG_MS)
		limit /= 2;
	if (limit > BATCH_BYTES)
		limit = BATCH_BYTES;
	batch->limit = limit < LEAST_BYTES ? LEAST_BYTES : limit;
}

static void pause_a_moment(void)
{
	const struct timespec pause = { .tv_nsec = WAIT_NS };

	nanosleep(&pause, NULL);
}

/* The bytes, without page cache, that are still to move in this pass. */
uint64_t must_still_move(struct drain *drain)
{
	uint64_t done = moved_except_cache(drain) + atomic_load(&drain->swapped);

	return drain->must_move > done ? drain->must_move - done : 0;
}

/*
 * The bytes that page cache leaves free on a target: all memory that must move and has not moved
 * yet, and a margin for what processes allocate meanwhile.
 */
static uint64_t reserve_of(const struct batch *batch)
{
	return is_cache(batch) ? BATCH_BYTES + must_still_move(batch->drain) : 0;
}

static uint64_t bytes_of(const struct batch *batch, unsigned int count)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		bytes += batch->size[i];
	return bytes;
}

/*
 * Takes a target with free memory for the batch, or otherwise for as much of the batch as fits, by
 * halves down to LEAST_PART. Sets @count to the number of pages; returns NULL if no part fits.
 */
static struct target *take_room(struct batch *batch, unsigned int *count)
{
	struct drain *drain = batch->drain;
	struct target *target = NULL;

	for (*count = batch->count; *count; *count /= 2) {
		uint64_t bytes = bytes_of(batch, *count);

		if (bytes < LEAST_PART && *count < batch->count)
			break;
		target = targets_take(&drain->targets, batch->owner->targets, bytes,
				      reserve_of(batch), batch->page_size);
		if (target)
			break;
	}
	return target;
}

/* Waits until take_room() finds a target; returns NULL if none does, or the drain stops. */
static struct target *wait_for_room(struct batch *batch, unsigned int *count)
{
	struct drain *drain = batch->drain;
	struct target *target = NULL;
	unsigned int waits = 0;

	while (!atomic_load(&drain->stop)) {
		if (!atomic_load(&drain->pause)) {
			target = take_room(batch, count);
			if (target || ++waits == WAITS || atomic_load(&drain->swapped))
				break;
		}
		pause_a_moment();
	}
	return target;
}

/* Whether these are hugetlb pages, which are in batches of their own. */
static bool is_huge(const struct batch *batch)
{
	return batch->count && batch->use[0] == DAXPLUG_USE_HUGE;
}

static bool is_gigantic(const struct batch *batch)
{
	return is_huge(batch) && pools_are_gigantic(batch->page_size);
}

/*
 * No target has free memory: stops the drain, or only that of page cache, which the unplug may
 * drop, or of gigantic pages, which use no other free memory.
 */
static void starve(struct batch *batch)
{
	struct drain *drain = batch->drain;

	if (is_cache(batch))
		atomic_store(&drain->no_cache, true);
	else if (is_gigantic(batch))
		atomic_store(&drain->no_gigantic, true);
	else if (!atomic_load(&drain->stop))
		atomic_store(&drain->starved, true);
	if (atomic_load(&drain->starved))
		atomic_store(&drain->stop, true);
}

/*
 * Swaps ranges out, up to the first that the kernel cannot swap out, such as locked memory. Returns
 * the number of ranges that are done with, that one included; 0 if the kernel refuses them all.
 */
static unsigned int advise(struct batch *batch, unsigned int first, unsigned int count)
{
	struct daxplug *daxplug = batch->drain->change->daxplug;
	struct iovec ranges[SWAP_RANGES] = { 0 };
	unsigned int i;
	long done;

	for (i = 0; i < count; i++)
		ranges[i] = (struct iovec){
			.iov_base = batch->page[first + i],
			.iov_len = batch->size[first + i],
		};
	done = daxplug->system->page_out(daxplug, batch->pid, ranges, count);
	if (done < 0)
		return done == -EINVAL || done == -ENOMEM;
	for (i = 0; i < count && done >= (long)batch->size[first + i]; i++)
		done -= batch->size[first + i];
	return i < count ? i + 1 : count;
}

/* Counts the bytes that are no longer on any node. */
static uint64_t count_swapped(struct batch *batch)
{
	uint64_t bytes = 0;
	unsigned int i;

	if (call(batch, NULL))
		return 0;
	for (i = 0; i < batch->count; i++)
		if (batch->status[i] == -ENOENT && batch->use[i] != DAXPLUG_USE_CACHE)
			bytes += batch->size[i];
	return bytes;
}

/*
 * Swaps the pages out, except those that several processes map: these are left to the unplug,
 * which swaps too. Returns false if DAXPLUG_CHANGE_SWAP is not set, the pages are page cache or
 * huge, the drain stops, or swap is not known to have enough space.
 */
static bool swap_out(struct batch *batch)
{
	struct drain *drain = batch->drain;
	unsigned int at, count, done = 1;
	uint64_t room;

	if (!(drain->change->flags & DAXPLUG_CHANGE_SWAP) || is_cache(batch) || is_huge(batch) ||
	    atomic_load(&drain->stop))
		return false;
	if (swap_room(drain->change->daxplug, &room) || room < batch->bytes)
		return false;
	for (at = 0; done && at < batch->count && !atomic_load(&drain->stop); at += done) {
		count = batch->count - at < SWAP_RANGES ? batch->count - at : SWAP_RANGES;
		done = advise(batch, at, count);
	}
	atomic_fetch_add(&drain->swapped, count_swapped(batch));
	return true;
}

/* Drops the first pages of the batch, which then has a total of @count. */
static void drop(struct batch *batch, unsigned int first, unsigned int count)
{
	unsigned int left = count - first;

	memmove(batch->page, batch->page + first, left * sizeof(batch->page[0]));
	memmove(batch->size, batch->size + first, left * sizeof(batch->size[0]));
	memmove(batch->use, batch->use + first, left * sizeof(batch->use[0]));
	batch->count = left;
	batch->bytes = bytes_of(batch, left);
}

/* Moves the first @part pages to a target with room for them, and drops them from the batch. */
static void move_part(struct batch *batch, unsigned int part, struct target *target)
{
	uint64_t promised = bytes_of(batch, part), moved;
	unsigned int count = batch->count;
	int64_t began = clock_now();

	batch->count = part;
	moved = move_to(batch, target->node);
	adapt(batch, promised, clock_now() - began);
	targets_settle(&batch->drain->targets, target, promised, moved, batch->page_size);
	drop(batch, part, count);
}

/* Whether a move of the batch can succeed if a target has free memory. */
static bool may_move(const struct batch *batch)
{
	return batch->count && !atomic_load(&batch->owner->err) &&
	       !(atomic_load(&batch->drain->no_cache) && is_cache(batch)) &&
	       !(atomic_load(&batch->drain->no_gigantic) && is_gigantic(batch));
}

/**
 * batch_move() - move the pages of a batch
 * @batch: the batch; empty afterwards
 *
 * Pages that cannot be moved stay where they are. If no target has enough free memory, they
 * are swapped out if DAXPLUG_CHANGE_SWAP is set and swap has space, except for huge pages and page
 * cache. Otherwise the drain stops, starved, or for page cache only stops moving page cache.
 */
void batch_move(struct batch *batch)
{
	struct target *target;
	unsigned int part;

	while (may_move(batch)) {
		target = wait_for_room(batch, &part);
		if (!target) {
			if (!swap_out(batch))
				starve(batch);
			break;
		}
		move_part(batch, part, target);
	}
	batch->count = 0;
	batch->bytes = 0;
}

/**
 * batch_begin() - prepare for pages of a mapping
 * @batch: the batch; if its pages are of another owner or size, they are moved first
 * @owner: the owner of the pages
 * @page_size: the page size of the mapping
 */
void batch_begin(struct batch *batch, struct owner *owner, uint64_t page_size)
{
	if (batch->count && (batch->owner != owner || batch->page_size != page_size))
		batch_move(batch);
	batch->owner = owner;
	batch->pid = owner->pid;
	batch->page_size = page_size;
}
