/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* The state of each memory block of a device, and of the device. */
#ifndef DAXPLUG_CORE_RECORD_H
#define DAXPLUG_CORE_RECORD_H

#include "spans.h"
#include "state.h"

/**
 * struct dax_record - the blocks of a device
 * @blocks: the state of each block, an enum dax_block_state
 * @counts: the number of blocks in each state
 * @whole_online: all blocks went online together, through "online" written to the device's state
 *	file or set as its default, and no block has been switched on its own since
 *
 * The owner of a record serialises access to it.
 */
struct dax_record {
	unsigned char *blocks;
	struct dax_block_counts counts;
	bool whole_online;
};

void dax_record_set(struct dax_record *record, unsigned int block, enum dax_block_state state);
enum dax_state dax_record_state(const struct dax_record *record);
bool dax_record_is_present(const struct dax_record *record, const struct dax_span *span);
unsigned int dax_record_online(const struct dax_record *record, const struct dax_span *span);

#endif /* DAXPLUG_CORE_RECORD_H */
