// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "text.h"

/* A size, as lsblk writes it, or in bytes. @text has TEXT_SIZE, here and below. */
void text_size(uint64_t bytes, bool exact, char *text)
{
	static const char units[] = "BKMGTPE";
	uint64_t unit = 1;
	unsigned int i = 0;

	if (exact) {
		snprintf(text, TEXT_SIZE, "%llu", (unsigned long long)bytes);
		return;
	}
	while (units[i + 1] && bytes / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (bytes % unit)
		snprintf(text, TEXT_SIZE, "%.1f%c", (double)bytes / unit, units[i]);
	else
		snprintf(text, TEXT_SIZE, "%llu%c", (unsigned long long)(bytes / unit), units[i]);
}

/* A number that may be unknown: then it is empty. */
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

/* The zones that blocks are online in, each once. */
void text_zones(const struct daxplug_device *device, char *text)
{
	unsigned int i;
	size_t length = 0;

	text[0] = '\0';
	for (i = 0; i < daxplug_device_blocks(device); i++) {
		const char *zone = daxplug_block_zone(device, i);

		if (!*zone || has_word(text, zone) || length + strlen(zone) + 2 > TEXT_SIZE)
			continue;
		length += snprintf(text + length, TEXT_SIZE - length, "%s%s", length ? "," : "",
				   zone);
	}
}

/* Online of all. */
void text_blocks(const struct daxplug_device *device, char *text)
{
	text[0] = '\0';
	if (daxplug_device_blocks(device))
		snprintf(text, TEXT_SIZE, "%u/%u", daxplug_device_blocks_online(device),
			 daxplug_device_blocks(device));
}
