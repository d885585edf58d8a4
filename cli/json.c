// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "text.h"

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

void json_add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_if_known(struct json_object *object, const char *key, int number)
{
	if (number >= 0)
		json_add_number(object, key, number);
}

static void add_flag(struct json_object *object, const char *key, bool flag)
{
	json_object_object_add(object, key, json_object_new_boolean(flag));
}

/* The keys that daxctl list has too, and what it means by them. */
static void add_daxctl_keys(struct json_object *object, const struct daxplug_device *device)
{
	enum daxplug_mode mode = daxplug_device_mode(device);
	unsigned int online = daxplug_device_blocks_online(device);

	json_add_text(object, "chardev", daxplug_device_name(device));
	json_add_number(object, "size", daxplug_device_size(device));
	add_if_known(object, "target_node", daxplug_device_target_node(device));
	if (daxplug_device_align(device))
		json_add_number(object, "align", daxplug_device_align(device));
	if (mode == DAXPLUG_MODE_DISABLED)
		json_add_text(object, "state", "disabled");
	else
		json_add_text(object, "mode", daxplug_mode_name(mode));
	if (!daxplug_device_blocks(device) || mode == DAXPLUG_MODE_DEVDAX)
		return;
	json_add_number(object, "online_memblocks", online);
	json_add_number(object, "total_memblocks", daxplug_device_blocks(device));
	if (online)
		add_flag(object, "movable", daxplug_device_blocks_movable(device) == online);
}

static void add_own_keys(struct json_object *object, const struct daxplug_device *device)
{
	char zones[TEXT_SIZE];

	text_zones(device, zones);
	json_add_text(object, "memory_state", daxplug_state_name(daxplug_device_state(device)));
	json_add_text(object, "backend", daxplug_backend_name(daxplug_device_backend(device)));
	json_add_text(object, "kind", daxplug_kind_name(daxplug_device_kind(device)));
	json_add_number(object, "region", daxplug_device_region(device));
	json_add_text(object, "region_name", daxplug_device_region_name(device));
	add_if_known(object, "numa_node", daxplug_device_numa_node(device));
	add_if_known(object, "tier", daxplug_device_tier(device));
	json_add_number(object, "memblock_size", daxplug_device_block_size(device));
	json_add_number(object, "present_memblocks", daxplug_device_blocks_present(device));
	json_add_number(object, "movable_memblocks", daxplug_device_blocks_movable(device));
	json_add_text(object, "zones", zones);
}

/* A device; the caller owns it, or NULL without memory, as json-c does throughout. */
struct json_object *json_device(const struct daxplug_device *device)
{
	struct json_object *object = json_object_new_object();

	add_daxctl_keys(object, device);
	add_own_keys(object, device);
	return object;
}

static struct json_object *mapping(const struct daxplug_device *device, unsigned int range)
{
	struct json_object *object = json_object_new_object();
	uint64_t start = daxplug_range_start(device, range);
	uint64_t end = daxplug_range_end(device, range);

	json_add_number(object, "page_offset", daxplug_range_page_offset(device, range));
	json_add_number(object, "start", start);
	json_add_number(object, "end", end);
	json_add_number(object, "size", end - start + 1);
	return object;
}

static struct json_object *block(const struct daxplug_device *device, unsigned int i)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "block", daxplug_block_number(device, i));
	json_add_text(object, "state", daxplug_block_state_name(daxplug_block_state(device, i)));
	json_add_text(object, "zone", daxplug_block_zone(device, i));
	add_if_known(object, "use_percent", daxplug_block_use(device, i));
	return object;
}

/* What show adds to what list says. */
void json_add_details(struct json_object *object, const struct daxplug_device *device)
{
	struct json_object *mappings = json_object_new_array(), *blocks = json_object_new_array();
	unsigned int i;

	add_if_known(object, "memmap_on_memory", daxplug_device_memmap_on_memory(device));
	for (i = 0; i < daxplug_device_ranges(device); i++)
		json_object_array_add(mappings, mapping(device, i));
	for (i = 0; i < daxplug_device_blocks(device); i++)
		json_object_array_add(blocks, block(device, i));
	json_object_object_add(object, "mappings", mappings);
	json_object_object_add(object, "memblocks", blocks);
}

static int print(struct json_object *object, int flags)
{
	const char *text = json_object_to_json_string_ext(object, flags);

	if (text)
		puts(text);
	else
		complain("not enough memory");
	json_object_put(object);
	return text ? EXIT_DONE : EXIT_FAILED;
}

/* Prints an object and gives it back; returns an exit status. */
int json_print(struct json_object *object)
{
	return print(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The same on one line. */
int json_print_line(struct json_object *object)
{
	return print(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
