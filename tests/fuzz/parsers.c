// SPDX-License-Identifier: GPL-2.0-or-later
/* The library's parsers of files in sysfs and proc. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/state.h"
#include "fuzz.h"
#include "parse.h"

static void fuzz_number(const char *text, size_t size)
{
	uint64_t number, again;
	char printed[32];

	(void)size;
	if (parse_number(text, &number))
		return;
	snprintf(printed, sizeof(printed), "%llu", (unsigned long long)number);
	assert(!parse_number(printed, &again) && again == number);
}

static void fuzz_hex(const char *text, size_t size)
{
	uint64_t number, again;
	char printed[32];

	(void)size;
	if (parse_hex(text, &number))
		return;
	snprintf(printed, sizeof(printed), "%llx", (unsigned long long)number);
	assert(!parse_hex(printed, &again) && again == number);
}

static void fuzz_device_name(const char *text, size_t size)
{
	unsigned int region, instance;
	char printed[64];

	(void)size;
	if (parse_device_name(text, &region, &instance))
		return;
	snprintf(printed, sizeof(printed), "dax%u.%u", region, instance);
	assert(!strcmp(printed, text));
}

static void fuzz_list(const char *text, size_t size)
{
	const char *rest = text, *before = text;
	unsigned int first, last;

	while (parse_list_next(&rest, &first, &last) == 1) {
		assert(first <= last && rest > before && rest <= text + size);
		assert(parse_list_has(before, first) && parse_list_has(before, last));
		before = rest;
	}
}

static void fuzz_meminfo(const char *text, size_t size)
{
	uint64_t bytes = 1;

	(void)size;
	if (!parse_meminfo(text, "MemFree", &bytes))
		assert(bytes % 1024 == 0);
	else
		assert(bytes == 1);
}

static void fuzz_value(const char *text, size_t size)
{
	char value[16];

	(void)size;
	if (!parse_value(text, "block", value, sizeof(value)))
		assert(strstr(text, value) && !strchr(value, ' '));
}

static void fuzz_place(const char *text, size_t size)
{
	char name[32];

	(void)size;
	assert(daxplug_kind_name(parse_kind(text)));
	assert(!strchr(parse_base_name(text), '/'));
	if (!parse_parent(text, name, sizeof(name)))
		assert(*name && !strchr(name, '/') && strstr(text, name));
}

static void fuzz_state(const char *text, size_t size)
{
	enum dax_state state = DAX_STATE_COUNT;

	if (dax_state_parse(text, size, &state))
		assert(!strncmp(text, dax_state_name(state), strlen(dax_state_name(state))));
	else
		assert(state == DAX_STATE_COUNT);
}

static void fuzz_span(const char *text, size_t size)
{
	uint64_t start, end;

	(void)size;
	if (!parse_span(text, &start, &end))
		assert(start <= end && strchr(text, '-'));
	assert(parse_node_name(text) < 0 || !strncmp(text, "node", 4));
	assert(*daxplug_reason_name(parse_reason(text)));
}

const struct fuzz_target fuzz_parsers[] = {
	{ .name = "number", .run = fuzz_number },
	{ .name = "hex", .run = fuzz_hex },
	{ .name = "device_name", .run = fuzz_device_name },
	{ .name = "list", .run = fuzz_list },
	{ .name = "meminfo", .run = fuzz_meminfo },
	{ .name = "value", .run = fuzz_value },
	{ .name = "place", .run = fuzz_place },
	{ .name = "state", .run = fuzz_state },
	{ .name = "span", .run = fuzz_span },
	{ .name = NULL },
};
