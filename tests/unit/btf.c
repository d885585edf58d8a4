// SPDX-License-Identifier: GPL-2.0-or-later
/* The BTF reader finds types and members, and refuses missing or broken ones. */
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "btf_builder.h"
#include "cmocka.h"
#include "compat/layout/btf.h"

static void add_member(struct builder *b, const char *text, __u32 offset)
{
	add_member_of(b, text, 1, offset);
}

static void add_zeros(struct builder *b, size_t length)
{
	static const unsigned char zeros[64];

	add(b, zeros, length);
}

/* One type of every kind: a wrong length makes the reader lose the types after it. */
static void add_every_kind(struct builder *b)
{
	add_type(b, "int", BTF_KIND_INT, 0, 0, 4);
	add_zeros(b, 4);
	add_type(b, NULL, BTF_KIND_PTR, 0, 0, 1);
	add_type(b, NULL, BTF_KIND_ARRAY, 0, 0, 0);
	add_zeros(b, sizeof(struct btf_array));
	add_type(b, "choice", BTF_KIND_UNION, 1, 0, 4);
	add_member(b, "one", 0);
	add_type(b, "declared_only", BTF_KIND_FWD, 0, 0, 0);
	add_type(b, "number", BTF_KIND_TYPEDEF, 0, 0, 1);
	add_type(b, NULL, BTF_KIND_VOLATILE, 0, 0, 1);
	add_type(b, NULL, BTF_KIND_CONST, 0, 0, 1);
	add_type(b, NULL, BTF_KIND_RESTRICT, 0, 0, 1);
	add_type(b, "function", BTF_KIND_FUNC, 0, 0, 1);
	add_type(b, NULL, BTF_KIND_FUNC_PROTO, 2, 0, 1);
	add_zeros(b, 2 * sizeof(struct btf_param));
	add_type(b, "variable", BTF_KIND_VAR, 0, 0, 1);
	add_zeros(b, sizeof(struct btf_var));
	add_type(b, ".data", BTF_KIND_DATASEC, 3, 0, 16);
	add_zeros(b, 3 * sizeof(struct btf_var_secinfo));
	add_type(b, "real", BTF_KIND_FLOAT, 0, 0, 8);
	add_type(b, "tag", BTF_KIND_DECL_TAG, 0, 0, 1);
	add_zeros(b, sizeof(struct btf_decl_tag));
	add_type(b, "user", BTF_KIND_TYPE_TAG, 0, 0, 1);
	add_type(b, "big", BTF_KIND_ENUM64, 2, 0, 8);
	add_zeros(b, 2 * sizeof(struct btf_enum64));
}

static void add_wanted_types(struct builder *b)
{
	add_type(b, "device", BTF_KIND_STRUCT, 3, 0, 24);
	add_member(b, "first", 0);
	add_member(b, "second", 8 * 8);
	add_member(b, "crooked", 8 * 8 + 3);
	/* kflag: the top byte of an offset is the size of a bit field. */
	add_type(b, "flags", BTF_KIND_STRUCT, 3, 1, 8);
	add_member(b, "plain", 4 * 8);
	add_member(b, "bit", 1 << 24 | 0);
	add_member(b, "wide_bits", 16 << 24 | 16);
	add_type(b, "kind", BTF_KIND_ENUM, 3, 0, 4);
	add_enumerator(b, "KIND_A", 0);
	add_enumerator(b, "KIND_B", 41);
	add_enumerator(b, "KIND_LESS", -1);
	/* A name may stand for types of several kinds. */
	add_type(b, "same", BTF_KIND_TYPEDEF, 0, 0, 1);
	add_type(b, "same", BTF_KIND_STRUCT, 1, 0, 12);
	add_member(b, "inside", 8 * 8);
}

static unsigned char *shortened(const unsigned char *blob, size_t length)
{
	unsigned char *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, blob, length);
	return copy;
}

