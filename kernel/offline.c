// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/memory.h>
#include <linux/minmax.h>

#include "blocks.h"
#include "core/order.h"
#include "drive.h"
#include "guard.h"
#include "offline.h"
#include "region.h"
#include "slice.h"
#include "suspect.h"
#include "switch.h"

/*
 * Offlining a block may take for ever, and holds the hotplug locks meanwhile.
 * After a slice it is left and tried again when all others are done, each time
 * with twice the slice: what is only slow must get through. No time helps a
 * block of which somebody has borrowed a page, until that page is given back.
 */
#define SLICE_DOUBLINGS 5
#define SLICE_DOUBLINGS_BORROWED 2

/* On the way back there has to be an end; by then a block had 35 s at least. */
#define PASSES_BACK 10
#define PAUSE_BACK_MS 100

/*
 * What looks unmovable goes first: if the kernel says so too, it says so at
 * once, and nothing has been moved in vain. Kernel zones come before the
 * movable one for the same reason. A block with a faulty page comes last:
 * since 6.2 it cannot be put online again, so nothing should fail behind it.
 */
enum rank {
	RANK_SUSPECT,
	RANK_KERNEL,
	RANK_MOVABLE,
	RANK_POISONED,
	RANK_NONE,
};

/* On the way back there is nothing to choose, so no need to look. */
static bool is_to_be_looked_at(struct kmem_drive *drive, u8 state, bool nothing_movable)
{
	if (drive->best_effort || kmem_drive_cancelled(drive))
		return false;
	return state != DAX_BLOCK_MOVABLE || !nothing_movable;
}

static u8 rank_of(struct kmem_drive *drive, unsigned int block, bool nothing_movable)
{
	u8 state = kmem_guard_block(drive->region, block);
	enum kmem_cause suspicion = KMEM_CAUSE_NONE;
	bool faulty = false;
	unsigned long pfn;

	if (!dax_block_is_online(state) || kmem_drive_is_reached(state, drive->wanted[block]))
		return RANK_NONE;

	if (is_to_be_looked_at(drive, state, nothing_movable))
		suspicion = kmem_suspect_page(kmem_region_block_start(drive->region, block), &pfn,
					      &faulty);
	if (faulty)
		return RANK_POISONED;
	if (suspicion != KMEM_CAUSE_NONE)
		return RANK_SUSPECT;
	return state == DAX_BLOCK_KERNEL ? RANK_KERNEL : RANK_MOVABLE;
}

/* Appends the blocks of a rank to the list, in the order that suits a zone. */
static unsigned int append_rank(struct kmem_drive *drive, unsigned int count, enum rank rank)
{
	unsigned int block, i, nr = 0;

	for (block = 0; block < drive->region->counts.total; block++)
		if (drive->rank[block] == rank)
			drive->sorted[nr++] = block;
	for (i = 0; i < nr; i++)
		drive->list[count + i] = drive->sorted[dax_order_offline(nr, i)];
	return count + nr;
}

static unsigned int list_unwanted(struct kmem_drive *drive)
{
	bool nothing_movable = kmem_suspect_nothing_movable(drive->region->nid);
	unsigned int block, count = 0;
	enum rank rank;

	for (block = 0; block < drive->region->counts.total; block++)
		drive->rank[block] = rank_of(drive, block, nothing_movable);
	for (rank = RANK_SUSPECT; rank < RANK_NONE; rank++)
		count = append_rank(drive, count, rank);
	return count;
}

static unsigned int slice_ms(struct kmem_drive *drive, unsigned int block, unsigned int pass)
{
	unsigned int most = SLICE_DOUBLINGS;
	unsigned long pfn;

	if (pass > SLICE_DOUBLINGS_BORROWED &&
	    kmem_suspect_reference(kmem_region_block_start(drive->region, block), &pfn))
		most = SLICE_DOUBLINGS_BORROWED;
	return KMEM_SLICE_MS << min(pass, most);
}

/*
 * What takes too long. On the way back also what is busy: it may be so for a moment
 * only, and nobody is there to ask again.
 */
static bool is_for_another_pass(const struct kmem_drive *drive, unsigned int pass, int err)
{
	if (err == -EBUSY)
		return drive->best_effort && pass + 1 < PASSES_BACK;
	return err == KMEM_LATER;
}

/* One pass over the listed blocks; what is for another one stays in the list. */
static int offline_listed(struct kmem_drive *drive, unsigned int *count, unsigned int pass)
{
	unsigned int i, left = 0;
	int err, first_err = 0;

	for (i = 0; i < *count && !kmem_drive_is_over(drive, first_err); i++) {
		unsigned int block = drive->list[i];

		err = kmem_switch_offline(drive, block, slice_ms(drive, block, pass));
		if (is_for_another_pass(drive, pass, err)) {
			drive->list[left++] = block;
			continue;
		}
		if (err)
			kmem_drive_fail(drive, KMEM_STEP_OFFLINE, block, 1, err);
		first_err = first_err ?: err;
	}

	*count = left;
	return first_err;
}

/**
 * kmem_offline_unwanted() - take those blocks offline that should not be online as they are
 * @drive: the drive, begun, the blocks' devices found
 *
 * Context: The worker, which has claimed the region; sleeps.
 * Return: 0, or the first failure's negative errno, see kmem_switch_offline();
 * -ETIMEDOUT if a block takes too long on the way back.
 */
int kmem_offline_unwanted(struct kmem_drive *drive)
{
	unsigned int i, pass, count = list_unwanted(drive);
	int err = 0;

	kmem_slice_watch(&drive->slice);
	for (pass = 0; count && !kmem_drive_is_over(drive, err); pass++) {
		if (drive->best_effort && pass == PASSES_BACK)
			break;
		if (drive->best_effort && pass)
			msleep(PAUSE_BACK_MS);
		err = offline_listed(drive, &count, pass) ?: err;
	}
	kmem_slice_unwatch(&drive->slice);

	for (i = 0; i < count && drive->best_effort; i++)
		err = kmem_drive_fail(drive, KMEM_STEP_OFFLINE, drive->list[i], 1, -ETIMEDOUT);
	return err;
}
