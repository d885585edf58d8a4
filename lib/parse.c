// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

static int number_in_base(const char *text, int base, uint64_t *number)
{
	unsigned long long value;
	char *end;

	if (!isxdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || *end)
		return -EINVAL;
	*number = value;
	return 0;
}

/**
 * parse_number() - a number, decimal or with 0x in front
 * @text: the number and nothing else
 * @number: where it goes; untouched on an error
 *
 * Return: 0, or -EINVAL if it is none.
 */
int parse_number(const char *text, uint64_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return number_in_base(text, hex ? 16 : 10, number);
}

/* The same, hexadecimal without anything in front. */
int parse_hex(const char *text, uint64_t *number)
{
	return number_in_base(text, 16, number);
}

/* Digits without a sign, a space or a zero in front of others. */
static const char *plain_number(const char *text, unsigned int *number)
{
	unsigned long value = 0;

	if (!isdigit((unsigned char)*text) || (text[0] == '0' && isdigit((unsigned char)text[1])))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		value = value * 10 + (*text - '0');
		if (value > INT_MAX)
			return NULL;
	}
	*number = value;
	return text;
}

/**
 * parse_device_name() - the two numbers in the name of a device
 * @name: such as dax0.1
 * @region: where the first goes
 * @instance: where the second goes
 *
 * Return: 0, or -EINVAL if it is no such name.
 */
int parse_device_name(const char *name, unsigned int *region, unsigned int *instance)
{
	const char *rest;

	if (strncmp(name, "dax", 3))
		return -EINVAL;
	rest = plain_number(name + 3, region);
	if (!rest || *rest != '.')
		return -EINVAL;
	rest = plain_number(rest + 1, instance);
	return rest && !*rest ? 0 : -EINVAL;
}

/**
 * parse_node_name() - the number in the name of a NUMA node
 * @name: such as node1
 *
 * Return: the number, or -1 if it is no such name.
 */
int parse_node_name(const char *name)
{
	unsigned int node;
	const char *rest;

	if (strncmp(name, "node", 4))
		return -1;
	rest = plain_number(name + 4, &node);
	return rest && !*rest ? (int)node : -1;
}

/**
 * parse_span() - the two addresses of a range as /proc/iomem writes it
 * @text: such as 180000000-1bfffffff
 * @start: where the first goes; untouched on an error
 * @end: where the last goes; untouched on an error
 *
 * Return: 0, or -EINVAL if it is no such range.
 */
int parse_span(const char *text, uint64_t *start, uint64_t *end)
{
	const char *dash = strchr(text, '-');
	uint64_t first, last;
	char left[20];

	if (!dash || (size_t)(dash - text) >= sizeof(left))
		return -EINVAL;
	memcpy(left, text, dash - text);
	left[dash - text] = '\0';
	if (parse_hex(left, &first) || parse_hex(dash + 1, &last) || last < first)
		return -EINVAL;
	*start = first;
	*end = last;
	return 0;
}

/**
 * parse_list_next() - the next element of a list such as 0-2,5
 * @list: where the rest of the list begins; moves on
 * @first: where the first number of the element goes
 * @last: where the last goes, which may be the same
 *
 * Return: 1 with an element, 0 at the end, -EINVAL if it is no such list.
 */
int parse_list_next(const char **list, unsigned int *first, unsigned int *last)
{
	const char *rest = *list;

	if (!*rest)
		return 0;
	rest = plain_number(rest, first);
	if (!rest)
		return -EINVAL;
	*last = *first;
	if (*rest == '-') {
		rest = plain_number(rest + 1, last);
		if (!rest || *last < *first)
			return -EINVAL;
	}
	if (*rest == ',')
		rest++;
	else if (*rest)
		return -EINVAL;
	*list = rest;
	return 1;
}

/* Is a number in a list such as 0-2,5. */
bool parse_list_has(const char *list, unsigned int member)
{
	unsigned int first, last;

	while (parse_list_next(&list, &first, &last) == 1)
		if (first <= member && member <= last)
			return true;
	return false;
}

/* The number of kB behind a key; @text is at the key's first character. */
static int kilobytes(const char *text, uint64_t *bytes)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || strncmp(end, " kB", 3) || value > UINT64_MAX / 1024)
		return -EINVAL;
	*bytes = value * 1024;
	return 0;
}

/**
 * parse_meminfo() - one figure of /proc/meminfo or of a node's meminfo
 * @text: the whole file
 * @key: such as MemFree
 * @bytes: where it goes; untouched on an error
 *
 * Return: 0, or -ENODATA if it is not there.
 */
int parse_meminfo(const char *text, const char *key, uint64_t *bytes)
{
	size_t length = strlen(key);
	const char *found = text;

	while ((found = strstr(found, key))) {
		bool begins = found == text || found[-1] == '\n' || found[-1] == ' ';

		if (begins && found[length] == ':' && !kilobytes(found + length + 1, bytes))
			return 0;
		found += length;
	}

	return -ENODATA;
}

/**
 * parse_value() - the value of a key in a line such as "reason=pinned block=memory42"
 * @text: the line
 * @key: such as block
 * @value: room for the value and a NUL; untouched on an error
 * @size: how much
 *
 * Return: 0; -ENODATA if the key is not there; -EINVAL if its value does not fit.
 */
int parse_value(const char *text, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
		size_t word = strcspn(text, " ");

		if (word <= length || strncmp(text, key, length) || text[length] != '=')
			continue;
		word -= length + 1;
		if (word >= size)
			return -EINVAL;
		memcpy(value, text + length + 1, word);
		value[word] = '\0';
		return 0;
	}

	return -ENODATA;
}

/**
 * parse_kind() - the kind of a device's memory, by its place in /sys/devices
 * @path: its path, relative or not
 *
 * Return: the kind.
 */
enum daxplug_kind parse_kind(const char *path)
{
	if (strstr(path, "/ndbus"))
		return DAXPLUG_KIND_PMEM;
	if (strstr(path, "/dax_region"))
		return DAXPLUG_KIND_CXL;
	if (strstr(path, "/hmem"))
		return DAXPLUG_KIND_HMEM;
	return DAXPLUG_KIND_UNKNOWN;
}

/* The part behind the last slash. */
const char *parse_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Directories that stand for no device of their own between a device and its region. */
static bool is_in_between(const char *name, size_t length)
{
	return (length >= 10 && !strncmp(name, "dax_region", 10)) ||
	       (length >= 3 && !strncmp(name, "dax", 3) && isdigit((unsigned char)name[3]));
}

/**
 * parse_parent() - the name of the parent of a device
 * @path: its path in /sys/devices
 * @name: room for the name and a NUL: the nearest directory above that is none
 *	of the DAX core's own
 * @size: how much
 *
 * Return: 0, or -EINVAL if there is none or it does not fit.
 */
int parse_parent(const char *path, char *name, size_t size)
{
	const char *end = strrchr(path, '/');

	while (end) {
		const char *start = end;

		while (start > path && start[-1] != '/')
			start--;
		if (!is_in_between(start, end - start)) {
			size_t length = end - start;

			if (!length || length >= size)
				return -EINVAL;
			memcpy(name, start, length);
			name[length] = '\0';
			return 0;
		}
		end = start > path ? start - 1 : NULL;
	}

	return -EINVAL;
}
