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
 * Taking a block offline may take for ever, with the hotplug locks held. After a slice the
 * block is left and tried again when all others are through, each time with twice the slice,
 * so that a block that is only slow gets through. No slice is long enough for a block with a
 * borrowed page, until that page is given back.
 */
#define SLICE_DOUBLINGS 5
#define SLICE_DOUBLINGS_BORROWED 2

/* A rollback has to end; by then a block has had 35 s at least. */
#define PASSES_BACK 10
#define PAUSE_BACK_MS 100

/* How full a block is, in sixteenths, rounded down. */
#define FULLNESS_MAX 16

/*
 * Blocks with a page that looks unmovable go first: if the core refuses one, it does so at
 * once, and no page has been moved in vain. Kernel zones go before ZONE_MOVABLE for the same
 * reason, and in each of the two the emptiest blocks go first, the fullest last: if the unplug is
 * refused or cancelled, few pages have been moved in vain, and until then new allocations
 * land in blocks that are in use anyway. Blocks with a page that has a
 * hardware fault go last: since 6.2 they cannot be put online again, so no failure should come
 * after them.
 *
 * Within a rank the blocks go in the order of core/order.c. A block with very few pages has the
 * rank of empty ones: moving its few pages costs less than the longer scans of the zone that
 * keeping the block to the end would cause.
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

/* The rank of a block that goes offline, of @rank if all of it is free. */
static u8 rank_by_pages(u8 rank, u64 start)
{
	struct kmem_pages_seen seen;

	if (kmem_unmovable_page(start, &seen) != DAX_REASON_NONE)
		return seen.faulty ? RANK_POISONED : RANK_UNMOVABLE;
	return seen.faulty ? RANK_POISONED : rank + fullness(&seen);
}

/*
 * The pages of ZONE_MOVABLE need no look while all of it is free, and no pages do when the
 * order does not matter: in a rollback, or after a cancel.
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

/* The order in which blocks go offline: by rank, and within a rank by core/order.c. */
static unsigned int list_unwanted(struct kmem_drive *drive)
{
	bool movable_is_free = kmem_node_movable_is_free(drive->memory->nid);
	unsigned int block, total = drive->job.gate->spans->total;

	kmem_gate_copy(drive->job.gate, drive->states);
	for (block = 0; block < total; block++)
		drive->rank[block] = rank_of(drive, block, movable_is_free);
	return dax_order_offline_ranked(drive->rank, total, RANK_NONE, drive->sorted, drive->list);
}

static unsigned int slice_ms(struct kmem_drive *drive, unsigned int block, unsigned int pass)
{
	u64 start = dax_spans_block_start(drive->job.gate->spans, block);
	unsigned int most = SLICE_DOUBLINGS;
	unsigned long pfn;

	if (pass > SLICE_DOUBLINGS_BORROWED && kmem_borrowed_page(start, &pfn))
		most = SLICE_DOUBLINGS_BORROWED;
	return KMEM_SLICE_MS << min(pass, most);
}

/*
 * Blocks that take too long get another pass. In a rollback busy ones do as well: they may
 * be busy for a moment only, and no task writes to state again.
 */
static bool wants_another_pass(const struct kmem_job *job, unsigned int pass, int err)
{
	if (err == -EBUSY)
		return job->best_effort && pass + 1 < PASSES_BACK;
	return err == KMEM_MEMBLK_LATER;
}

/* One pass over the listed blocks; those that need another one stay in the list. */
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
 * kmem_offline_unwanted() - take those blocks offline that should not be online as they are
 * @drive: the drive, its job begun, the blocks' devices found
 *
 * Context: The worker, which owns the gate; sleeps.
 * Return: 0, or the first failure's negative errno, see kmem_switch_offline(); -ETIMEDOUT if a
 * block takes too long in a rollback.
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
