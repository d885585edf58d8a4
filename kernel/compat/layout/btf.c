// SPDX-License-Identifier: GPL-2.0-only
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif
#include <linux/btf.h>

#include "btf.h"

/* As the first version had it; newer headers are longer and begin the same way. */
#define HEADER_LENGTH (offsetof(struct btf_header, str_len) + sizeof(__u32))

/**
 * btf_open() - look at a BTF blob
 * @view: filled in; points into @blob
 * @blob: the blob, in the byte order of this machine
 * @length: its length in bytes
 *
 * Return: NULL, or what is wrong with the blob.
 */
const char *btf_open(struct btf_view *view, const void *blob, size_t length)
{
	const struct btf_header *header = blob;
	const char *bytes = blob;
	size_t room;

	if (length < HEADER_LENGTH || header->magic != BTF_MAGIC)
		return "no BTF, or of another byte order";
	if (header->version != BTF_VERSION || header->hdr_len < HEADER_LENGTH ||
	    header->hdr_len > length)
		return "BTF of an unknown version";
	if (header->hdr_len % sizeof(__u32) || header->type_off % sizeof(__u32))
		return "BTF out of alignment";

	room = length - header->hdr_len;
	if (header->type_off > room || header->type_len > room - header->type_off ||
	    header->str_off > room || header->str_len > room - header->str_off || !header->str_len)
		return "BTF cut short";

	view->types = bytes + header->hdr_len + header->type_off;
	view->types_length = header->type_len;
	view->strings = bytes + header->hdr_len + header->str_off;
	view->strings_length = header->str_len;
	if (view->strings[view->strings_length - 1])
		return "BTF with an open string section";

	return NULL;
}

static int name_is(const struct btf_view *view, __u32 offset, const char *name)
{
	return offset < view->strings_length && !strcmp(view->strings + offset, name);
}

/* Bytes behind a type's header, or -1 for a kind that is newer than this reader. */
static long payload_length(const struct btf_type *type)
{
	long entries = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return entries * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return entries * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return entries * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return entries * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return entries * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

static const struct btf_type *find_type(const struct btf_view *view, const char *name, __u32 kind)
{
	const char *position = view->types;
	size_t room = view->types_length;

	while (room >= sizeof(struct btf_type)) {
		const struct btf_type *type = (const void *)position;
		long payload = payload_length(type);
		size_t step;

		if (payload < 0)
			return NULL;
		step = sizeof(*type) + payload;
		if (step > room)
			return NULL;
		if (BTF_INFO_KIND(type->info) == kind && name_is(view, type->name_off, name))
			return type;
		position += step;
		room -= step;
	}

	return NULL;
}

/**
 * btf_struct_size() - the size of a structure
 * @view: the BTF
 * @name: the structure's name
 *
 * Return: bytes, or BTF_NOT_FOUND.
 */
long btf_struct_size(const struct btf_view *view, const char *name)
{
	const struct btf_type *type = find_type(view, name, BTF_KIND_STRUCT);

	return type ? (long)type->size : BTF_NOT_FOUND;
}

/**
 * btf_member_offset() - where a structure keeps a member
 * @view: the BTF
 * @name: the structure's name
 * @member: the member's name; not one of an anonymous structure inside
 *
 * Return: bytes from the structure's start, or BTF_NOT_FOUND (bit fields too).
 */
long btf_member_offset(const struct btf_view *view, const char *name, const char *member)
{
	const struct btf_type *type = find_type(view, name, BTF_KIND_STRUCT);
	const struct btf_member *members;
	__u32 i;

	if (!type)
		return BTF_NOT_FOUND;

	members = (const struct btf_member *)(type + 1);
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		__u32 offset = members[i].offset;

		if (!name_is(view, members[i].name_off, member))
			continue;
		if (BTF_INFO_KFLAG(type->info)) {
			if (BTF_MEMBER_BITFIELD_SIZE(offset))
				return BTF_NOT_FOUND;
			offset = BTF_MEMBER_BIT_OFFSET(offset);
		}
		return offset % 8 ? BTF_NOT_FOUND : (long)(offset / 8);
	}

	return BTF_NOT_FOUND;
}

/**
 * btf_enum_value() - the value of an enumerator
 * @view: the BTF
 * @name: the enumeration's name
 * @value: the enumerator's name; its value must not be negative
 *
 * Return: the value, or BTF_NOT_FOUND.
 */
long btf_enum_value(const struct btf_view *view, const char *name, const char *value)
{
	const struct btf_type *type = find_type(view, name, BTF_KIND_ENUM);
	const struct btf_enum *entries;
	__u32 i;

	if (!type)
		return BTF_NOT_FOUND;

	entries = (const struct btf_enum *)(type + 1);
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if (name_is(view, entries[i].name_off, value))
			return entries[i].val;

	return BTF_NOT_FOUND;
}