/* Members of every type that a structure of the dax core has, and one that refers to itself. */
static void add_types_of_members(struct builder *b)
{
	const __u32 first = b->types_count + 1; /* of these types */
	const struct btf_param params[] = { { .type = 1 }, { .type = first } };
	const struct btf_array array = { .type = 1, .index_type = 1, .nelems = 3 };

	add_type(b, "owner", BTF_KIND_STRUCT, 0, 0, 40);
	add_type(b, NULL, BTF_KIND_PTR, 0, 0, first);
	add_type(b, NULL, BTF_KIND_ARRAY, 0, 0, 0);
	add(b, &array, sizeof(array));
	add_type(b, NULL, BTF_KIND_FUNC_PROTO, 2, 0, 1);
	add(b, params, sizeof(params));
	add_type(b, NULL, BTF_KIND_PTR, 0, 0, first + 3);
	add_type(b, NULL, BTF_KIND_CONST, 0, 0, 1);
	add_type(b, "endless", BTF_KIND_TYPEDEF, 0, 0, first + 6);
	add_type(b, "types", BTF_KIND_STRUCT, 6, 0, 100);
	add_member_of(b, "inside", first, 0);
	add_member_of(b, "pointer", first + 1, 40 * 8);
	add_member_of(b, "table", first + 2, 48 * 8);
	add_member_of(b, "callback", first + 4, 64 * 8);
	add_member_of(b, "constant", first + 5, 72 * 8);
	add_member_of(b, "endless", first + 6, 80 * 8);
}

static void sample(struct builder *b)
{
	begin(b);
	add_every_kind(b);
	add_types_of_members(b);
	add_wanted_types(b);
}

/* Whatever the result, the reader stays within the blob and within the room for a type's text. */
static void look_everything_up(const struct btf_view *view)
{
	char *found = malloc(BTF_TYPE_SIZE);

	assert_non_null(found);
	btf_member_type(view, "device", "first", "int", 4, found);
	btf_member_type(view, "flags", "bit", "int", 4, found);
	btf_member_type(view, "types", "callback", "int (*)(int, struct device *)", 0, found);
	btf_member_type(view, "types", "pointer", "int *", 0, found);
	btf_member_type(view, "types", "table", "int [3]", 0, found);
	free(found);
	btf_struct_size(view, "device");
	btf_struct_size(view, "same");
	btf_struct_size(view, "nowhere");
	btf_member_offset(view, "device", "second");
	btf_member_offset(view, "flags", "wide_bits");
	btf_member_offset(view, "same", "nowhere");
	btf_enum_value(view, "kind", "KIND_LESS");
	btf_enum_value(view, "kind", "nowhere");
}

static void assert_all_found(const struct btf_view *view)
{
	assert_int_equal(btf_struct_size(view, "device"), 24);
	assert_int_equal(btf_struct_size(view, "flags"), 8);
	assert_int_equal(btf_member_offset(view, "device", "first"), 0);
	assert_int_equal(btf_member_offset(view, "device", "second"), 8);
	assert_int_equal(btf_enum_value(view, "kind", "KIND_A"), 0);
	assert_int_equal(btf_enum_value(view, "kind", "KIND_B"), 41);
}

static void what_is_there_is_found(void **unused)
{
	(void)unused;
	for (int types_last = 0; types_last <= 1; types_last++) {
		struct btf_view view;
		struct builder b;
		size_t length;
		unsigned char *blob;

		sample(&b);
		blob = blob_of(&b, types_last, &length);
		assert_null(btf_open(&view, blob, length));
		assert_all_found(&view);
		free(blob);
	}
}

/* Runs checks on the sample. */
static void with_sample(void (*check)(const struct btf_view *view))
{
	struct btf_view view;
	struct builder b;
	size_t length;
	unsigned char *blob;

	sample(&b);
	blob = blob_of(&b, 0, &length);
	assert_null(btf_open(&view, blob, length));
	check(&view);
	free(blob);
}

static void check_absent(const struct btf_view *view)
{
	assert_int_equal(btf_struct_size(view, "nowhere"), BTF_NOT_FOUND);
	assert_int_equal(btf_struct_size(view, "devic"), BTF_NOT_FOUND);
	assert_int_equal(btf_struct_size(view, "devices"), BTF_NOT_FOUND);
	assert_int_equal(btf_member_offset(view, "device", "third"), BTF_NOT_FOUND);
	assert_int_equal(btf_member_offset(view, "nowhere", "first"), BTF_NOT_FOUND);
	assert_int_equal(btf_enum_value(view, "kind", "KIND_C"), BTF_NOT_FOUND);
	assert_int_equal(btf_enum_value(view, "nowhere", "KIND_A"), BTF_NOT_FOUND);
}

static void what_is_not_there_is_not_found(void **unused)
{
	(void)unused;
	with_sample(check_absent);
}

