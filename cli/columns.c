// SPDX-License-Identifier: GPL-2.0-or-later
/* The columns of daxplug list. */
#include <assert.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "command.h"
#include "text.h"

#define TEXT_COLUMN(name, value)                                                                   \
	static void name(const struct daxplug_device *device,                                      \
			 const struct column_options *options, char *text)                         \
	{                                                                                          \
		(void)options;                                                                     \
		snprintf(text, TEXT_SIZE, "%s", value);                                            \
	}

#define NUMBER_COLUMN(name, value)                                                                 \
	static void name(const struct daxplug_device *device,                                      \
			 const struct column_options *options, char *text)                         \
	{                                                                                          \
		(void)options;                                                                     \
		text_number(value, text);                                                          \
	}

#define SIZE_COLUMN(name, value)                                                                   \
	static void name(const struct daxplug_device *device,                                      \
			 const struct column_options *options, char *text)                         \
	{                                                                                          \
		text_size(value, options->exact, text);                                            \
	}

TEXT_COLUMN(device_column, daxplug_device_name(device))
TEXT_COLUMN(kind_column, daxplug_kind_name(daxplug_device_kind(device)))
TEXT_COLUMN(state_column, daxplug_state_name(daxplug_device_state(device)))
TEXT_COLUMN(mode_column, daxplug_mode_name(daxplug_device_mode(device)))
TEXT_COLUMN(backend_column, daxplug_backend_name(daxplug_device_backend(device)))
TEXT_COLUMN(region_name_column, daxplug_device_region_name(device))
NUMBER_COLUMN(region_column, daxplug_device_region(device))
NUMBER_COLUMN(node_column, daxplug_device_target_node(device))
NUMBER_COLUMN(numa_column, daxplug_device_numa_node(device))
NUMBER_COLUMN(tier_column, daxplug_device_tier(device))
NUMBER_COLUMN(ranges_column, daxplug_device_ranges(device))
NUMBER_COLUMN(total_column, daxplug_device_blocks(device))
NUMBER_COLUMN(present_column, daxplug_device_blocks_present(device))
NUMBER_COLUMN(online_column, daxplug_device_blocks_online(device))
NUMBER_COLUMN(movable_column, daxplug_device_blocks_movable(device))
SIZE_COLUMN(size_column, daxplug_device_size(device))
SIZE_COLUMN(align_column, daxplug_device_align(device))
SIZE_COLUMN(block_size_column, daxplug_device_block_size(device))

static void blocks_column(const struct daxplug_device *device, const struct column_options *options,
			  char *text)
{
	(void)options;
	text_blocks(device, text);
}

static void zones_column(const struct daxplug_device *device, const struct column_options *options,
			 char *text)
{
	(void)options;
	text_zones(device, text);
}

const struct column columns[] = {
	{ "DEVICE", device_column, 0, true, "name of the device" },
	{ "KIND", kind_column, 0, true, "kind of memory: hmem, cxl, pmem" },
	{ "STATE", state_column, 0, true, "what all its memory blocks amount to" },
	{ "SIZE", size_column, SCOLS_FL_RIGHT, true, "size of the device" },
	{ "NODE", node_column, SCOLS_FL_RIGHT, true, "NUMA node that its memory makes" },
	{ "TIER", tier_column, SCOLS_FL_RIGHT, true, "memory tier of that node" },
	{ "BLOCKS", blocks_column, SCOLS_FL_RIGHT, true, "memory blocks online, of all" },
	{ "ZONES", zones_column, 0, true, "zones that they are in" },
	{ "BACKEND", backend_column, 0, true, "how the device is driven" },
	{ "MODE", mode_column, 0, false, "driver that it is bound to, in daxctl's words" },
	{ "REGION", region_column, SCOLS_FL_RIGHT, false, "number of its region" },
	{ "REGION-NAME", region_name_column, 0, false, "what it is a part of" },
	{ "NUMA", numa_column, SCOLS_FL_RIGHT, false, "NUMA node that it is attached to" },
	{ "ALIGN", align_column, SCOLS_FL_RIGHT, false, "alignment" },
	{ "RANGES", ranges_column, SCOLS_FL_RIGHT, false, "ranges of addresses" },
	{ "BLOCK-SIZE", block_size_column, SCOLS_FL_RIGHT, false, "size of a memory block" },
	{ "TOTAL", total_column, SCOLS_FL_RIGHT, false, "memory blocks in its ranges" },
	{ "PRESENT", present_column, SCOLS_FL_RIGHT, false, "memory blocks added" },
	{ "ONLINE", online_column, SCOLS_FL_RIGHT, false, "memory blocks online" },
	{ "MOVABLE", movable_column, SCOLS_FL_RIGHT, false, "memory blocks in ZONE_MOVABLE" },
};

const unsigned int column_count = sizeof(columns) / sizeof(columns[0]);
static_assert(sizeof(columns) / sizeof(columns[0]) <= MOST_COLUMNS, "MOST_COLUMNS must grow");

static int find_column(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < column_count; i++)
		if (strlen(columns[i].name) == length &&
		    !strncasecmp(columns[i].name, name, length))
			return i;
	return -1;
}

/* The columns wanted, how many, or -1 with a complaint. */
static int named_columns(const char *names, unsigned int *wanted)
{
	unsigned int count = 0;

	while (*names) {
		size_t length = strcspn(names, ",");
		int column = find_column(names, length);

		if (column < 0 || count == column_count) {
			usage_error("--output: %.*s: no such column, or one too many", (int)length,
				    names);
			return -1;
		}
		wanted[count++] = column;
		names += length + (names[length] == ',');
	}
	if (!count) {
		usage_error("--output: which columns?");
		return -1;
	}
	return count;
}

/**
 * columns_wanted() - which columns to show
 * @options: what the command line asks for
 * @wanted: where their indexes go; room for MOST_COLUMNS
 *
 * Return: how many, or -1 after a complaint.
 */
int columns_wanted(const struct column_options *options, unsigned int *wanted)
{
	unsigned int i, count = 0;

	if (options->names)
		return named_columns(options->names, wanted);
	for (i = 0; i < column_count; i++)
		if (options->all || columns[i].usual)
			wanted[count++] = i;
	return count;
}

/* Is a column among those to show. */
bool columns_want(const struct column_options *options, const char *name)
{
	unsigned int i;

	if (options->names)
		return strcasestr(options->names, name);
	for (i = 0; i < column_count; i++)
		if (!strcmp(columns[i].name, name))
			return options->all || columns[i].usual;
	return false;
}
