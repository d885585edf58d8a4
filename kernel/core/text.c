// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "text.h"

/**
 * dax_text_is() - compare a text with a word
 * @text: the text
 * @word: the word
 *
 * Return: true if they are the same.
 */
bool dax_text_is(struct dax_text text, const char *word)
{
	return text.length == strlen(word) && !memcmp(text.at, word, text.length);
}

/**
 * dax_text_split() - split a text at the first occurrence of a character
 * @text: the text
 * @at: the character; neither part includes it
 * @left: set to the part before it
 * @right: set to the part after it
 *
 * Return: true if the text has the character; otherwise the parts are unchanged.
 */
bool dax_text_split(struct dax_text text, char at, struct dax_text *left, struct dax_text *right)
{
	const char *found = memchr(text.at, at, text.length);

	if (!found)
		return false;

	*left = (struct dax_text){ text.at, found - text.at };
	*right = (struct dax_text){ found + 1, text.length - left->length - 1 };
	return true;
}

/**
 * dax_digit() - the value of a hexadecimal digit
 * @letter: the digit, in either case
 *
 * Return: the value, or 16 for any other character.
 */
unsigned int dax_digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	if (letter >= 'A' && letter <= 'F')
		return letter - 'A' + 10;
	return 16;
}

/**
 * dax_text_digits() - parse a number without a prefix
 * @text: the digits
 * @base: the base, 16 at most
 * @number: set to the number; unchanged if the text is not a number of at most 64 bits
 *
 * Return: true if the text is such a number.
 */
bool dax_text_digits(struct dax_text text, unsigned int base, unsigned long long *number)
{
	unsigned long long value = 0;
	size_t i;

	for (i = 0; i < text.length; i++) {
		unsigned int digit = dax_digit(text.at[i]);

		if (digit >= base || value > (~0ULL - digit) / base)
			return false;
		value = value * base + digit;
	}

	if (text.length > 0)
		*number = value;
	return text.length > 0;
}

/**
 * dax_text_number() - parse a number: decimal, or hexadecimal after 0x
 * @text: the number
 * @number: set to the number; unchanged if the text is not a number of at most 64 bits
 *
 * Return: true if the text is such a number.
 */
bool dax_text_number(struct dax_text text, unsigned long long *number)
{
	if (text.length > 2 && !memcmp(text.at, "0x", 2))
		return dax_text_digits((struct dax_text){ text.at + 2, text.length - 2 }, 16,
				       number);
	return dax_text_digits(text, 10, number);
}

/**
 * dax_text_range() - parse START-END, as dax_text_number() reads each
 * @text: the range
 * @start: set to its first address
 * @end: set to its last address, not below @start
 *
 * Return: true if the text is such a range.
 */
bool dax_text_range(struct dax_text text, unsigned long long *start, unsigned long long *end)
{
	struct dax_text from, to;

	return dax_text_split(text, '-', &from, &to) && dax_text_number(from, start) &&
	       dax_text_number(to, end) && *start <= *end;
}

static bool is_gap(char letter)
{
	return letter == ',' || letter == ' ' || letter == '\t' || letter == '\n';
}

/**
 * dax_text_next() - the next entry of a list
 * @list: the list, NUL-terminated, its entries separated by commas or white space; moved to the
 *	end of the entry
 * @entry: set to the entry
 *
 * Return: true unless the list has no more entries.
 */
bool dax_text_next(const char **list, struct dax_text *entry)
{
	while (is_gap(**list))
		(*list)++;

	entry->at = *list;
	while (**list && !is_gap(**list))
		(*list)++;
	entry->length = *list - entry->at;
	return entry->length > 0;
}
