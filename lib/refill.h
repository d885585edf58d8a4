/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of the kernel that let it move pages to the node of a device during an unplug. */
#ifndef DAXPLUG_REFILL_H
#define DAXPLUG_REFILL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "system.h"

/**
 * enum refill_way - a way in which the kernel refills a node; bit N of DAXPLUG_REFILL_*
 * @REFILL_DEMOTION: reclaim moves cold pages to slower nodes
 * @REFILL_BALANCING: NUMA balancing moves pages between nodes
 * @REFILL_INTERLEAVE: the weight of the node for weighted interleaving
 * @REFILLS: number of ways
 */
enum refill_way { REFILL_DEMOTION, REFILL_BALANCING, REFILL_INTERLEAVE, REFILLS };

/**
 * struct refill_setting - the former value of a setting
 * @path: its file, relative to the root
 * @value: its former value
 */
struct refill_setting {
	char path[96];
	char value[16];
};

/**
 * struct refill - the settings that were switched off for a drain
 * @setting: each former value, including AUTO_WEIGHTS
 * @count: number of elements of @setting
 * @keeper: the process that restores them, or 0
 * @alive: a pipe; the keeper restores the settings once its other end is closed
 * @lock: a descriptor with the lock on these settings, or -1
 */
struct refill {
	struct refill_setting setting[REFILLS + 1];
	unsigned int count;
	pid_t keeper;
	int alive;
	int lock;
};

struct daxplug_change;

int refill_is_on(const struct daxplug *daxplug, enum refill_way way, int node,
		 struct refill_setting *setting);
int refill_begin(struct daxplug_change *change);
int refill_end(struct daxplug_change *change);

#endif /* DAXPLUG_REFILL_H */
