// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "complain.h"
#include "text.h"

#define TEXT_COLUMN(name, value)                                                                   \
	static void name(const struct daxplug_device *device, bool exact, char *text)              \
	{                                                                                          \
		(void)exact;                                                                       \
		snprintf(text, TEXT_SIZE, "%s", value);                                            \
	}

#define NUMBER_COLUMN(name, value)                                                                 \
	static void name(const struct daxplug_device *device, bool exact, char *text)              \
	{                                                                                          \
		(void)exact;                                                                       \
		text_number(value, text);                                                          \
	}

/* Defines a column that shows a size, blank for 0: unknown or negligible. */
#define SIZE_COLUMN(name, value)                                                                   \
	static void name(const struct daxplug_device *device, bool exact, char *text)              \
	{                                                                                          \
		text[0] = '\0';                                                                    \
		if (value)                                                                         \
			text_size(value, exact, text);                                             \
	}

/*
 * Returns a count of blocks, or -1, which is shown as blank, if it is unknown.
 */
static int if_known(const struct daxplug_device *device, unsigned int count)
{
	return text_knows_blocks(device) ? (int)count : -1;
}

TEXT_COLUMN(device_column, daxplug_device_name(device))
TEXT_COLUMN(kind_column, daxplug_kind_name(daxplug_device_kind(device)))
TEXT_COLUMN(state_column, daxplug_state_name(daxplug_device_state(device)))
TEXT_COLUMN(mode_column, daxplug_mode_name(daxplug_device_mode(device)))
TEXT_COLUMN(driver_column, daxplug_device_driver(device))
TEXT_COLUMN(backend_column, daxplug_backend_name(daxplug_device_backend(device)))
TEXT_COLUMN(region_name_column, daxplug_device_region_name(device))
TEXT_COLUMN(uuid_column, daxplug_device_uuid(device))
TEXT_COLUMN(namespace_column, daxplug_device_namespace(device))
TEXT_COLUMN(failure_column, daxplug_device_last_failure(device))
NUMBER_COLUMN(region_column, daxplug_device_region(device))
NUMBER_COLUMN(node_column, daxplug_device_target_node(device))
NUMBER_COLUMN(numa_column, daxplug_device_numa_node(device))
NUMBER_COLUMN(distance_column, daxplug_device_distance(device))
NUMBER_COLUMN(tier_column, daxplug_device_tier(device))
NUMBER_COLUMN(guard_column, daxplug_device_guard(device))
NUMBER_COLUMN(poisoned_column, daxplug_device_pages_poisoned(device))
NUMBER_COLUMN(ranges_column,
	      daxplug_device_ranges(device) ? (int)daxplug_device_ranges(device) : -1)
NUMBER_COLUMN(total_column, daxplug_device_blocks(device) ? (int)daxplug_device_blocks(device) : -1)
NUMBER_COLUMN(present_column, if_known(device, daxplug_device_blocks_present(device)))
NUMBER_COLUMN(online_column, if_known(device, daxplug_device_blocks_online(device)))
NUMBER_COLUMN(movable_column, if_known(device, daxplug_device_blocks_movable(device)))
SIZE_COLUMN(size_column, daxplug_device_size(device))
SIZE_COLUMN(align_column, daxplug_device_align(device))
SIZE_COLUMN(block_size_column, daxplug_device_block_size(device))
SIZE_COLUMN(unusable_column, daxplug_device_unusable(device))

static void blocks_column(const struct daxplug_device *device, bool exact, char *text)
{
	(void)exact;
	text_blocks(device, text);
}

static void worker_column(const struct daxplug_device *device, bool exact, char *text)
{
	int pid = daxplug_device_worker(device);

	(void)exact;
	text[0] = '\0';
	if (pid)
		text_number(pid, text);
}

static void zones_column(const struct daxplug_device *device, bool exact, char *text)
{
	(void)exact;
	text_zones(device, text);
}

static void serial_column(const struct daxplug_device *device, bool exact, char *text)
{
	(void)exact;
	text_serials(device, text);
}

static void start_column(const struct daxplug_device *device, bool exact, char *text)
{
	(void)exact;
	text[0] = '\0';
	if (daxplug_device_ranges(device))
		text_address(daxplug_device_range_start(device, 0), text);
}

