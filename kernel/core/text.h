/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* Parts of a text: the entries of a list, and the words, numbers and ranges in an entry. */
#ifndef DAXPLUG_CORE_TEXT_H
#define DAXPLUG_CORE_TEXT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

/**
 * struct dax_text - a part of a string, not NUL-terminated
 * @at: its first character
 * @length: in bytes
 */
struct dax_text {
	const char *at;
	size_t length;
};

unsigned int dax_digit(char letter);
bool dax_text_is(struct dax_text text, const char *word);
bool dax_text_split(struct dax_text text, char at, struct dax_text *left, struct dax_text *right);
bool dax_text_digits(struct dax_text text, unsigned int base, unsigned long long *number);
bool dax_text_number(struct dax_text text, unsigned long long *number);
bool dax_text_range(struct dax_text text, unsigned long long *start, unsigned long long *end);
bool dax_text_next(const char **list, struct dax_text *entry);

#endif /* DAXPLUG_CORE_TEXT_H */
