// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe.h"

/* U+FFFD, which replaces a byte that is not UTF-8. */
#define REPLACEMENT "\xef\xbf\xbd"

/* The size of the longest replacement of a byte, "\x1b", with its NUL. */
#define ESCAPE_SIZE 5

static unsigned int length_by_first_byte(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

static bool is_code_point(uint32_t code, unsigned int length)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* Decodes the character at @text; returns its length in bytes, 0 if it is not UTF-8. */
static unsigned int decode(const char *text, uint32_t *code)
{
	unsigned char first = *text;
	unsigned int i, length = length_by_first_byte(first);

	if (length < 2) {
		*code = first;
		return length;
	}
	*code = first & (0xff >> (length + 1));
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	return is_code_point(*code, length) ? length : 0;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static size_t escape(const char *text, unsigned int length, char *out)
{
	size_t written = 0;
	unsigned int i;

	for (i = 0; i < length; i++)
		written += snprintf(out + written, ESCAPE_SIZE, "\\x%02x", (unsigned char)text[i]);
	return written;
}

/**
 * safe_text() - make a text safe for a terminal
 * @text: any bytes
 *
 * Control characters, and bytes that are not UTF-8, become \xNN.
 *
 * Return: the text, which the caller frees, or NULL if out of memory.
 */
char *safe_text(const char *text)
{
	char *safe = malloc(strlen(text) * (ESCAPE_SIZE - 1) + 1), *out = safe;

	if (!safe)
		return NULL;
	while (*text) {
		uint32_t code;
		unsigned int length = decode(text, &code);

		if (!length || is_control(code)) {
			length = length ? length : 1;
			out += escape(text, length, out);
		} else {
			memcpy(out, text, length);
			out += length;
		}
		text += length;
	}
	*out = '\0';
	return safe;
}

/**
 * safe_utf8() - make a text valid UTF-8
 * @text: any bytes
 *
 * Each byte that is not UTF-8 becomes U+FFFD, and so do the control characters from 0x7f
 * to 0x9f, which JSON does not escape and a terminal may obey.
 *
 * Return: the text, which the caller frees, or NULL if out of memory.
 */
char *safe_utf8(const char *text)
{
	char *safe = malloc(strlen(text) * (sizeof(REPLACEMENT) - 1) + 1), *out = safe;

	if (!safe)
		return NULL;
	while (*text) {
		uint32_t code;
		unsigned int length = decode(text, &code);

		if (length && !(code >= 0x7f && code <= 0x9f)) {
			memcpy(out, text, length);
			out += length;
		} else {
			memcpy(out, REPLACEMENT, sizeof(REPLACEMENT) - 1);
			out += sizeof(REPLACEMENT) - 1;
		}
		text += length ? length : 1;
	}
	*out = '\0';
	return safe;
}

/* Prints a text with its control characters escaped. */
void print_safe(const char *text)
{
	char *safe = safe_text(text);

	fputs(safe ? safe : "?", stdout);
	free(safe);
}