static void check_kinds(const struct btf_view *view)
{
	assert_int_equal(btf_struct_size(view, "choice"), BTF_NOT_FOUND);
	assert_int_equal(btf_struct_size(view, "declared_only"), BTF_NOT_FOUND);
	assert_int_equal(btf_struct_size(view, "kind"), BTF_NOT_FOUND);
	assert_int_equal(btf_enum_value(view, "device", "first"), BTF_NOT_FOUND);
	assert_int_equal(btf_struct_size(view, "same"), 12);
	assert_int_equal(btf_member_offset(view, "same", "inside"), 8);
}

static void a_name_of_another_kind_is_not_it(void **unused)
{
	(void)unused;
	with_sample(check_kinds);
}

static void check_bits(const struct btf_view *view)
{
	assert_int_equal(btf_member_offset(view, "flags", "plain"), 4);
	assert_int_equal(btf_member_offset(view, "flags", "bit"), BTF_NOT_FOUND);
	assert_int_equal(btf_member_offset(view, "flags", "wide_bits"), BTF_NOT_FOUND);
	assert_int_equal(btf_member_offset(view, "device", "crooked"), BTF_NOT_FOUND);
}

static void a_bit_field_has_no_offset(void **unused)
{
	(void)unused;
	with_sample(check_bits);
}

static void assert_type(const struct btf_view *view, const char *member, const char *expected,
			unsigned int size, enum btf_match match)
{
	char found[BTF_TYPE_SIZE];

	assert_int_equal(btf_member_type(view, "types", member, expected, size, found), match);
	if (match == BTF_MATCHES)
		assert_string_equal(found, expected);
}

static void check_types(const struct btf_view *view)
{
	char found[BTF_TYPE_SIZE];

	assert_type(view, "inside", "struct owner", 40, BTF_MATCHES);
	assert_type(view, "inside", "struct owner", 0, BTF_MATCHES);
	assert_type(view, "inside", "struct owner", 48, BTF_DIFFERS);
	assert_type(view, "inside", "struct owner *", 0, BTF_DIFFERS);
	assert_type(view, "pointer", "struct owner *", 0, BTF_MATCHES);
	assert_type(view, "pointer", "struct owner", 0, BTF_DIFFERS);
	assert_type(view, "table", "int *", 0, BTF_DIFFERS);
	assert_type(view, "callback", "int (*)(int, struct owner)", 0, BTF_MATCHES);
	assert_type(view, "callback", "int (*)(int)", 0, BTF_DIFFERS);
	assert_type(view, "callback", "void (*)(int, struct owner)", 0, BTF_DIFFERS);
	assert_type(view, "constant", "int", 4, BTF_MATCHES);
	assert_type(view, "constant", "int", 8, BTF_DIFFERS);
	assert_type(view, "endless", "int", 4, BTF_DIFFERS);
	assert_type(view, "nowhere", "int", 4, BTF_ABSENT);
	assert_int_equal(btf_member_type(view, "flags", "plain", "int", 4, found), BTF_MATCHES);
	/* Not BTF_ABSENT, which stands for a kernel without the member. */
	assert_int_equal(btf_member_type(view, "flags", "bit", "int", 4, found), BTF_DIFFERS);
	assert_int_equal(btf_member_type(view, "nowhere", "first", "int", 4, found), BTF_ABSENT);
}

static void a_member_of_another_type_differs(void **unused)
{
	(void)unused;
	with_sample(check_types);
}

static void a_blob_cut_short_is_refused(void **unused)
{
	struct builder b;
	size_t length;
	unsigned char *blob;

	(void)unused;
	sample(&b);
	for (int types_last = 0; types_last <= 1; types_last++) {
		blob = blob_of(&b, types_last, &length);
		for (size_t cut = 0; cut < length; cut++) {
			unsigned char *part = shortened(blob, cut);
			struct btf_view view;

			assert_non_null(btf_open(&view, part, cut));
			free(part);
		}
		free(blob);
	}
}

/* The header is consistent, but the last type is incomplete. */
static void types_cut_short_are_not_read_past(void **unused)
{
	struct builder b;
	size_t whole;

	(void)unused;
	sample(&b);
	whole = b.types_length;
	for (size_t cut = 0; cut <= whole; cut++) {
		struct btf_view view;
		size_t length;
		unsigned char *blob;

		b.types_length = cut;
		blob = blob_of(&b, 1, &length);
		assert_null(btf_open(&view, blob, length));
		look_everything_up(&view);
		assert_int_equal(btf_struct_size(&view, "same"), cut == whole ? 12 : BTF_NOT_FOUND);
		free(blob);
	}
}

