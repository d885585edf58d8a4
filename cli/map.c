// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A drawn map of a device's memory blocks, in lines of a letter a block:
 * what it is, and below how much of it is in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "map.h"

/* A device of more blocks than fit on so many lines has several blocks a letter. */
#define MOST_LINES 16
#define LABEL_WIDTH 20
#define DEFAULT_WIDTH 80
#define LEAST_LETTERS 16

/**
 * struct map - how a map is drawn
 * @device: the device
 * @per_letter: blocks a letter
 * @letters: letters a line
 * @colour: with colours
 */
struct map {
	const struct daxplug_device *device;
	unsigned int per_letter;
	unsigned int letters;
	bool colour;
};

static const struct {
	char letter;
	const char *colour;
	const char *meaning;
} looks[] = {
	[DAXPLUG_BLOCK_ABSENT] = { '.', "\033[90m", "absent" },
	[DAXPLUG_BLOCK_OFFLINE] = { 'o', "\033[31m", "offline" },
	[DAXPLUG_BLOCK_KERNEL] = { 'K', "\033[33m", "kernel zone" },
	[DAXPLUG_BLOCK_MOVABLE] = { 'M', "\033[32m", "movable" },
};

#define LOOK_COUNT (sizeof(looks) / sizeof(looks[0]))

static unsigned int terminal_width(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return DEFAULT_WIDTH;
}

static unsigned int last_of(const struct map *map, unsigned int first)
{
	unsigned int count = daxplug_device_blocks(map->device);

	return first + map->per_letter < count ? first + map->per_letter : count;
}

/* The blocks of a letter, if all are the same; else '?'. */
static void print_state(const struct map *map, unsigned int first)
{
	enum daxplug_block_state state = daxplug_block_state(map->device, first);
	unsigned int i;

	for (i = first + 1; i < last_of(map, first); i++) {
		if (daxplug_block_state(map->device, i) == state)
			continue;
		putchar('?');
		return;
	}

	if (map->colour)
		printf("%s%c\033[0m", looks[state].colour, looks[state].letter);
	else
		putchar(looks[state].letter);
}

/* In tenths, rounded up, so that 0 is nothing at all; '-' where there is nothing to use. */
static void print_use(const struct map *map, unsigned int first)
{
	int sum = 0, count = 0, tenths;
	unsigned int i;

	for (i = first; i < last_of(map, first); i++) {
		int use = daxplug_block_use(map->device, i);

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
		if (daxplug_block_use(device, i) >= 0)
			return true;
	return false;
}

static void print_legend(const struct map *map, bool use)
{
	unsigned int i;

	printf("\n  %-*s ", LABEL_WIDTH - 2, "map");
	for (i = 0; i < LOOK_COUNT; i++)
		printf("%c %s%s", looks[i].letter, looks[i].meaning,
		       i + 1 < LOOK_COUNT ? ", " : "");
	if (map->per_letter > 1)
		printf("; %u blocks a letter, ? for different ones", map->per_letter);
	if (use)
		printf("; in use, in tenths");
	putchar('\n');
}

/* Prints the map of a device, in colour and as wide as the terminal if there is one. */
void map_print(const struct daxplug_device *device)
{
	unsigned int count = daxplug_device_blocks(device), width = terminal_width(), first;
	struct map map = { .device = device,
			   .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") };
	bool use = has_use(device);
	char label[32];

	if (!count)
		return;
	map.letters = width > LABEL_WIDTH + LEAST_LETTERS ? width - LABEL_WIDTH - 1 : LEAST_LETTERS;
	map.per_letter = (count + MOST_LINES * map.letters - 1) / (MOST_LINES * map.letters);

	print_legend(&map, use);
	for (first = 0; first < count; first += map.letters * map.per_letter) {
		snprintf(label, sizeof(label), "memory%llu",
			 (unsigned long long)daxplug_block_number(device, first));
		print_line(&map, first, label, print_state);
		if (use)
			print_line(&map, first, "  in use", print_use);
	}
}
