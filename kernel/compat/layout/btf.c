// SPDX-License-Identifier: GPL-2.0-only
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif
#include <linux/btf.h>

#include "btf.h"

/* The length of the first version's header; newer versions only append members. */
#define HEADER_LENGTH (offsetof(struct btf_header, str_len) + sizeof(__u32))

/**
 * btf_open() - find and check the sections of a BTF blob
 * @view: filled in; points into @blob
 * @blob: the blob, in the byte order of this machine
 * @length: its length in bytes
 *
 * Return: NULL, or a text that says what is wrong with the blob.
 */
const char *btf_open(struct btf_view *view, const void *blob, size_t length)
{
	const struct btf_header *header = blob;
	const char *bytes = blob;
	size_t remaining;

	if (length < HEADER_LENGTH || header->magic != BTF_MAGIC)
		return "no BTF, or of another byte order";
	if (header->version != BTF_VERSION || header->hdr_len < HEADER_LENGTH ||
	    header->hdr_len > length)
		return "BTF of an unknown version";
	if (header->hdr_len % sizeof(__u32) || header->type_off % sizeof(__u32))
		return "BTF out of alignment";

	remaining = length - header->hdr_len;
	if (header->type_off > remaining || header->type_len > remaining - header->type_off ||
	    header->str_off > remaining || header->str_len > remaining - header->str_off ||
	    !header->str_len)
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

/* The number of bytes that follow a type's header, or -1 for an unknown kind. */
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

/* The type at a position of the type section, or NULL at its end or before an unknown kind. */
static const struct btf_type *type_at(const struct btf_view *view, size_t position, size_t *next)
{
	const struct btf_type *type = (const void *)((const char *)view->types + position);
	size_t remaining = view->types_length - position;
	long payload;

	if (remaining < sizeof(*type))
		return NULL;
	payload = payload_length(type);
	if (payload < 0 || sizeof(*type) + payload > remaining)
		return NULL;

	*next = position + sizeof(*type) + payload;
	return type;
}

static const struct btf_type *find_type(const struct btf_view *view, const char *name, __u32 kind)
{
	const struct btf_type *type;
	size_t position = 0;

	while ((type = type_at(view, position, &position)))
		if (BTF_INFO_KIND(type->info) == kind && name_is(view, type->name_off, name))
			return type;
	return NULL;
}

/* Types are numbered from 1 in the order of the section; 0 is void. */
static const struct btf_type *type_by_id(const struct btf_view *view, __u32 id)
{
	const struct btf_type *type = NULL;
	size_t position = 0;

	while (id-- && (type = type_at(view, position, &position)))
		;
	return type;
}

/**
 * btf_struct_size() - the size of a structure
 * @view: the BTF
 * @name: the structure's name
 *
 * Return: the size in bytes, or BTF_NOT_FOUND.
 */
long btf_struct_size(const struct btf_view *view, const char *name)
{
	const struct btf_type *type = find_type(view, name, BTF_KIND_STRUCT);

	return type ? (long)type->size : BTF_NOT_FOUND;
}

static const struct btf_member *find_member(const struct btf_view *view, const char *name,
					    const char *member, const struct btf_type **type)
{
	const struct btf_member *members;
	__u32 i;

	*type = find_type(view, name, BTF_KIND_STRUCT);
	if (!*type)
		return NULL;

	members = (const struct btf_member *)(*type + 1);
	for (i = 0; i < BTF_INFO_VLEN((*type)->info); i++)
		if (name_is(view, members[i].name_off, member))
			return &members[i];
	return NULL;
}

static int is_bit_field(const struct btf_type *type, const struct btf_member *member)
{
	return BTF_INFO_KFLAG(type->info) && BTF_MEMBER_BITFIELD_SIZE(member->offset);
}

/**
 * btf_member_offset() - the offset of a member in a structure
 * @view: the BTF
 * @name: the structure's name
 * @member: the member's name; not one of an anonymous structure inside
 *
 * Return: the offset in bytes, or BTF_NOT_FOUND, also for a bit field.
 */
long btf_member_offset(const struct btf_view *view, const char *name, const char *member)
{
	const struct btf_type *type;
	const struct btf_member *found = find_member(view, name, member, &type);
	__u32 offset;

	if (!found || is_bit_field(type, found))
		return BTF_NOT_FOUND;

	offset = BTF_INFO_KFLAG(type->info) ? BTF_MEMBER_BIT_OFFSET(found->offset) : found->offset;
	return offset % 8 ? BTF_NOT_FOUND : (long)(offset / 8);
}

/* The maximum depth of a chain of pointers, typedefs and parameters. */
#define DEPTH_MAX 8

static void append(char *text, const char *more)
{
	size_t used = strlen(text), length = strlen(more);

	if (length > BTF_TYPE_SIZE - 1 - used)
		length = BTF_TYPE_SIZE - 1 - used;
	memcpy(text + used, more, length);
	text[used + length] = '\0';
}

static void append_name(const struct btf_view *view, char *text, const char *kind, __u32 name)
{
	append(text, kind);
	append(text, name < view->strings_length ? view->strings + name : "?");
}

static void append_type(const struct btf_view *view, char *text, __u32 id, int depth);

static void append_function(const struct btf_view *view, char *text, const struct btf_type *type,
			    int depth)
{
	const struct btf_param *params = (const struct btf_param *)(type + 1);
	__u32 i;

	append_type(view, text, type->type, depth);
	append(text, " (*)(");
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		append(text, i ? ", " : "");
		append_type(view, text, params[i].type, depth);
	}
	append(text, ")");
}

