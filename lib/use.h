/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_USE_H
#define DAXPLUG_USE_H

#include "device.h"
#include "report.h"

/**
 * struct sample - the number of sampled pages of a block, by use
 * @seen: the number of pages in the sample
 * @use: the number of pages of each use
 * @slab: the number of slab pages
 * @page_table: the number that are page tables
 * @reserved: the number that are reserved
 */
struct sample {
	unsigned int seen;
	unsigned int use[USES];
	unsigned int slab;
	unsigned int page_table;
	unsigned int reserved;
};

/* Bits of /proc/kpageflags, an ABI; include/uapi/linux/kernel-page-flags.h names them. */
#define KPF_BIT(number) (UINT64_C(1) << (number))
#define KPF_TAIL KPF_BIT(16)

enum daxplug_use use_of_page(uint64_t flags, bool movable);
int use_read(struct daxplug_device *device, struct sample *samples);

#endif /* DAXPLUG_USE_H */
