// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "spans.h"

/**
 * dax_span_trim() - cut a range down to whole memory blocks
 * @start: its first address
 * @end: its last address
 * @block_size: the size of a memory block, in bytes, a power of two
 * @span: filled in with the addresses of the whole blocks
 *
 * Return: false if the range contains no whole block.
 */
bool dax_span_trim(unsigned long long start, unsigned long long end, unsigned long long block_size,
		   struct dax_span *span)
{
	unsigned long long from = (start + block_size - 1) & ~(block_size - 1);
	unsigned long long to = (end + 1) & ~(block_size - 1);

	/* At the end of the address space @from and @to wrap to 0. */
	if (from < start || from >= to)
		return false;

	span->start = from;
	span->end = to - 1;
	return true;
}

/**
 * dax_span_size() - the size of a range
 * @span: the range
 *
 * Return: its size in bytes.
 */
unsigned long long dax_span_size(const struct dax_span *span)
{
	return span->end - span->start + 1;
}

/**
 * dax_spans_number() - sort the ranges by address and number their blocks
 * @spans: the ranges, their addresses and @spans->block_size filled in
 *
 * A DAX device lists its ranges by page offset, but zones are ordered by address.
 */
void dax_spans_number(struct dax_spans *spans)
{
	unsigned int i, j;

	for (i = 1; i < spans->nr; i++) {
		struct dax_span span = spans->span[i];

		for (j = i; j > 0 && spans->span[j - 1].start > span.start; j--)
			spans->span[j] = spans->span[j - 1];
		spans->span[j] = span;
	}

	/* Shift, because a 32-bit kernel has no 64-bit division. */
	spans->block_shift = 0;
	while (spans->block_size >> spans->block_shift > 1)
		spans->block_shift++;

	spans->total = 0;
	for (i = 0; i < spans->nr; i++) {
		spans->span[i].first = spans->total;
		spans->span[i].count = dax_span_size(&spans->span[i]) >> spans->block_shift;
		spans->total += spans->span[i].count;
	}
}

/**
 * dax_spans_block_at() - find the block that contains an address
 * @spans: the ranges
 * @address: physical
 * @block: set to the block's number
 *
 * Return: true if there is such a block.
 */
bool dax_spans_block_at(const struct dax_spans *spans, unsigned long long address,
			unsigned int *block)
{
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		const struct dax_span *span = &spans->span[i];

		if (address < span->start || address > span->end)
			continue;
		*block = span->first + ((address - span->start) >> spans->block_shift);
		return true;
	}

	return false;
}

/**
 * dax_spans_block_start() - the first address of a block
 * @spans: the ranges
 * @block: the block's number, below @spans->total
 *
 * Return: its physical address.
 */
unsigned long long dax_spans_block_start(const struct dax_spans *spans, unsigned int block)
{
	const struct dax_span *span = spans->span;

	while (block >= span->first + span->count)
		span++;
	return span->start + (block - span->first) * spans->block_size;
}

/**
 * dax_spans_block_id() - the number of a block in sysfs
 * @spans: the ranges
 * @block: the block's number, below @spans->total
 *
 * Return: the N of /sys/devices/system/memory/memoryN.
 */
unsigned long long dax_spans_block_id(const struct dax_spans *spans, unsigned int block)
{
	return dax_spans_block_start(spans, block) >> spans->block_shift;
}

/**
 * dax_spans_equal() - test whether two devices have the same ranges
 * @a: the ranges of one device
 * @b: the ranges of the other device
 *
 * Return: true if they do.
 */
bool dax_spans_equal(const struct dax_spans *a, const struct dax_spans *b)
{
	unsigned int i;

	if (a->nr != b->nr)
		return false;

	for (i = 0; i < a->nr; i++)
		if (a->span[i].start != b->span[i].start || a->span[i].end != b->span[i].end)
			return false;

	return true;
}

/**
 * dax_spans_overlap() - find memory that two devices have in common
 * @a: the ranges of one device
 * @b: the ranges of the other device
 *
 * Return: the first range of @a that overlaps a range of @b, or NULL.
 */
const struct dax_span *dax_spans_overlap(const struct dax_spans *a, const struct dax_spans *b)
{
	unsigned int i, j;

	for (i = 0; i < a->nr; i++)
		for (j = 0; j < b->nr; j++)
			if (a->span[i].start <= b->span[j].end &&
			    b->span[j].start <= a->span[i].end)
				return &a->span[i];

	return NULL;
}
