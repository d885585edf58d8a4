// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "block/gate.h"
#include "block/range.h"
#include "core/order.h"
#include "drive.h"
#include "memblk/memblk.h"
#include "offline.h"
#include "switch.h"
#include "trace.h"

/* Iterates over the ranges of @drive until @err ends the job. */
#define for_each_span_until(drive, span, err)                                                      \
	for ((span) = (drive)->job.gate->spans->span;                                              \
	     (span) < (drive)->job.gate->spans->span + (drive)->job.gate->spans->nr &&             \
	     !kmem_job_is_over(&(drive)->job, err);                                                \
	     (span)++)

static bool is_wanted(const struct kmem_drive *drive, const struct dax_span *span)
{
	return drive->wanted[span->first] != DAX_BLOCK_ABSENT;
}

static int change_range(struct kmem_drive *drive, const struct dax_span *span,
			int (*change)(struct kmem_memory *memory, const struct dax_span *span),
			const char *word)
{
	struct kmem_job *job = &drive->job;
	ktime_t begin = ktime_get();
	int err = change(drive->memory, span);
	s64 us = kmem_job_count_core(job, begin);

	trace_range_change(job->gate->label.name, span, word, err, us, job->best_effort);
	return err;
}

static int put_and_remove(struct kmem_drive *drive, const struct dax_span *span)
{
	unsigned int i;

	/* find_blocks() fills in only NULL pointers, so no removed block may stay in @blocks. */
	for (i = 0; i < span->count; i++)
		kmem_memblk_put(&drive->blocks[span->first + i]);
	return change_range(drive, span, kmem_range_remove, "remove");
}

/*
 * Removes the ranges that are present but wanted absent. A range with an online block is kept,
 * which is a failure unless @spare_online. A cancellation ends the loop, but undoes nothing. Once
 * a range is removed, the others follow in spite of a cancellation: that needs no memory, but
 * adding the range again does, and may fail.
 */
static int remove_unwanted(struct kmem_drive *drive, bool spare_online)
{
	struct kmem_job *job = &drive->job;
	const struct dax_span *span;
	int err, first_err = 0;
	bool removed = false;

	for_each_span_until(drive, span, first_err) {
		bool online = kmem_gate_count_online(job->gate, span);

		if (is_wanted(drive, span) || !kmem_gate_is_present(job->gate, span) ||
		    (online && spare_online))
			continue;
		err = removed ? 0 : kmem_job_cancelled(job);
		if (!err || online) {
			err = online ? -EBUSY : put_and_remove(drive, span);
			if (err)
				kmem_job_fail(job, DAX_STEP_REMOVE, span->first, span->count, err);
			removed |= !err;
		}
		first_err = first_err ?: err;
	}

	return first_err;
}

static int reserve_and_add(struct kmem_drive *drive, const struct dax_span *span)
{
	struct kmem_job *job = &drive->job;
	int err;

	err = kmem_range_reserve(drive->memory, span);
	if (err)
		return kmem_job_fail(job, DAX_STEP_RESERVE, span->first, span->count, err);

	err = change_range(drive, span, kmem_range_add, "add");
	return err ? kmem_job_fail(job, DAX_STEP_ADD, span->first, span->count, err) : 0;
}

static int add_missing(struct kmem_drive *drive)
{
	struct kmem_job *job = &drive->job;
	const struct dax_span *span;
	int err, first_err = 0;

	for_each_span_until(drive, span, first_err) {
		if (!is_wanted(drive, span) || kmem_gate_is_present(job->gate, span))
			continue;
		err = kmem_job_cancelled(job) ?: reserve_and_add(drive, span);
		first_err = first_err ?: err;
	}

	return first_err;
}

static int put_online(struct kmem_drive *drive)
{
	unsigned int block, i, count = 0;
	struct kmem_job *job = &drive->job;
	int err, first_err = 0;

	kmem_gate_copy(job->gate, drive->states);
	for (block = 0; block < job->gate->spans->total; block++)
		if (drive->states[block] == DAX_BLOCK_OFFLINE &&
		    drive->wanted[block] > DAX_BLOCK_OFFLINE)
			drive->list[count++] = block;

	for (i = 0; i < count && !kmem_job_is_over(job, first_err); i++) {
		block = drive->list[dax_order_online(count, i)];
		err = kmem_switch_online(job, block, drive->blocks[block], drive->wanted[block]);
		if (err)
			kmem_job_fail(job, DAX_STEP_ONLINE, block, 1, err);
		first_err = first_err ?: err;
	}

	return first_err;
}

/* Called before each step that needs the blocks' devices: blocks that were added have new ones. */
static int find_blocks(struct kmem_drive *drive)
{
	struct kmem_job *job = &drive->job;
	unsigned int missing;
	int err;

	kmem_gate_copy(job->gate, drive->states);
	err = kmem_memblks_find(job->gate->spans, drive->states, drive->blocks, &missing);
	return err ? kmem_job_fail(job, DAX_STEP_FIND, missing, 1, err) : 0;
}

/**
 * kmem_drive_all() - drive all blocks to their wanted states
 * @drive: the drive, its job begun
 *
 * After an error nothing is undone: the caller rolls back by kmem_drive_want_back() and another
 * drive.
 *
 * Context: Process context, sleeps; the gate owned by this task.
 * Return: 0; the errno of the cancel; or a negative errno of kmem_memblks_find(),
 * kmem_offline_unwanted(), kmem_range_remove(), kmem_range_reserve(), kmem_range_add() or
 * kmem_switch_online(). It belongs to the first step that failed; in a best-effort job, which goes
 * on after a failure, to the last stage that failed, while job->failure has the first step.
 */
