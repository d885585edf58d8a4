/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader for BTF, the type information that a kernel provides about itself
 * (Documentation/bpf/btf.rst in the kernel's source). Supports just enough to
 * find the members of a structure. The build tool and the module compile the
 * same file, so that both read a layout in the same way.
 */
#ifndef DAXPLUG_LAYOUT_BTF_H
#define DAXPLUG_LAYOUT_BTF_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stddef.h>
#endif

#define BTF_NOT_FOUND (-1L)

/* The size of a buffer for the text of a type, see btf_member_type(). */
#define BTF_TYPE_SIZE 96

/**
 * enum btf_match - whether a member of a structure has the expected type
 * @BTF_ABSENT: the structure, or a member of that name, does not exist
 * @BTF_MATCHES: the member has that type
 * @BTF_DIFFERS: the member has another type
 */
enum btf_match {
	BTF_ABSENT,
	BTF_MATCHES,
	BTF_DIFFERS,
};

/**
 * struct btf_view - a BTF blob, not owned
 * @types: its type section
 * @types_length: its length in bytes
 * @strings: its string section, ending in NUL
 * @strings_length: its length in bytes
 */
struct btf_view {
	const void *types;
	size_t types_length;
	const char *strings;
	size_t strings_length;
};

const char *btf_open(struct btf_view *view, const void *blob, size_t length);
long btf_struct_size(const struct btf_view *view, const char *name);
long btf_member_offset(const struct btf_view *view, const char *name, const char *member);
enum btf_match btf_member_type(const struct btf_view *view, const char *name, const char *member,
			       const char *expected, unsigned int size, char *found);
long btf_enum_value(const struct btf_view *view, const char *name, const char *value);

#endif /* DAXPLUG_LAYOUT_BTF_H */