static void append_pointer(const struct btf_view *view, char *text, __u32 id, int depth)
{
	const struct btf_type *type = type_by_id(view, id);

	if (type && BTF_INFO_KIND(type->info) == BTF_KIND_FUNC_PROTO) {
		append_function(view, text, type, depth);
		return;
	}
	append_type(view, text, id, depth);
	append(text, " *");
}

/* Appends a type in C syntax, without typedefs and qualifiers. */
static void append_type(const struct btf_view *view, char *text, __u32 id, int depth)
{
	const struct btf_type *type = type_by_id(view, id);

	/* Stop when the text is full, so that hostile BTF cannot keep this recursion busy. */
	if (strlen(text) == BTF_TYPE_SIZE - 1)
		return;
	if (!id || depth == DEPTH_MAX || !type) {
		append(text, id ? "?" : "void");
		return;
	}

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		append_type(view, text, type->type, depth + 1);
		break;
	case BTF_KIND_INT:
		append_name(view, text, "", type->name_off);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		append_name(view, text, "enum ", type->name_off);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_FWD:
		append_name(view, text, "struct ", type->name_off);
		break;
	case BTF_KIND_PTR:
		append_pointer(view, text, type->type, depth + 1);
		break;
	case BTF_KIND_ARRAY:
		append_type(view, text, ((const struct btf_array *)(type + 1))->type, depth + 1);
		append(text, "[]");
		break;
	default:
		append(text, "?");
	}
}

/* The size of an integer, enumeration or structure, or of a typedef of one; 0 for other types. */
static __u32 size_of(const struct btf_view *view, __u32 id)
{
	const struct btf_type *type = type_by_id(view, id);
	int depth;

	for (depth = 0; type && depth < DEPTH_MAX; depth++) {
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_INT:
		case BTF_KIND_ENUM:
		case BTF_KIND_STRUCT:
			return type->size;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
			type = type_by_id(view, type->type);
			break;
		default:
			return 0;
		}
	}

	return 0;
}

/**
 * btf_member_type() - compare the type of a structure's member with the expected type
 * @view: the BTF
 * @name: the structure's name
 * @member: the member's name
 * @expected: the type in C syntax, without typedefs and qualifiers, such as "struct range *" or
 *	"int (*)(struct dev_dax *)"
 * @size: the expected size of an integer or structure, in bytes; 0: any
 * @found: set to the type of the member; a buffer of BTF_TYPE_SIZE bytes
 *
 * Return: see enum btf_match.
 */
enum btf_match btf_member_type(const struct btf_view *view, const char *name, const char *member,
			       const char *expected, unsigned int size, char *found)
{
	const struct btf_type *type;
	const struct btf_member *at = find_member(view, name, member, &type);

	*found = '\0';
	if (!at)
		return BTF_ABSENT;

	append(found, is_bit_field(type, at) ? "bit field of " : "");
	append_type(view, found, at->type, 0);
	if (strcmp(found, expected))
		return BTF_DIFFERS;
	if (!size || size_of(view, at->type) == size)
		return BTF_MATCHES;
	append(found, " of another size");
	return BTF_DIFFERS;
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