static void no_damaged_byte_leads_outside(void **unused)
{
	static const unsigned char damages[] = { 0x01, 0x80, 0xff };
	struct builder b;
	size_t length;
	unsigned char *blob;

	(void)unused;
	sample(&b);
	blob = blob_of(&b, 1, &length);
	for (size_t i = 0; i < length; i++) {
		for (size_t j = 0; j < sizeof(damages); j++) {
			struct btf_view view;

			blob[i] ^= damages[j];
			if (!btf_open(&view, blob, length))
				look_everything_up(&view);
			blob[i] ^= damages[j];
		}
	}
	free(blob);
}

static void assert_refused(struct btf_header header)
{
	struct btf_view view;
	unsigned char *blob;
	struct builder b;
	size_t length;

	sample(&b);
	blob = blob_of(&b, 0, &length);
	memcpy(blob, &header, sizeof(header));
	assert_non_null(btf_open(&view, blob, length));
	free(blob);
}

static void a_wrong_header_is_refused(void **unused)
{
	struct btf_header good, bad;
	struct builder b;

	(void)unused;
	sample(&b);
	good = header_of(&b, 0);

	bad = good;
	bad.magic = 0x9feb;
	assert_refused(bad);
	bad.magic = 0;
	assert_refused(bad);
	bad = good;
	bad.version = BTF_VERSION + 1;
	assert_refused(bad);
	bad = good;
	bad.hdr_len = 8;
	assert_refused(bad);
	bad.hdr_len = ~0u;
	assert_refused(bad);
	bad = good;
	bad.type_off = ~0u;
	assert_refused(bad);
	bad = good;
	bad.type_len = ~0u;
	assert_refused(bad);
	bad = good;
	bad.str_off = ~0u - 4;
	assert_refused(bad);
	bad = good;
	bad.str_len = ~0u;
	assert_refused(bad);
	bad.str_len = 0;
	assert_refused(bad);
	/* The last string has no end. */
	bad = good;
	bad.str_len -= 1;
	assert_refused(bad);
}

/* A newer kernel's header may be longer, which moves the rest. */
static void a_longer_header_is_fine(void **unused)
{
	struct btf_header *header;
	struct btf_view view;
	struct builder b;
	size_t length;
	unsigned char *blob, *longer;

	(void)unused;
	sample(&b);
	blob = blob_of(&b, 0, &length);
	longer = calloc(1, length + 8);
	assert_non_null(longer);
	memcpy(longer, blob, sizeof(*header));
	memcpy(longer + sizeof(*header) + 8, blob + sizeof(*header), length - sizeof(*header));
	header = (struct btf_header *)longer;
	header->hdr_len += 8;
	assert_null(btf_open(&view, longer, length + 8));
	assert_all_found(&view);
	free(longer);
	free(blob);
}

static void nothing_is_found_behind_an_unknown_kind(void **unused)
{
	struct btf_view view;
	struct builder b;
	size_t length;
	unsigned char *blob;

	(void)unused;
	begin(&b);
	add_type(&b, "before", BTF_KIND_STRUCT, 0, 0, 4);
	add_type(&b, "new", 31, 0, 0, 4);
	add_type(&b, "behind", BTF_KIND_STRUCT, 0, 0, 4);
	blob = blob_of(&b, 1, &length);
	assert_null(btf_open(&view, blob, length));
	assert_int_equal(btf_struct_size(&view, "before"), 4);
	assert_int_equal(btf_struct_size(&view, "behind"), BTF_NOT_FOUND);
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_found),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(a_name_of_another_kind_is_not_it),
		cmocka_unit_test(a_bit_field_has_no_offset),
		cmocka_unit_test(a_member_of_another_type_differs),
		cmocka_unit_test(a_blob_cut_short_is_refused),
		cmocka_unit_test(types_cut_short_are_not_read_past),
		cmocka_unit_test(no_damaged_byte_leads_outside),
		cmocka_unit_test(a_wrong_header_is_refused),
		cmocka_unit_test(a_longer_header_is_fine),
		cmocka_unit_test(nothing_is_found_behind_an_unknown_kind),
	};

	return cmocka_run_group_tests_name("btf", tests, NULL, NULL);
}