static void end_column(const struct daxplug_device *device, bool exact, char *text)
{
	unsigned int ranges = daxplug_device_ranges(device);

	(void)exact;
	text[0] = '\0';
	if (ranges)
		text_address(daxplug_device_range_end(device, ranges - 1), text);
}

const struct column columns[] = {
	{ "DEVICE", device_column, 0, true, "name of the device", TOTAL_NONE },
	{ "KIND", kind_column, 0, true, "kind of memory: hmem, cxl or pmem", TOTAL_NONE },
	{ "STATE", state_column, 0, true, "state of all its memory blocks together", TOTAL_NONE },
	{ "SIZE", size_column, SCOLS_FL_RIGHT, true, "size of the device", TOTAL_SIZES },
	{ "NODE", node_column, SCOLS_FL_RIGHT, true, "NUMA node of its memory", TOTAL_NONE },
	{ "TIER", tier_column, SCOLS_FL_RIGHT, true, "memory tier of that node", TOTAL_NONE },
	{ "BLOCKS", blocks_column, SCOLS_FL_RIGHT, true, "memory blocks online / in total",
	  TOTAL_NUMBERS },
	{ "ZONES", zones_column, 0, true, "zones that they are online in", TOTAL_NONE },
	{ "BACKEND", backend_column, 0, true, "how the device is driven", TOTAL_NONE },
	{ "MODE", mode_column, 0, false, "what the device is used for, as in daxctl", TOTAL_NONE },
	{ "DRIVER", driver_column, 0, false, "driver that the device is bound to", TOTAL_NONE },
	{ "REGION", region_column, SCOLS_FL_RIGHT, false, "number of its region", TOTAL_NONE },
	{ "REGION-NAME", region_name_column, 0, false, "name of its parent device", TOTAL_NONE },
	{ "NAMESPACE", namespace_column, 0, false, "namespace of persistent memory", TOTAL_NONE },
	{ "UUID", uuid_column, 0, false, "UUID of that namespace", TOTAL_NONE },
	{ "SERIAL", serial_column, 0, false, "serial numbers of the CXL expanders behind it",
	  TOTAL_NONE },
	{ "NUMA", numa_column, SCOLS_FL_RIGHT, false, "nearest NUMA node with CPUs", TOTAL_NONE },
	{ "DISTANCE", distance_column, SCOLS_FL_RIGHT, false, "NUMA distance from there",
	  TOTAL_NONE },
	{ "START", start_column, SCOLS_FL_RIGHT, false, "first physical address", TOTAL_NONE },
	{ "END", end_column, SCOLS_FL_RIGHT, false, "last physical address", TOTAL_NONE },
	{ "RANGES", ranges_column, SCOLS_FL_RIGHT, false, "number of address ranges", TOTAL_NONE },
	{ "ALIGN", align_column, SCOLS_FL_RIGHT, false, "alignment of the device", TOTAL_NONE },
	{ "UNUSABLE", unusable_column, SCOLS_FL_RIGHT, false, "size that fills no memory block",
	  TOTAL_SIZES },
	{ "BLOCK-SIZE", block_size_column, SCOLS_FL_RIGHT, false, "size of a memory block",
	  TOTAL_NONE },
	{ "TOTAL", total_column, SCOLS_FL_RIGHT, false, "memory blocks in its ranges",
	  TOTAL_NUMBERS },
	{ "PRESENT", present_column, SCOLS_FL_RIGHT, false, "memory blocks present",
	  TOTAL_NUMBERS },
	{ "ONLINE", online_column, SCOLS_FL_RIGHT, false, "memory blocks online", TOTAL_NUMBERS },
	{ "MOVABLE", movable_column, SCOLS_FL_RIGHT, false, "memory blocks in ZONE_MOVABLE",
	  TOTAL_NUMBERS },
	{ "GUARD", guard_column, SCOLS_FL_RIGHT, false, "1 if the driver guards its blocks",
	  TOTAL_NONE },
	{ "POISONED", poisoned_column, SCOLS_FL_RIGHT, false, "pages with a hardware fault",
	  TOTAL_NONE },
	{ "WORKER", worker_column, SCOLS_FL_RIGHT, false, "PID of the daxplug that changes it now",
	  TOTAL_NONE },
	{ "FAILURE", failure_column, 0, false, "how the last transition failed", TOTAL_NONE },
};

