// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/memory.h>
#include <linux/minmax.h>
#include <linux/pfn.h>

#include "block/gate.h"
#include "block/range.h"
#include "block/unmovable.h"
#include "core/order.h"
#include "drive.h"
#include "memblk/memblk.h"
#include "offline.h"
#include "switch.h"

/*
 * offline_pages() may retry forever, with the hotplug locks held. So each attempt at a block is
 * limited to a time slice, and a block that needs longer is tried again after all others, each
 * time with a slice twice as long, so that a slow block succeeds in the end. For a block with a
 * borrowed page the slice stops growing early: no slice is long enough until that page is
 * returned.
 */
#define SLICE_DOUBLINGS 5
#define SLICE_DOUBLINGS_BORROWED 2

/* A rollback has to end: it gives up on a block after these passes, which allow at least 35 s. */
#define PASSES_BACK 10
#define PAUSE_BACK_MS 100

/* A block that is full; fullness is in sixteenths, rounded down. */
#define FULLNESS_MAX 16

/*
 * Blocks with a page that looks unmovable go first: the core refuses such a block at once, before
 * any page has been moved in vain. For the same reason blocks in kernel zones go before those in
 * ZONE_MOVABLE, and in each of the two the emptiest blocks go first: if the unplug fails later,
 * few pages have been moved in vain, and until then new allocations come from blocks that are in
 * use anyway. Blocks with a hardware-poisoned page go last: since 6.2 such a block cannot be put
 * online again, so no later failure may require that.
 *
 * Within a rank the order is that of dax_order_offline(). A block with very few pages in use
 * ranks with the empty ones: moving those pages costs less than the longer walks of the zone
 * (set_zone_contiguous()) that deferring the block would cause.
 */
enum rank {
	RANK_UNMOVABLE,
	RANK_KERNEL,
	RANK_MOVABLE = RANK_KERNEL + FULLNESS_MAX + 1,
	RANK_POISONED = RANK_MOVABLE + FULLNESS_MAX + 1,
	RANK_NONE,
};

static u8 fullness(const struct kmem_pages_seen *seen)
{
	unsigned long total = PHYS_PFN(memory_block_size_bytes());

	return (total - min(seen->free, total)) * FULLNESS_MAX / total;
}

/* Ranks a block by its pages; @rank is that of an empty block in the same zone. */
static u8 rank_by_pages(u8 rank, u64 start)
{
	struct kmem_pages_seen seen;

	if (kmem_unmovable_page(start, &seen) != DAX_REASON_NONE)
		return seen.faulty ? RANK_POISONED : RANK_UNMOVABLE;
	return seen.faulty ? RANK_POISONED : rank + fullness(&seen);
}

/*
 * Scans the pages of a block only if the order depends on them: not in ZONE_MOVABLE while that
 * zone is all free and has all pages of the blocks, nor in a rollback or after a cancel.
 */
static u8 rank_of(struct kmem_drive *drive, unsigned int block, bool movable_is_free)
{
	struct kmem_job *job = &drive->job;
	u8 state = drive->states[block];
	u8 rank = state == DAX_BLOCK_KERNEL ? RANK_KERNEL : RANK_MOVABLE;

	if (!dax_block_is_online(state) || dax_block_is_reached(state, drive->wanted[block]))
		return RANK_NONE;
	if (job->best_effort || kmem_job_cancelled(job))
		return rank;
	if (state == DAX_BLOCK_MOVABLE && movable_is_free)
		return rank;
	return rank_by_pages(rank, dax_spans_block_start(job->gate->spans, block));
}

/* Lists the blocks to take offline in @drive->list, in order, and returns their number. */
static unsigned int list_unwanted(struct kmem_drive *drive)
{
	/* Pages that hold a block's page structs are not in the zone, but may be faulty. */
	bool movable_is_free = kmem_gate_counts(drive->job.gate).movable &&
			       !drive->memory->memmap_on_memory &&
			       kmem_node_movable_is_free(drive->memory->nid);
	unsigned int block, total = drive->job.gate->spans->total;

	kmem_gate_copy(drive->job.gate, drive->states);
	for (block = 0; block < total; block++)
		drive->rank[block] = rank_of(drive, block, movable_is_free);
	return dax_order_offline_ranked(drive->rank, total, RANK_NONE, drive->sorted, drive->list);
}

static unsigned int slice_ms(struct kmem_drive *drive, unsigned int block, unsigned int pass)
{
	u64 start = dax_spans_block_start(drive->job.gate->spans, block);
	unsigned int max_doublings = SLICE_DOUBLINGS;
	unsigned long pfn;

	if (pass > SLICE_DOUBLINGS_BORROWED && kmem_borrowed_page(start, &pfn))
		max_doublings = SLICE_DOUBLINGS_BORROWED;
	return KMEM_SLICE_MS << min(pass, max_doublings);
}

/*
 * A block whose slice ran out gets another pass. In a rollback a busy block gets another pass, too:
 * the block may be busy only for a moment, and no task tries a rollback again.
 */
static bool wants_another_pass(const struct kmem_job *job, unsigned int pass, int err)
{
	if (err == -EBUSY)
		return job->best_effort && pass + 1 < PASSES_BACK;
	return err == KMEM_MEMBLK_LATER;
}

/* Makes one pass over the listed blocks. Those that need another pass stay in the list. */
static int offline_listed(struct kmem_drive *drive, unsigned int *count, unsigned int pass)
{
	struct kmem_job *job = &drive->job;
	unsigned int i, left = 0;
	int err, first_err = 0;

	for (i = 0; i < *count && !kmem_job_is_over(job, first_err); i++) {
		unsigned int block = drive->list[i];

		err = kmem_switch_offline(job, block, drive->blocks[block], &drive->slice,
					  slice_ms(drive, block, pass));
		if (wants_another_pass(job, pass, err)) {
			drive->list[left++] = block;
			continue;
		}
		if (err)
			kmem_job_fail(job, DAX_STEP_OFFLINE, block, 1, err);
		first_err = first_err ?: err;
	}

	*count = left;
	return first_err;
}

/**
 * kmem_offline_unwanted() - take the online blocks offline that are wanted in another state
 * @drive: the drive, its job begun, the blocks' devices found
 *
 * Context: The worker, which owns the gate; sleeps.
 * Return: 0; the first failure's negative errno, see kmem_switch_offline(), in a best-effort job
 * that of the last pass with a failure; -ETIMEDOUT if a rollback gave up on a block.
 */
int kmem_offline_unwanted(struct kmem_drive *drive)
{
	unsigned int i, pass, count = list_unwanted(drive);
	struct kmem_job *job = &drive->job;
	int err = 0;

	kmem_slice_watch(&drive->slice);
	for (pass = 0; count && !kmem_job_is_over(job, err); pass++) {
		if (job->best_effort && pass == PASSES_BACK)
			break;
		if (job->best_effort && pass)
			msleep(PAUSE_BACK_MS);
		err = offline_listed(drive, &count, pass) ?: err;
	}
	kmem_slice_unwatch(&drive->slice);

	for (i = 0; i < count && job->best_effort; i++)
		err = kmem_job_fail(job, DAX_STEP_OFFLINE, drive->list[i], 1, -ETIMEDOUT);
	return err;
}
