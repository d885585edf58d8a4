/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The geometry of a device: its address ranges, cut down to whole memory blocks, and the numbers
 * of the blocks. Blocks are numbered from 0 by ascending address, over all ranges. All of this is
 * constant once dax_spans_number() has numbered the blocks.
 */
#ifndef DAXPLUG_CORE_SPANS_H
#define DAXPLUG_CORE_SPANS_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

/**
 * struct dax_span - one range of a device, whole memory blocks only
 * @start: its first physical address
 * @end: its last physical address
 * @mapping: its index in the device's own list of ranges, for messages
 * @first: number of its first block
 * @count: number of blocks
 */
struct dax_span {
	unsigned long long start;
	unsigned long long end;
	unsigned int mapping;
	unsigned int first;
	unsigned int count;
};

/**
 * struct dax_spans - all ranges of a device
 * @block_size: the size of a memory block, in bytes, a power of two
 * @block_shift: its logarithm to base 2
 * @nr: number of ranges
 * @total: number of blocks of all ranges
 * @span: the ranges
 *
 * The caller fills in @block_size, @nr and the addresses and mapping of each @span;
 * dax_spans_number() sorts them by address and fills in the rest.
 */
struct dax_spans {
	unsigned long long block_size;
	unsigned int block_shift;
	unsigned int nr;
	unsigned int total;
	struct dax_span span[];
};

bool dax_span_trim(unsigned long long start, unsigned long long end, unsigned long long block_size,
		   struct dax_span *span);
unsigned long long dax_span_size(const struct dax_span *span);

void dax_spans_number(struct dax_spans *spans);
bool dax_spans_block_at(const struct dax_spans *spans, unsigned long long address,
			unsigned int *block);
unsigned long long dax_spans_block_start(const struct dax_spans *spans, unsigned int block);
unsigned long long dax_spans_block_id(const struct dax_spans *spans, unsigned int block);
bool dax_spans_equal(const struct dax_spans *a, const struct dax_spans *b);
const struct dax_span *dax_spans_overlap(const struct dax_spans *a, const struct dax_spans *b);

#endif /* DAXPLUG_CORE_SPANS_H */
