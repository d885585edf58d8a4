// SPDX-License-Identifier: LGPL-2.1-or-later
/* Switches memory blocks one by one, and restores their former states. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "change.h"
#include "core/order.h"
#include "core/plural.h"
#include "handle.h"

/* Attempts at a block that may be busy only briefly. */
#define ATTEMPTS 3
#define PAUSE_NS 100000000L

/* Pauses between attempts; 0.4 s in total for CHANGE_LOOKS attempts. */
void change_pause(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/* The word that puts a block in a state. */
static const char *word_for(enum daxplug_block_state state)
{
	switch (state) {
	case DAXPLUG_BLOCK_KERNEL:
		return "online_kernel";
	case DAXPLUG_BLOCK_MOVABLE:
		return "online_movable";
	default:
		return "offline";
	}
}

static bool may_be_for_a_moment(int err)
{
	return err == -EBUSY || err == -EAGAIN;
}

/* Whether a block is known to be already in the state of a word. */
static bool is_already(const struct daxplug *daxplug, const struct block *block, const char *word)
{
	struct block now = *block;
	enum daxplug_block_state state = block_read(daxplug, &now);

	if (!strcmp(word, "online"))
		return block_is_online(state);
	return state >= DAXPLUG_BLOCK_OFFLINE && state != DAXPLUG_BLOCK_ONLINE &&
	       !strcmp(word, word_for(state));
}

/**
 * change_write() - write a word that changes memory; a signal ends it
 * @change: the change
 * @path: the file, relative to the root
 * @word: the word
 *
 * Return: 0, -EINTR if the change is cancelled, or the kernel's refusal.
 */
int change_write(struct daxplug_change *change, const char *path, const char *word)
{
	int err;

	do {
		if (task_cancelled(change))
			return -EINTR;
		change->task.touched = true;
		err = change->daxplug->system->write(change->daxplug, path, word);
	} while (err == -EINTR && !task_interrupted(change));
	return err;
}

/**
 * block_switch() - write a word to a block's state
 * @change: the change
 * @block: the block
 * @word: the word
 *
 * It is not a failure if another process has already put the block in that state, for which the
 * kernel returns EINVAL (state_store() in drivers/base/memory.c, 6.1 to 7.3).
 *
 * Return: 0, -EINTR if the change is cancelled, or the kernel's refusal.
 */
int block_switch(struct daxplug_change *change, const struct block *block, const char *word)
{
	char path[SYSFS_PATH_SIZE];
	int attempt, err;

	block_path(block, "state", path);
	for (attempt = 1;; attempt++) {
		err = change_write(change, path, word);
		if (err == -EINVAL && is_already(change->daxplug, block, word))
			return 0;
		if (!may_be_for_a_moment(err))
			return err;
		if (task_cancelled(change))
			return -EINTR;
		if (attempt == ATTEMPTS)
			return err;
		change_pause();
	}
}

/**
 * undo_record() - record the state of each block
 * @change: the change; an earlier record is dropped
 *
 * Fails for an unknown state, which could not be restored.
 *
 * Return: 0; -ENODATA if the state of a block is unknown; -ENOMEM.
 */
int undo_record(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;
	struct task *task = &change->task;
	size_t size = sizeof(*task->before) * device->counts.total;
	unsigned int i;

	free(task->before);
	task->before_count = 0;
	task->before = NULL;
	for (i = 0; i < device->counts.total; i++)
		if (device->blocks[i].err)
			return fail_unreadable(change, &device->blocks[i]);

	task->before = malloc(size ? size : 1);
	if (!task->before)
		return fail(change, -ENOMEM, DAXPLUG_REASON_NO_MEMORY,
			    "not enough memory to record its blocks");
	if (size)
		memcpy(task->before, device->blocks, size);
	task->before_count = device->counts.total;
	return 0;
}

/* As block_read(), for a block that may be unreadable only briefly. */
enum daxplug_block_state block_read_patiently(struct daxplug_change *change, struct block *block)
{
	enum daxplug_block_state state;
	int looks = 0;

	while (state = block_read(change->daxplug, block), block->err && ++looks < CHANGE_LOOKS)
		change_pause();
	return state;
}

/*
 * Restores the state of one block; returns true if the block is known to have it, false if a block
 * has appeared or gone.
 */
static bool put_back(struct daxplug_change *change, const struct block *before)
{
	struct block now = *before;
	enum daxplug_block_state state = block_read_patiently(change, &now);

	if (state == before->state)
		return true;
	if (state == DAXPLUG_BLOCK_ABSENT || before->state == DAXPLUG_BLOCK_ABSENT)
		return false;
	/* The zone cannot be read, and may be the right one. */
	if (now.err && block_is_online(state) && before->state != DAXPLUG_BLOCK_OFFLINE)
		return false;
	/* Take an online block offline: its former state, or the only way to another zone. */
	if (block_is_online(state) && block_switch(change, before, "offline"))
		return false;
	if (before->state == DAXPLUG_BLOCK_OFFLINE && block_is_online(state))
		return true;
	block_switch(change, before, word_for(before->state));
	/* Ignore the result: another process may have switched the block first. */
	return block_read_patiently(change, &now) == before->state;
}

/**
 * undo_blocks() - put each block back in its recorded state
 * @change: the change, failed; its report gets the outcome
 *
 * Return: the error of the change.
 */
int undo_blocks(struct daxplug_change *change)
{
	const struct task *task = &change->task;
	const struct block *first_left = NULL;
	unsigned int i, left = 0;

	task_enter(change, DAXPLUG_PHASE_BACK);
	for (i = 0; i < task->before_count; i++) {
		unsigned int turn = dax_order_online(task->before_count, i);

		if (put_back(change, &task->before[turn]))
			continue;
		left++;
		first_left = &task->before[turn];
	}

	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (left) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report,
			    "cannot tell that %u memory block%s came back, among them memory%llu, "
			    "which was %s; see daxplug show %s",
			    left, dax_plural(left), (unsigned long long)first_left->number,
			    daxplug_block_state_name(first_left->state), change_name(change));
	}
	return change->report.err;
}
