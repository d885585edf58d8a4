// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's parsers: texts from users, addresses, the kernel's BTF. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "compat/layout/btf.h"
#include "core/defaults.h"
#include "core/spans.h"
#include "fuzz.h"

static void fuzz_defaults(const char *text, size_t size)
{
	static const unsigned long long serials[] = { 1, 0xc0ffee };
	static const struct dax_identity devices[] = {
		{ .name = "dax0.0",
		  .kind = "cxl",
		  .node = 1,
		  .start = 0x100000000,
		  .end = 0x1ffffffff,
		  .serials = serials,
		  .nr_serials = 2 },
		{ .name = "dax1.3",
		  .kind = "pmem",
		  .node = -1,
		  .start = 0,
		  .end = ~0ULL,
		  .uuid = "8f4a3ccd-8a3b-4d67-9c1f-6a2f1d4f5b6a" },
	};
	struct dax_text entry = { NULL, 0 };
	const char *fault = dax_defaults_check(text, &entry);
	unsigned int i;

	if (fault) {
		assert(*fault && entry.at >= text && entry.at + entry.length <= text + size);
		return;
	}
	for (i = 0; i < 2; i++) {
		enum dax_state state = DAX_STATE_COUNT;

		if (dax_defaults_find(text, &devices[i], &state))
			assert(state == DAX_DEFAULT_POLICY || state < DAX_STATE_COUNT);
	}
}

static void fuzz_default_state(const char *text, size_t size)
{
	enum dax_state state = DAX_STATE_MIXED;

	if (dax_default_state_parse(text, size, &state))
		assert(state != DAX_STATE_MIXED && size && size <= strlen("online_movable") + 1);
}

/* The text is "START END SHIFT", with any numbers. */
static void fuzz_trim(const char *text, size_t size)
{
	unsigned long long start, end, block_size;
	struct dax_span span;
	char *rest;

	(void)size;
	start = strtoull(text, &rest, 0);
	end = strtoull(rest, &rest, 0);
	block_size = 1ULL << (27 + strtoull(rest, NULL, 0) % 8);
	if (start > end || !dax_span_trim(start, end, block_size, &span))
		return;
	assert(span.start >= start && span.end <= end && span.start < span.end);
	assert(span.start % block_size == 0 && dax_span_size(&span) % block_size == 0);
	assert(span.start - start < block_size && end - span.end < block_size);
}

/* The seed has the types below, and the members that the driver looks up. */
static void fuzz_btf(const char *blob, size_t size)
{
	char found[BTF_TYPE_SIZE] = "";
	char *copy = malloc(size + 1); /* on the heap, to detect an access beyond the end */
	struct btf_view view;
	const char *fault;
	long offset;

	memcpy(copy, blob, size);
	fault = btf_open(&view, copy, size);
	assert(!fault || *fault);
	if (!fault) {
		offset = btf_member_offset(&view, "dev_dax", "region");
		assert(offset >= BTF_NOT_FOUND);
		btf_member_type(&view, "dev_dax", "ranges", "struct dev_dax_range *", 8, found);
		assert(strlen(found) < sizeof(found));
		assert(btf_struct_size(&view, "dax_device_driver") >= BTF_NOT_FOUND);
		btf_enum_value(&view, "dax_driver_type", "DAXDRV_KMEM_TYPE");
	}
	free(copy);
}

const struct fuzz_target fuzz_core[] = {
	{ .name = "defaults", .run = fuzz_defaults },
	{ .name = "default_state", .run = fuzz_default_state },
	{ .name = "trim", .run = fuzz_trim },
	{ .name = "btf", .run = fuzz_btf, .binary = true },
	{ .name = NULL },
};
