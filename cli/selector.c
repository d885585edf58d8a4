// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "selector.h"

#define UUID_LENGTH 36

/* Parses a number, decimal or hexadecimal with 0x, up to @end. */
static bool take_number(const char *text, char **end, uint64_t *number)
{
	int base = strncmp(text, "0x", 2) ? 10 : 16;

	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, end, base);
	return !errno && *end != text;
}

static bool is_number(const char *text, uint64_t *number)
{
	char *end;

	return take_number(text, &end, number) && !*end;
}

static bool is_range(const char *text, uint64_t *start, uint64_t *last)
{
	char *end;

	return take_number(text, &end, start) && *end == '-' && is_number(end + 1, last) &&
	       *start <= *last;
}

static bool is_uuid(const char *text)
{
	size_t i;

	for (i = 0; i < UUID_LENGTH; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-'
							    : !isxdigit((unsigned char)text[i]))
			return false;
	return !text[i];
}

static const char *check_node(const char *value)
{
	uint64_t number;

	return is_number(value, &number) ? NULL : "not the number of a NUMA node";
}

static const char *check_range(const char *value)
{
	uint64_t start, last;

	return is_range(value, &start, &last) ? NULL : "not a range of addresses START-END";
}

static const char *check_uuid(const char *value)
{
	return is_uuid(value) ? NULL : "not a UUID";
}

static const char *check_serial(const char *value)
{
	uint64_t number;

	return is_number(value, &number) ? NULL : "not a serial number";
}

static enum selector_fit fits(bool yes)
{
	return yes ? SELECTOR_FITS : SELECTOR_NO;
}

static enum selector_fit names(bool yes)
{
	return yes ? SELECTOR_NAMES : SELECTOR_NO;
}

static enum selector_fit fit_node(const char *value, const struct daxplug_device *device)
{
	int node = daxplug_device_target_node(device);
	uint64_t number = 0;

	return fits(is_number(value, &number) && node >= 0 && number == (unsigned int)node);
}

/* Whether all memory of a device is in a range. */
static enum selector_fit fit_range(const char *value, const struct daxplug_device *device)
{
	unsigned int i, count = daxplug_device_ranges(device);
	uint64_t start, last;

	if (!is_range(value, &start, &last))
		return SELECTOR_NO;
	for (i = 0; i < count; i++)
		if (daxplug_device_range_start(device, i) < start ||
		    daxplug_device_range_end(device, i) > last)
			return SELECTOR_NO;
	return fits(count);
}

static enum selector_fit fit_uuid(const char *value, const struct daxplug_device *device)
{
	return names(!strcasecmp(value, daxplug_device_uuid(device)));
}

static enum selector_fit fit_serial(const char *value, const struct daxplug_device *device)
{
	unsigned int i;
	uint64_t number;

	if (!is_number(value, &number))
		return SELECTOR_NO;
	for (i = 0; i < daxplug_device_serials(device); i++)
		if (daxplug_device_serial(device, i) == number)
			return SELECTOR_NAMES;
	return SELECTOR_NO;
}

static const struct {
	const char *prefix;
	const char *(*check)(const char *value);
	enum selector_fit (*fit)(const char *value, const struct daxplug_device *device);
	int (*error)(const struct daxplug_device *device);
	const char *property;
	bool unique;
} kinds[] = {
	{ "node:", check_node, fit_node, NULL, NULL, false },
	{ "range:", check_range, fit_range, NULL, NULL, false },
	{ "uuid:", check_uuid, fit_uuid, daxplug_device_uuid_error, "UUID", true },
	{ "serial:", check_serial, fit_serial, daxplug_device_serials_error, "serial number",
	  false },
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* A word without a prefix: a name, a pattern, a kind of memory, or "all". */
static enum selector_fit fit_word(const char *text, const struct daxplug_device *device)
{
	const char *name = daxplug_device_name(device);
	enum daxplug_kind kind = daxplug_device_kind(device);

	if (!strcmp(text, "all"))
		return SELECTOR_FITS;
	if (!strncmp(text, "/dev/", 5))
		text += 5;
	if (!strcmp(text, name))
		return SELECTOR_NAMES;
	if (kind != DAXPLUG_KIND_UNKNOWN && !strcmp(text, daxplug_kind_name(kind)))
		return SELECTOR_FITS;
	return fits(strpbrk(text, "*?[") && !fnmatch(text, name, 0));
}

/* Returns the index of the kind of a selector with a prefix, or KIND_COUNT for a word. */
static unsigned int kind_of(const char *text)
{
	unsigned int i;

	for (i = 0; i < KIND_COUNT; i++)
		if (!strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)))
			break;
	return i;
}

static const char *value_of(const char *text)
{
	return strchr(text, ':') + 1;
}

/**
 * selector_check() - test whether a selector is well-formed
 * @text: the selector as typed
 *
 * Return: NULL if it is, even if no such device exists; or a text that says
 * what is wrong.
 */
const char *selector_check(const char *text)
{
	unsigned int kind = kind_of(text);

	return kind < KIND_COUNT ? kinds[kind].check(value_of(text)) : NULL;
}

/**
 * selector_fit() - test whether a selector matches a device
 * @text: the selector, well-formed
 * @device: the device
 *
 * Return: see enum selector_fit.
 */
enum selector_fit selector_fit(const char *text, const struct daxplug_device *device)
{
	unsigned int kind = kind_of(text);

	return kind < KIND_COUNT ? kinds[kind].fit(value_of(text), device) : fit_word(text, device);
}

/* Whether at most one device matches a selector; an expander may be behind several devices. */
bool selector_is_unique(const char *text)
{
	unsigned int kind = kind_of(text);

	return kind < KIND_COUNT && kinds[kind].unique;
}

/**
 * selector_unknown() - test whether an error hides if a selector matches a device
 * @text: the selector, well-formed
 * @device: the device
 * @property: set to the name of the property that cannot be read
 *
 * Return: 0 if selector_fit() tells a fact; otherwise the negative errno of reading @property.
 */
int selector_unknown(const char *text, const struct daxplug_device *device, const char **property)
{
	unsigned int kind = kind_of(text);

	if (kind == KIND_COUNT || !kinds[kind].error || selector_fit(text, device) != SELECTOR_NO)
		return 0;
	*property = kinds[kind].property;
	return kinds[kind].error(device);
}
