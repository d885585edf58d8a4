/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_USE_H
#define DAXPLUG_USE_H

#include "device.h"

#define USES (DAXPLUG_USE_FREE + 1)

/**
 * struct sample - pages of a block, counted
 * @seen: those looked at
 * @use: how many of each use
 * @slab: of the kernel's, those of its slab allocator
 * @page_table: those that are page tables
 * @reserved: those that are reserved
 */
struct sample {
	unsigned int seen;
	unsigned int use[USES];
	unsigned int slab;
	unsigned int page_table;
	unsigned int reserved;
};

int use_read(struct daxplug_device *device, struct sample *samples);

#endif /* DAXPLUG_USE_H */