int kmem_drive_all(struct kmem_drive *drive)
{
	struct kmem_job *job = &drive->job;
	int err;

	err = find_blocks(drive);
	if (!kmem_job_is_over(job, err))
		err = kmem_offline_unwanted(drive) ?: err;
	if (!kmem_job_is_over(job, err))
		err = remove_unwanted(drive, false) ?: err;
	if (!kmem_job_is_over(job, err))
		err = add_missing(drive) ?: err;
	if (!kmem_job_is_over(job, err))
		err = find_blocks(drive) ?: err;
	if (!kmem_job_is_over(job, err))
		err = put_online(drive) ?: err;
	return err;
}

/**
 * kmem_drive_add() - add the ranges that are wanted and absent, offline
 * @drive: the drive, its job begun
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 * Return: 0 or the first failure's negative errno.
 */
int kmem_drive_add(struct kmem_drive *drive)
{
	return add_missing(drive);
}

/**
 * kmem_drive_online() - put the offline blocks online that are wanted online
 * @drive: the drive, its job begun
 *
 * Context: Process context, sleeps; kmem_dev->lock held, the gate owned by this task.
 * Return: 0 or the first failure's negative errno.
 */
int kmem_drive_online(struct kmem_drive *drive)
{
	int err = find_blocks(drive);

	if (!kmem_job_is_over(&drive->job, err))
		err = put_online(drive) ?: err;
	return err;
}

/**
 * kmem_drive_want() - set the same wanted state for all blocks
 * @drive: the drive
 * @wanted: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 *
 * Context: Any; kmem_dev->lock held.
 */
void kmem_drive_want(struct kmem_drive *drive, unsigned int wanted)
{
	memset(drive->wanted, wanted, drive->job.gate->spans->total);
}

/**
 * kmem_drive_want_back() - set the wanted states of all blocks to their former states
 * @drive: the drive, @drive->before filled in
 *
 * Context: Any; kmem_dev->lock held.
 */
void kmem_drive_want_back(struct kmem_drive *drive)
{
	memcpy(drive->wanted, drive->before, drive->job.gate->spans->total);
}

/**
 * kmem_drive_want_absent() - as kmem_drive_want_back(), but with one range absent
 * @drive: the drive, @drive->before filled in
 * @span: the range
 *
 * Context: Any; kmem_dev->lock held.
 */
void kmem_drive_want_absent(struct kmem_drive *drive, const struct dax_span *span)
{
	kmem_drive_want_back(drive);
	memset(drive->wanted + span->first, DAX_BLOCK_ABSENT, span->count);
}

/**
 * kmem_drive_end() - release the blocks' devices, and the reservations of absent ranges
 * @drive: the drive
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 */
void kmem_drive_end(struct kmem_drive *drive)
{
	struct kmem_gate *gate = drive->job.gate;
	unsigned int i;

	for (i = 0; i < gate->spans->total; i++)
		kmem_memblk_put(&drive->blocks[i]);
	for (i = 0; i < gate->spans->nr; i++)
		if (!kmem_gate_is_present(gate, &gate->spans->span[i]))
			kmem_range_release(drive->memory, &gate->spans->span[i]);
}

/**
 * kmem_drive_clear() - remove the ranges that are all offline
 * @drive: the drive
 * @purpose: see struct kmem_job
 *
 * The gate keeps other tasks from starting to put a block online, and remove_memory() refuses a
 * range with a block that a task has begun to switch.
 *
 * Context: Process context, sleeps; kmem_dev->lock held.
 */
void kmem_drive_clear(struct kmem_drive *drive, const char *purpose)
{
	struct kmem_gate *gate = drive->job.gate;

	kmem_gate_own(gate);
	kmem_drive_want(drive, DAX_BLOCK_ABSENT);
	kmem_job_begin_best_effort(&drive->job, purpose);
	remove_unwanted(drive, true);
	kmem_drive_end(drive);
	kmem_gate_disown(gate);
}

/**
 * kmem_drive_create() - allocate the arrays of a drive
 * @drive: the drive, all zero
 * @memory: the memory, its gate created
 * @lifecycle: its lifecycle
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM; kmem_drive_destroy() frees it either way.
 */
int kmem_drive_create(struct kmem_drive *drive, struct kmem_memory *memory,
		      struct kmem_lifecycle *lifecycle)
{
	unsigned int total = memory->gate->spans->total;

	drive->job.gate = memory->gate;
	drive->job.lifecycle = lifecycle;
	drive->memory = memory;
	kmem_slice_init(&drive->slice);
	drive->blocks = kvcalloc(total, sizeof(*drive->blocks), GFP_KERNEL);
	drive->states = kvcalloc(total, sizeof(*drive->states), GFP_KERNEL);
	drive->list = kvcalloc(total, sizeof(*drive->list), GFP_KERNEL);
	drive->sorted = kvcalloc(total, sizeof(*drive->sorted), GFP_KERNEL);
	drive->rank = kvcalloc(total, sizeof(*drive->rank), GFP_KERNEL);
	drive->wanted = kvcalloc(total, sizeof(*drive->wanted), GFP_KERNEL);
	drive->before = kvcalloc(total, sizeof(*drive->before), GFP_KERNEL);
	if (!drive->blocks || !drive->states || !drive->list || !drive->sorted || !drive->rank ||
	    !drive->wanted || !drive->before)
		return -ENOMEM;
	return 0;
}

/**
 * kmem_drive_destroy() - free what kmem_drive_create() allocated
 * @drive: the drive, ended; all zero is fine
 *
 * Context: Process context, sleeps.
 */
void kmem_drive_destroy(struct kmem_drive *drive)
{
	kvfree(drive->blocks);
	kvfree(drive->states);
	kvfree(drive->list);
	kvfree(drive->sorted);
	kvfree(drive->rank);
	kvfree(drive->wanted);
	kvfree(drive->before);
}
