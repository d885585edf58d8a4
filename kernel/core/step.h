/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* The steps of a transition. */
#ifndef DAXPLUG_CORE_STEP_H
#define DAXPLUG_CORE_STEP_H

/**
 * enum dax_step - one step
 * @DAX_STEP_NONE: none
 * @DAX_STEP_FIND: find the devices of the blocks
 * @DAX_STEP_OFFLINE: take a block offline
 * @DAX_STEP_REMOVE: remove a range of blocks from the system
 * @DAX_STEP_RESERVE: reserve the addresses of a range
 * @DAX_STEP_ADD: add a range of blocks to the system
 * @DAX_STEP_ONLINE: put a block online
 */
enum dax_step {
	DAX_STEP_NONE,
	DAX_STEP_FIND,
	DAX_STEP_OFFLINE,
	DAX_STEP_REMOVE,
	DAX_STEP_RESERVE,
	DAX_STEP_ADD,
	DAX_STEP_ONLINE,
};

const char *dax_step_text(enum dax_step step);

#endif /* DAXPLUG_CORE_STEP_H */
