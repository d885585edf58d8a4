// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "text.h"

#define UNITS "BKMGTPE"

/**
 * text_size() - format a size like lsblk(8), such as 1.5G
 * @bytes: the size
 * @exact: print bytes, without a unit
 * @text: set to the text; TEXT_SIZE bytes, here and below
 */
void text_size(uint64_t bytes, bool exact, char *text)
{
	unsigned int shift = 0, tenths;

	if (exact) {
		snprintf(text, TEXT_SIZE, "%llu", (unsigned long long)bytes);
		return;
	}
	/* Use the next unit if rounding gives 1024. */
	while (UNITS[shift / 10 + 1] && (bytes >> shift) >= 1023 &&
	       ((bytes >> shift) >= 1024 || (shift && (bytes >> (shift - 10) & 1023) >= 973)))
		shift += 10;
	tenths = shift ? ((bytes >> (shift - 10) & 1023) * 10 + 512) >> 10 : 0;
	bytes = (bytes >> shift) + tenths / 10;
	tenths %= 10;
	if (tenths)
		snprintf(text, TEXT_SIZE, "%u.%u%c", (unsigned int)bytes, tenths,
			 UNITS[shift / 10]);
	else
		snprintf(text, TEXT_SIZE, "%u%c", (unsigned int)bytes, UNITS[shift / 10]);
}

/* Formats a physical address like lsmem(1). */
void text_address(uint64_t address, char *text)
{
	snprintf(text, TEXT_SIZE, "0x%016llx", (unsigned long long)address);
}

/* Formats a number; empty if it is unknown. */
void text_number(int number, char *text)
{
	text[0] = '\0';
	if (number >= 0)
		snprintf(text, TEXT_SIZE, "%d", number);
}

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);
	const char *found = list;

	while ((found = strstr(found, word))) {
		bool begins = found == list || found[-1] == ',';

		if (begins && (found[length] == ',' || !found[length]))
			return true;
		found += length;
	}
	return false;
}

/* Lists the zones of the online blocks, each once. */
void text_zones(const struct daxplug_device *device, char *text)
{
	unsigned int i;
	size_t length = 0;

	text[0] = '\0';
	for (i = 0; i < daxplug_device_blocks(device); i++) {
		const char *zone = daxplug_device_block_zone(device, i);

		if (!*zone || has_word(text, zone) || length + strlen(zone) + 2 > TEXT_SIZE)
			continue;
		length += snprintf(text + length, TEXT_SIZE - length, "%s%s", length ? "," : "",
				   zone);
	}
}

/* Whether the state of each block is known. */
bool text_knows_blocks(const struct daxplug_device *device)
{
	return daxplug_device_blocks(device) && !daxplug_device_blocks_unknown(device) &&
	       daxplug_device_state(device) != DAXPLUG_STATE_UNKNOWN;
}

/* Formats the online and total blocks; blank if unknown. */
void text_blocks(const struct daxplug_device *device, char *text)
{
	text[0] = '\0';
	if (text_knows_blocks(device))
		snprintf(text, TEXT_SIZE, "%u/%u", daxplug_device_blocks_online(device),
			 daxplug_device_blocks(device));
}

/* Lists the serial numbers of a device's expanders, like "cxl list". */
void text_serials(const struct daxplug_device *device, char *text)
{
	unsigned int i;
	size_t length = 0;

	text[0] = '\0';
	for (i = 0; i < daxplug_device_serials(device) && length + 24 < TEXT_SIZE; i++)
		length += snprintf(text + length, TEXT_SIZE - length, "%s%#llx", i ? "," : "",
				   (unsigned long long)daxplug_device_serial(device, i));
}
