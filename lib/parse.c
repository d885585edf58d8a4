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
 * parse_number() - parse a number, decimal or hexadecimal with the prefix 0x
 * @text: the number and nothing else
 * @number: set to the number; unchanged on an error
 *
 * Return: 0, or -EINVAL if the text is not a number.
 */
int parse_number(const char *text, uint64_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return number_in_base(text, hex ? 16 : 10, number);
}

/* As parse_number(), hexadecimal without a prefix. */
int parse_hex(const char *text, uint64_t *number)
{
	return number_in_base(text, 16, number);
}

/* Parses digits without a sign, a space or leading zeros. */
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
 * parse_device_name() - parse the two numbers in the name of a device
 * @name: such as dax0.1
 * @region: set to the first number
 * @instance: set to the second number
 *
 * Return: 0, or -EINVAL if it is not such a name.
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
 * parse_node_name() - parse the number in the name of a NUMA node
 * @name: such as node1
 *
 * Return: the number, or -1 if it is not such a name.
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
 * parse_span() - parse the two addresses of a range, as in /proc/iomem
 * @text: such as 180000000-1bfffffff
 * @start: set to the first address; unchanged on an error
 * @end: set to the last address; unchanged on an error
 *
 * Return: 0, or -EINVAL if it is not such a range.
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
 * parse_list_next() - parse the next element of a list such as 0-2,5
 * @list: the rest of the list; advanced past the element
 * @first: set to the first number of the element
 * @last: set to its last number, which may be the same
 *
 * Return: 1 with an element, 0 at the end, -EINVAL if it is not such a list.
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

/* Whether a number is in a list such as 0-2,5. */
bool parse_list_has(const char *list, unsigned int member)
{
	unsigned int first, last;

	while (parse_list_next(&list, &first, &last) == 1)
		if (first <= member && member <= last)
			return true;
	return false;
}

/* Parses the number of kB after a key; @text begins with the key. */
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
 * parse_meminfo() - parse one figure of /proc/meminfo or of a node's meminfo
 * @text: the whole file
 * @key: such as MemFree
 * @bytes: set to the figure; unchanged on an error
 *
 * Return: 0, or -ENODATA if there is no such figure.
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
 * parse_value() - copy the value of a key in a line such as "reason=pinned block=memory42"
 * @text: the line
 * @key: such as block
 * @value: set to the value; unchanged on an error
 * @size: the size of @value
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
 * parse_kind() - find the kind of a device's memory from its path in /sys/devices
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

/* The part after the last slash. */
const char *parse_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether a directory between a device and its region does not represent a device. */
static bool is_in_between(const char *name, size_t length)
{
	return (length >= 10 && !strncmp(name, "dax_region", 10)) ||
	       (length >= 3 && !strncmp(name, "dax", 3) && isdigit((unsigned char)name[3]));
}

/**
 * parse_parent() - copy the name of the parent of a device
 * @path: its path in /sys/devices
 * @name: set to the name of the nearest directory above that is not the DAX core's own
 * @size: the size of @name
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
