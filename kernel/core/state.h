/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The states of a DAX device's memory, as daxX.Y/state names them, and the
 * rules between them. The driver, the library and the unit tests compile the
 * same file.
 */
#ifndef DAXPLUG_CORE_STATE_H
#define DAXPLUG_CORE_STATE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

/**
 * enum dax_block_state - the state of one memory block
 * @DAX_BLOCK_ABSENT: not added to the system
 * @DAX_BLOCK_OFFLINE: added, offline
 * @DAX_BLOCK_KERNEL: online in a kernel zone (any zone but ZONE_MOVABLE)
 * @DAX_BLOCK_MOVABLE: online in ZONE_MOVABLE
 */
enum dax_block_state {
	DAX_BLOCK_ABSENT,
	DAX_BLOCK_OFFLINE,
	DAX_BLOCK_KERNEL,
	DAX_BLOCK_MOVABLE,
};

/* As a wanted state only: online in the zone that the kernel chooses. */
#define DAX_BLOCK_ONLINE_ANY (DAX_BLOCK_MOVABLE + 1)

/**
 * enum dax_state - the state of all memory blocks of a device together
 * @DAX_STATE_UNPLUGGED: no block present
 * @DAX_STATE_OFFLINE: all present, all offline
 * @DAX_STATE_ONLINE: all online since "online" for the whole device; see struct dax_record
 * @DAX_STATE_ONLINE_KERNEL: all online, all in kernel zones
 * @DAX_STATE_ONLINE_MOVABLE: all online, all in ZONE_MOVABLE
 * @DAX_STATE_MIXED: anything else
 */
enum dax_state {
	DAX_STATE_UNPLUGGED,
	DAX_STATE_OFFLINE,
	DAX_STATE_ONLINE,
	DAX_STATE_ONLINE_KERNEL,
	DAX_STATE_ONLINE_MOVABLE,
	DAX_STATE_MIXED,
};

#define DAX_STATE_COUNT (DAX_STATE_MIXED + 1)

/**
 * struct dax_block_counts - the number of a device's blocks in each state
 * @total: blocks in the device's ranges
 * @present: blocks that have been added to the system
 * @online: present blocks that are online
 * @movable: online blocks in ZONE_MOVABLE
 */
struct dax_block_counts {
	unsigned int total;
	unsigned int present;
	unsigned int online;
	unsigned int movable;
};

/**
 * enum dax_verdict - whether a device may go from one state to another
 * @DAX_VERDICT_GO: yes
 * @DAX_VERDICT_NOTHING: the device is in that state already
 * @DAX_VERDICT_BUSY: no, the device must be unplugged first
 * @DAX_VERDICT_INVALID: the wanted state cannot be requested
 */
enum dax_verdict {
	DAX_VERDICT_GO,
	DAX_VERDICT_NOTHING,
	DAX_VERDICT_BUSY,
	DAX_VERDICT_INVALID,
};

const char *dax_state_name(enum dax_state state);
bool dax_state_parse(const char *word, size_t length, enum dax_state *state);
enum dax_state dax_state_of(const struct dax_block_counts *counts, bool whole_online);
enum dax_verdict dax_state_verdict(enum dax_state from, enum dax_state wanted);
bool dax_block_is_online(enum dax_block_state state);
bool dax_block_is_reached(enum dax_block_state state, unsigned int wanted);
unsigned int dax_block_wanted(enum dax_state state);
const char *dax_block_word(unsigned int wanted);
void dax_block_count(struct dax_block_counts *counts, enum dax_block_state state, int step);

#endif /* DAXPLUG_CORE_STATE_H */
