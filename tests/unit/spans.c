// SPDX-License-Identifier: GPL-2.0-or-later
/* Ranges cut down to whole memory blocks, and the numbers of the blocks. */
#include "core/record.h"
#include "core/spans.h"
#include "suite.h"

#define MIB (1ULL << 20)
#define BLOCK (128 * MIB)

/* Three ranges as a device has them, not by address; four, one and two blocks. */
static struct dax_spans *three_ranges(void)
{
	struct dax_spans *spans = calloc(1, sizeof(*spans) + 3 * sizeof(spans->span[0]));

	assert_non_null(spans);
	spans->block_size = BLOCK;
	spans->nr = 3;
	spans->span[0] = (struct dax_span){ .start = 100 * BLOCK, .end = 104 * BLOCK - 1 };
	spans->span[1] =
		(struct dax_span){ .start = 40 * BLOCK, .end = 41 * BLOCK - 1, .mapping = 1 };
	spans->span[2] =
		(struct dax_span){ .start = 60 * BLOCK, .end = 62 * BLOCK - 1, .mapping = 2 };
	dax_spans_number(spans);
	return spans;
}

UNIT_TEST(blocks_are_numbered_by_address)
{
	struct dax_spans *spans = three_ranges();

	assert_int_equal(spans->total, 7);
	assert_int_equal(spans->span[0].mapping, 1);
	assert_int_equal(spans->span[1].mapping, 2);
	assert_int_equal(spans->span[2].mapping, 0);
	assert_int_equal(spans->span[0].first, 0);
	assert_int_equal(spans->span[1].first, 1);
	assert_int_equal(spans->span[2].first, 3);
	assert_int_equal(spans->span[2].count, 4);
	free(spans);
}

UNIT_TEST(every_block_is_found_by_its_addresses)
{
	static const unsigned long long ids[] = { 40, 60, 61, 100, 101, 102, 103 };
	struct dax_spans *spans = three_ranges();
	unsigned int i, block;

	for (i = 0; i < spans->total; i++) {
		assert_int_equal(dax_spans_block_id(spans, i), ids[i]);
		assert_int_equal(dax_spans_block_start(spans, i), ids[i] * BLOCK);
		assert_true(dax_spans_block_at(spans, ids[i] * BLOCK, &block));
		assert_int_equal(block, i);
		assert_true(dax_spans_block_at(spans, (ids[i] + 1) * BLOCK - 1, &block));
		assert_int_equal(block, i);
	}
	free(spans);
}

UNIT_TEST(no_other_address_has_a_block)
{
	static const unsigned long long outside[] = { 0,	   39 * BLOCK, 40 * BLOCK - 1,
						      41 * BLOCK,  62 * BLOCK, 100 * BLOCK - 1,
						      104 * BLOCK, ~0ULL };
	struct dax_spans *spans = three_ranges();
	unsigned int i, block;

	for (i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		assert_false(dax_spans_block_at(spans, outside[i], &block));
	free(spans);
}

UNIT_TEST(a_range_is_cut_down_to_whole_blocks)
{
	struct dax_span span = {};

	assert_true(dax_span_trim(10 * BLOCK, 12 * BLOCK - 1, BLOCK, &span));
	assert_int_equal(span.start, 10 * BLOCK);
	assert_int_equal(span.end, 12 * BLOCK - 1);
	assert_true(dax_span_trim(10 * BLOCK - 1, 12 * BLOCK + 5, BLOCK, &span));
	assert_int_equal(span.start, 10 * BLOCK);
	assert_int_equal(dax_span_size(&span), 2 * BLOCK);
	assert_false(dax_span_trim(10 * BLOCK + 1, 11 * BLOCK, BLOCK, &span));
	assert_false(dax_span_trim(10 * BLOCK, 11 * BLOCK - 2, BLOCK, &span));
	assert_false(dax_span_trim(~0ULL - 29, ~0ULL - 2, BLOCK, &span));
	assert_false(dax_span_trim(0 - BLOCK + 1, ~0ULL, BLOCK, &span));
}

UNIT_TEST(devices_with_a_byte_in_common_overlap)
{
	struct dax_spans *a = three_ranges(), *b = three_ranges();

	assert_true(dax_spans_equal(a, b));
	assert_ptr_equal(dax_spans_overlap(a, b), &a->span[0]);

	b->nr = 1;
	b->span[0] = (struct dax_span){ .start = 62 * BLOCK, .end = 100 * BLOCK - 1 };
	assert_false(dax_spans_equal(a, b));
	assert_null(dax_spans_overlap(a, b));
	b->span[0].end++;
	assert_ptr_equal(dax_spans_overlap(a, b), &a->span[2]);
	b->span[0] = (struct dax_span){ .start = 61 * BLOCK, .end = 100 * BLOCK - 1 };
	assert_ptr_equal(dax_spans_overlap(a, b), &a->span[1]);
	free(a);
	free(b);
}

UNIT_TEST(the_record_counts_what_is_set)
{
	struct dax_spans *spans = three_ranges();
	unsigned char blocks[7] = {};
	struct dax_record record = { .blocks = blocks, .counts.total = spans->total };
	unsigned int i;

	assert_int_equal(dax_record_state(&record), DAX_STATE_UNPLUGGED);
	for (i = 0; i < spans->total; i++)
		dax_record_set(&record, i, DAX_BLOCK_OFFLINE);
	assert_int_equal(dax_record_state(&record), DAX_STATE_OFFLINE);

	dax_record_set(&record, 1, DAX_BLOCK_KERNEL);
	dax_record_set(&record, 2, DAX_BLOCK_MOVABLE);
	assert_int_equal(dax_record_state(&record), DAX_STATE_MIXED);
	assert_int_equal(record.counts.online, 2);
	assert_int_equal(record.counts.movable, 1);
	assert_int_equal(dax_record_online(&record, &spans->span[0]), 0);
	assert_int_equal(dax_record_online(&record, &spans->span[1]), 2);

	dax_record_set(&record, 2, DAX_BLOCK_KERNEL);
	assert_int_equal(record.counts.movable, 0);
	dax_record_set(&record, 0, DAX_BLOCK_ABSENT);
	assert_false(dax_record_is_present(&record, &spans->span[0]));
	assert_true(dax_record_is_present(&record, &spans->span[1]));
	assert_int_equal(record.counts.present, 6);
	free(spans);
}

UNIT_SUITE(spans, UNIT_CASE(blocks_are_numbered_by_address),
	   UNIT_CASE(every_block_is_found_by_its_addresses),
	   UNIT_CASE(no_other_address_has_a_block), UNIT_CASE(a_range_is_cut_down_to_whole_blocks),
	   UNIT_CASE(devices_with_a_byte_in_common_overlap),
	   UNIT_CASE(the_record_counts_what_is_set))
