// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "record.h"

/**
 * dax_record_set() - set the state of a block
 * @record: the record
 * @block: the block's number
 * @state: its state
 */
void dax_record_set(struct dax_record *record, unsigned int block, enum dax_block_state state)
{
	dax_block_count(&record->counts, record->blocks[block], -1);
	dax_block_count(&record->counts, state, 1);
	record->blocks[block] = state;
}

/**
 * dax_record_state() - derive the state of the device from its blocks
 * @record: the record
 *
 * Return: the state.
 */
enum dax_state dax_record_state(const struct dax_record *record)
{
	return dax_state_of(&record->counts, record->whole_online);
}

/**
 * dax_record_is_present() - test whether the blocks of a range are present
 * @record: the record
 * @span: the range; its blocks are added and removed together, so the first one tells
 *
 * Return: true if they are.
 */
bool dax_record_is_present(const struct dax_record *record, const struct dax_span *span)
{
	return record->blocks[span->first] != DAX_BLOCK_ABSENT;
}

/**
 * dax_record_online() - count the online blocks of a range
 * @record: the record
 * @span: the range
 *
 * Return: the number.
 */
unsigned int dax_record_online(const struct dax_record *record, const struct dax_span *span)
{
	unsigned int i, count = 0;

	for (i = 0; i < span->count; i++)
		count += dax_block_is_online(record->blocks[span->first + i]);
	return count;
}
