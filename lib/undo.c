// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory blocks switched one by one, and put back as they were. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "change.h"
#include "core/order.h"
#include "handle.h"

/* A block that is busy only for a moment is given a few. */
#define ATTEMPTS 3
#define PAUSE_NS 100000000L

/* The word that puts a block in a state. */
const char *block_word(enum dax_block_state state)
{
	switch (state) {
	case DAX_BLOCK_KERNEL:
		return "online_kernel";
	case DAX_BLOCK_MOVABLE:
		return "online_movable";
	default:
		return "offline";
	}
}

static bool may_be_for_a_moment(int err)
{
	return err == -EBUSY || err == -EAGAIN;
}

/* Is a block already what a word would make of it. */
static bool is_already(const struct daxplug *daxplug, const struct block *block, const char *word)
{
	struct block now = *block;
	enum dax_block_state state = block_read(daxplug, &now);

	if (state == DAX_BLOCK_ABSENT)
		return false;
	if (!strcmp(word, "online"))
		return state != DAX_BLOCK_OFFLINE;
	return !strcmp(word, block_word(state));
}

/**
 * block_switch() - write a word to a block's state
 * @change: the change
 * @block: the block
 * @word: the word
 *
 * A block that somebody else has made the same of meanwhile is no failure, though the
 * kernel answers with EINVAL (state_store() in drivers/base/memory.c, 6.1 to 7.3).
 *
 * Return: 0, -EINTR if the change is cancelled, or what the kernel refused with.
 */
int block_switch(struct change *change, const struct block *block, const char *word)
{
	struct daxplug *daxplug = change->device->daxplug;
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	char path[SYSFS_PATH_SIZE];
	int attempt, err;

	block_path(block, "state", path);
	for (attempt = 1;; attempt++) {
		err = daxplug->system->write(daxplug, path, word);
		if (err == -EINVAL && is_already(daxplug, block, word))
			return 0;
		if (!may_be_for_a_moment(err))
			return err;
		if (worker_cancelled(change))
			return -EINTR;
		if (attempt == ATTEMPTS)
			return err;
		nanosleep(&pause, NULL);
	}
}

/**
 * undo_record() - remember what each block is
 * @change: the change; what was remembered before is forgotten
 *
 * Return: 0 or -ENOMEM.
 */
int undo_record(struct change *change)
{
	const struct daxplug_device *device = change->device;
	size_t size = sizeof(*change->before) * device->counts.total;

	free(change->before);
	change->before_count = 0;
	change->before = malloc(size ? size : 1);
	if (!change->before)
		return fail(change, -ENOMEM, NULL, "recorded");
	if (size)
		memcpy(change->before, device->blocks, size);
	change->before_count = device->counts.total;
	return 0;
}

/* Puts one block back; a block that is absent cannot be brought back here. */
static bool put_back(struct change *change, const struct block *before)
{
	struct block now = *before;
	enum dax_block_state state = block_read(change->device->daxplug, &now);

	if (state == before->state)
		return true;
	if (state == DAX_BLOCK_ABSENT || before->state == DAX_BLOCK_ABSENT)
		return false;
	if (state != DAX_BLOCK_OFFLINE && block_switch(change, before, "offline"))
		return false;
	if (before->state == DAX_BLOCK_OFFLINE)
		return true;
	/* Refused or not: somebody else may have put it back first, or in another zone. */
	block_switch(change, before, block_word(before->state));
	return block_read(change->device->daxplug, &now) == before->state;
}

/**
 * undo_blocks() - put each block back to what was recorded
 * @change: the change, failed; its report gets the outcome
 *
 * Return: the error of the change.
 */
int undo_blocks(struct change *change)
{
	const struct block *first_left = NULL;
	unsigned int i, left = 0;

	worker_enter(change, DAXPLUG_PHASE_BACK);
	for (i = 0; i < change->before_count; i++) {
		unsigned int turn = dax_order_online(change->before_count, i);

		if (put_back(change, &change->before[turn]))
			continue;
		left++;
		first_left = &change->before[turn];
	}

	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (left) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report,
			    "%u memory blocks are not what they were, the first is memory%llu, "
			    "which was %s; see daxplug show %s",
			    left, (unsigned long long)first_left->number,
			    daxplug_block_state_name(first_left->state), change->device->name);
	}
	return change->report.err;
}