const unsigned int column_count = sizeof(columns) / sizeof(columns[0]);
static_assert(sizeof(columns) / sizeof(columns[0]) <= MOST_COLUMNS, "MOST_COLUMNS must grow");

/**
 * columns_find() - find a column by its name
 * @name: the name, in any case
 * @length: its length
 *
 * Return: the index of the column, or -1.
 */
int columns_find(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < column_count; i++)
		if (strlen(columns[i].name) == length &&
		    !strncasecmp(columns[i].name, name, length))
			return i;
	return -1;
}

static unsigned int preset(bool all, unsigned int *wanted)
{
	unsigned int i, count = 0;

	for (i = 0; i < column_count; i++)
		if (all || columns[i].usual)
			wanted[count++] = i;
	return count;
}

/**
 * columns_parse() - parse the list of columns to show
 * @names: names of columns, separated by commas; a leading "+" adds them to the
 *	usual columns; NULL for only the usual ones
 * @all: all columns
 * @wanted: set to their indexes; an array of MOST_COLUMNS
 *
 * Return: the number of columns, or -1 after an error message.
 */
int columns_parse(const char *names, bool all, unsigned int *wanted)
{
	unsigned int count = 0;

	if (!names)
		return preset(all, wanted);
	if (*names == '+') {
		count = preset(all, wanted);
		names++;
	}
	while (*names) {
		size_t length = strcspn(names, ",");
		int column = columns_find(names, length);

		if (column < 0 || count == MOST_COLUMNS) {
			usage_error(column < 0 ? "unknown column '%.*s'"
					       : "too many columns: '%.*s'",
				    (int)length, names);
			return -1;
		}
		wanted[count++] = column;
		names += length + (names[length] == ',');
	}
	if (!count)
		usage_error("--output: no column given");
	return count ? (int)count : -1;
}

/**
 * columns_compare() - order two devices by a column
 * @column: its index
 * @a: a device
 * @b: another device
 *
 * Return: less than, equal to or greater than 0, as for qsort().
 */
int columns_compare(int column, const struct daxplug_device *a, const struct daxplug_device *b)
{
	char of_a[TEXT_SIZE], of_b[TEXT_SIZE];

	columns[column].text(a, true, of_a);
	columns[column].text(b, true, of_b);
	return strverscmp(of_a, of_b);
}

/*
 * Whether a blank is an unknown number, and not 0. A device without size and ranges has no memory
 * yet; if its ranges are known, all of it may fill memory blocks.
 */
static bool is_unknown(int column, const struct daxplug_device *device)
{
	unsigned int ranges = daxplug_device_ranges(device);

	if (columns[column].text == unusable_column && ranges)
		return false;
	return ranges || daxplug_device_size(device);
}

/**
 * columns_total() - the value of a column for several devices together
 * @column: its index
 * @devices: the devices, @count of them
 * @count: number of devices
 * @exact: sizes in bytes
 * @text: set to the value, blank if there is no total or a part of it is unknown; TEXT_SIZE bytes
 */
void columns_total(int column, struct daxplug_device *const *devices, unsigned int count,
		   bool exact, char *text)
{
	unsigned long long sum = 0, of = 0, number, total;
	unsigned int i;
	int parts = 0;

	text[0] = '\0';
	if (columns[column].total == TOTAL_NONE)
		return;
	for (i = 0; i < count; i++) {
		char value[TEXT_SIZE];
		int found;

		columns[column].text(devices[i], true, value);
		found = sscanf(value, "%llu/%llu", &number, &total);
		if (found < 1 && is_unknown(column, devices[i]))
			return;
		sum += found > 0 ? number : 0;
		of += found > 1 ? total : 0;
		parts = found > parts ? found : parts;
	}
	if (columns[column].total == TOTAL_SIZES)
		text_size(sum, exact, text);
	else if (parts > 1)
		snprintf(text, TEXT_SIZE, "%llu/%llu", sum, of);
	else
		snprintf(text, TEXT_SIZE, "%llu", sum);
}
