// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "state.h"

static const char *const state_names[DAX_STATE_COUNT] = {
	[DAX_STATE_UNPLUGGED] = "unplugged",
	[DAX_STATE_OFFLINE] = "offline",
	[DAX_STATE_ONLINE] = "online",
	[DAX_STATE_ONLINE_KERNEL] = "online_kernel",
	[DAX_STATE_ONLINE_MOVABLE] = "online_movable",
	[DAX_STATE_MIXED] = "mixed",
};

/**
 * dax_state_name() - the name of a state
 * @state: the state
 *
 * Return: the word, a constant, without a newline.
 */
const char *dax_state_name(enum dax_state state)
{
	return state_names[state];
}

/**
 * dax_state_parse() - parse the name of a state
 * @word: the word, optionally followed by one newline; need not be
 *	NUL-terminated
 * @length: its length in bytes, including the newline
 * @state: set to the state; unchanged if the word is not a state
 *
 * Return: true if the word names a state, even one that cannot be requested.
 */
bool dax_state_parse(const char *word, size_t length, enum dax_state *state)
{
	unsigned int i;

	if (length > 0 && word[length - 1] == '\n')
		length--;

	for (i = 0; i < DAX_STATE_COUNT; i++) {
		if (strlen(state_names[i]) != length)
			continue;
		if (memcmp(state_names[i], word, length))
			continue;
		*state = i;
		return true;
	}

	return false;
}

/**
 * dax_state_of() - derive the state of a device from its memory blocks
 * @counts: the number of blocks in each state
 * @whole_online: see struct dax_record
 *
 * Return: the state.
 */
enum dax_state dax_state_of(const struct dax_block_counts *counts, bool whole_online)
{
	if (!counts->present)
		return DAX_STATE_UNPLUGGED;
	if (counts->present != counts->total)
		return DAX_STATE_MIXED;
	if (!counts->online)
		return DAX_STATE_OFFLINE;
	if (counts->online != counts->total)
		return DAX_STATE_MIXED;
	if (whole_online)
		return DAX_STATE_ONLINE;
	if (!counts->movable)
		return DAX_STATE_ONLINE_KERNEL;
	if (counts->movable == counts->total)
		return DAX_STATE_ONLINE_MOVABLE;
	return DAX_STATE_MIXED;
}

/**
 * dax_state_verdict() - decide whether a device may go from one state to another
 * @from: the current state
 * @wanted: the requested state
 *
 * Return: the verdict.
 */
enum dax_verdict dax_state_verdict(enum dax_state from, enum dax_state wanted)
{
	switch (wanted) {
	case DAX_STATE_UNPLUGGED:
		return from == wanted ? DAX_VERDICT_NOTHING : DAX_VERDICT_GO;
	case DAX_STATE_ONLINE:
	case DAX_STATE_ONLINE_KERNEL:
	case DAX_STATE_ONLINE_MOVABLE:
		if (from == wanted)
			return DAX_VERDICT_NOTHING;
		return from == DAX_STATE_UNPLUGGED ? DAX_VERDICT_GO : DAX_VERDICT_BUSY;
	default:
		/*
		 * Offline and mixed are only reported and cannot be requested:
		 * other tasks may put the blocks of an offline device online
		 * at any time.
		 */
		return DAX_VERDICT_INVALID;
	}
}

/**
 * dax_block_is_online() - test whether a block is online, in any zone
 * @state: the state of the block
 *
 * Return: true if it is.
 */
bool dax_block_is_online(enum dax_block_state state)
{
	return state == DAX_BLOCK_KERNEL || state == DAX_BLOCK_MOVABLE;
}

/**
 * dax_block_is_reached() - test whether a block is in the wanted state
 * @state: the state of the block
 * @wanted: the wanted state, an enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 *
 * Return: true if it is.
 */
bool dax_block_is_reached(enum dax_block_state state, unsigned int wanted)
{
	return wanted == DAX_BLOCK_ONLINE_ANY ? dax_block_is_online(state) : state == wanted;
}

/**
 * dax_block_wanted() - the state that each block has in a state of the device
 * @state: the state, not DAX_STATE_MIXED
 *
 * Return: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY.
 */
unsigned int dax_block_wanted(enum dax_state state)
{
	switch (state) {
	case DAX_STATE_OFFLINE:
		return DAX_BLOCK_OFFLINE;
	case DAX_STATE_ONLINE:
		return DAX_BLOCK_ONLINE_ANY;
	case DAX_STATE_ONLINE_KERNEL:
		return DAX_BLOCK_KERNEL;
	case DAX_STATE_ONLINE_MOVABLE:
		return DAX_BLOCK_MOVABLE;
	default:
		return DAX_BLOCK_ABSENT;
	}
}

/**
 * dax_block_word() - the word to write to a block's own state file
 * @wanted: the wanted state of the block, not DAX_BLOCK_ABSENT
 *
 * Return: the word, a constant.
 */
const char *dax_block_word(unsigned int wanted)
{
	switch (wanted) {
	case DAX_BLOCK_OFFLINE:
		return "offline";
	case DAX_BLOCK_KERNEL:
		return "online_kernel";
	case DAX_BLOCK_MOVABLE:
		return "online_movable";
	default:
		return "online";
	}
}

/**
 * dax_block_count() - add one block to the counts, or subtract it
 * @counts: the counts; @counts->total does not change
 * @state: the state of the block
 * @step: 1 to add, -1 to subtract
 */
void dax_block_count(struct dax_block_counts *counts, enum dax_block_state state, int step)
{
	counts->present += state != DAX_BLOCK_ABSENT ? step : 0;
	counts->online += dax_block_is_online(state) ? step : 0;
	counts->movable += state == DAX_BLOCK_MOVABLE ? step : 0;
}
