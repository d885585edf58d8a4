/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds BTF blobs. Types get the numbers 1, 2, 3 and so on, in the order of add_type(). */
#ifndef DAXPLUG_TESTS_BTF_BUILDER_H
#define DAXPLUG_TESTS_BTF_BUILDER_H

#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "cmocka.h"

/* A blob under construction: header, types, strings, in this order or types last. */
struct builder {
	unsigned char types[1024];
	size_t types_length;
	__u32 types_count;
	char strings[512];
	size_t strings_length;
};

static void add(struct builder *b, const void *data, size_t length)
{
	assert_true(b->types_length + length <= sizeof(b->types));
	memcpy(b->types + b->types_length, data, length);
	b->types_length += length;
}

static __u32 name(struct builder *b, const char *text)
{
	size_t offset = b->strings_length;

	strcpy(b->strings + offset, text);
	b->strings_length += strlen(text) + 1;
	return offset;
}

static void add_type(struct builder *b, const char *text, __u32 kind, __u32 entries, int kflag,
		     __u32 size)
{
	struct btf_type type = {
		.name_off = text ? name(b, text) : 0,
		.info = kind << 24 | entries | (__u32)kflag << 31,
		.size = size,
	};

	add(b, &type, sizeof(type));
	b->types_count++;
}

static void add_member_of(struct builder *b, const char *text, __u32 type, __u32 offset)
{
	struct btf_member member = { .name_off = name(b, text), .type = type, .offset = offset };

	add(b, &member, sizeof(member));
}

static void add_enumerator(struct builder *b, const char *text, __s32 value)
{
	struct btf_enum entry = { .name_off = name(b, text), .val = value };

	add(b, &entry, sizeof(entry));
}

static void begin(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	name(b, "");
}

static struct btf_header header_of(const struct builder *b, int types_last)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_off = 0,
		.type_len = b->types_length,
		.str_off = b->types_length,
		.str_len = b->strings_length,
	};

	if (types_last) {
		header.str_off = 0;
		header.type_off = (b->strings_length + 3) / 4 * 4;
	}
	return header;
}

/* Copies the blob to the heap at its exact length, so that the sanitizer detects an overrun. */
static unsigned char *blob_of(const struct builder *b, int types_last, size_t *length)
{
	struct btf_header header = header_of(b, types_last);
	unsigned char *blob;

	*length = types_last ? sizeof(header) + header.type_off + header.type_len
			     : sizeof(header) + header.str_off + header.str_len;
	blob = calloc(1, *length);
	assert_non_null(blob);
	memcpy(blob, &header, sizeof(header));
	memcpy(blob + sizeof(header) + header.type_off, b->types, b->types_length);
	memcpy(blob + sizeof(header) + header.str_off, b->strings, b->strings_length);
	return blob;
}

#endif /* DAXPLUG_TESTS_BTF_BUILDER_H */
