// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A map of a device's memory blocks: a line of characters for their states, and below it a line
 * for the fraction of each that is in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "map.h"
#include "options.h"
#include "terminal.h"

/* The maximum number of lines; if there are more blocks, several share a character. */
#define MOST_LINES 16
#define LABEL_WIDTH 20
#define LEAST_LETTERS 16

/**
 * struct map - how a map is drawn
 * @device: the device
 * @per_letter: blocks per character
 * @letters: characters per line
 * @color: use colors
 */
struct map {
	const struct daxplug_device *device;
	unsigned int per_letter;
	unsigned int letters;
	bool color;
};

static const struct {
	char letter;
	bool usual;
	const char *color;
	const char *meaning;
} looks[] = {
	[DAXPLUG_BLOCK_ABSENT] = { '.', true, "\033[90m", "absent" },
	[DAXPLUG_BLOCK_OFFLINE] = { 'o', true, "\033[31m", "offline" },
	[DAXPLUG_BLOCK_KERNEL] = { 'K', true, "\033[33m", "kernel zone" },
	[DAXPLUG_BLOCK_MOVABLE] = { 'M', true, "\033[32m", "movable" },
	[DAXPLUG_BLOCK_ONLINE] = { 'x', false, "\033[35m", "online, zone unknown" },
	[DAXPLUG_BLOCK_UNKNOWN] = { '!', false, "\033[35m", "unknown" },
};

#define LOOK_COUNT (sizeof(looks) / sizeof(looks[0]))

static unsigned int last_of(const struct map *map, unsigned int first)
{
	unsigned int count = daxplug_device_blocks(map->device);

	return first + map->per_letter < count ? first + map->per_letter : count;
}

/* Prints the character of the state of some blocks, or '?' if their states differ. */
static void print_state(const struct map *map, unsigned int first)
{
	enum daxplug_block_state state = daxplug_device_block_state(map->device, first);
	unsigned int i;

	for (i = first + 1; i < last_of(map, first); i++) {
		if (daxplug_device_block_state(map->device, i) == state)
			continue;
		putchar('?');
		return;
	}

	if (map->color)
		printf("%s%c\033[0m", looks[state].color, looks[state].letter);
	else
		putchar(looks[state].letter);
}

/*
 * Prints the use in tenths, rounded up, so that 0 means no use at all; '-' if no block is online.
 */
static void print_use(const struct map *map, unsigned int first)
{
	int sum = 0, count = 0, tenths;
	unsigned int i;

	for (i = first; i < last_of(map, first); i++) {
		int use = daxplug_device_block_use(map->device, i);

		if (use < 0)
			continue;
		sum += use;
		count++;
	}

	if (!count) {
		putchar('-');
		return;
	}
	tenths = (sum + 10 * count - 1) / (10 * count);
	putchar(tenths < 10 ? '0' + tenths : '#');
}

static void print_line(const struct map *map, unsigned int first, const char *label,
		       void (*letter)(const struct map *map, unsigned int first))
{
	unsigned int i, count = daxplug_device_blocks(map->device);

	printf("  %-*s ", LABEL_WIDTH - 2, label);
	for (i = 0; i < map->letters && first < count; i++, first += map->per_letter)
		letter(map, first);
	putchar('\n');
}

static bool has_use(const struct daxplug_device *device)
{
	unsigned int i;

	for (i = 0; i < daxplug_device_blocks(device); i++)
		if (daxplug_device_block_use(device, i) >= 0)
			return true;
	return false;
}

static bool has_block(const struct daxplug_device *device, enum daxplug_block_state state)
{
	unsigned int i;

	for (i = 0; i < daxplug_device_blocks(device); i++)
		if (daxplug_device_block_state(device, i) == state)
			return true;
	return false;
}

static void print_legend(const struct map *map, bool use)
{
	const char *separator = "";
	unsigned int i;

	printf("\n  %-*s ", LABEL_WIDTH - 2, "map");
	for (i = 0; i < LOOK_COUNT; i++) {
		if (!looks[i].usual && !has_block(map->device, i))
			continue;
		printf("%s%c %s", separator, looks[i].letter, looks[i].meaning);
		separator = ", ";
	}
	if (map->per_letter > 1)
		printf("; %u blocks per character, ? = mixed", map->per_letter);
	if (use)
		printf("; use in tenths, # = full");
	putchar('\n');
}

/* Prints the map of a device, as wide as the terminal. */
void map_print(const struct daxplug_device *device)
{
	unsigned int count = daxplug_device_blocks(device), first;
	unsigned int width = terminal_width(STDOUT_FILENO);
	struct map map = { .device = device, .color = options_color(stdout) };
	bool use = has_use(device);
	char label[32];

	if (!count)
		return;
	map.letters = width > LABEL_WIDTH + LEAST_LETTERS ? width - LABEL_WIDTH - 1 : LEAST_LETTERS;
	map.per_letter = (count + MOST_LINES * map.letters - 1) / (MOST_LINES * map.letters);

	print_legend(&map, use);
	for (first = 0; first < count; first += map.letters * map.per_letter) {
		snprintf(label, sizeof(label), "memory%llu",
			 (unsigned long long)daxplug_device_block_number(device, first));
		print_line(&map, first, label, print_state);
		if (use)
			print_line(&map, first, "  in use", print_use);
	}
}
