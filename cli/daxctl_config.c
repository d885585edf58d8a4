// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daxctl_config.h"

/**
 * struct reader - the section that is being read
 * @visit: called for each section that has a UUID
 * @data: passed to @visit
 * @section: the section
 * @file: its file
 * @uuid: its UUID, empty if it has none so far
 */
struct reader {
	daxctl_visit *visit;
	void *data;
	struct daxctl_section section;
	char file[PATH_MAX];
	char uuid[64];
};

/*
 * Parses the value of a line "KEY = VALUE", with or without quotes; returns false for another
 * key.
 */
static bool has_value(const char *line, const char *key, char *value, size_t size)
{
	const char *text = line + strlen(key);

	if (strncmp(line, key, strlen(key)))
		return false;
	text += strspn(text, " \t");
	if (*text++ != '=')
		return false;
	text += strspn(text, " \t\"");
	snprintf(value, size, "%.*s", (int)strcspn(text, " \t\"#"), text);
	return *value;
}

static void end_section(struct reader *reader)
{
	if (*reader->uuid)
		reader->visit(&reader->section, reader->data);
	*reader->uuid = '\0';
	reader->section.is_ram = true;
}

static void take_uuid(struct reader *reader, const struct config_line *line)
{
	snprintf(reader->file, sizeof(reader->file), "%s", line->file);
	reader->section.uuid = (struct config_line){ reader->file, line->number, reader->uuid };
}

static void read_line(const struct config_line *line, void *data)
{
	struct reader *reader = data;
	char mode[16];

	if (*line->text == '[')
		end_section(reader);
	else if (has_value(line->text, "nvdimm.uuid", reader->uuid, sizeof(reader->uuid)))
		take_uuid(reader, line);
	else if (has_value(line->text, "mode", mode, sizeof(mode)))
		reader->section.is_ram = strcasecmp(mode, "devdax");
}

/**
 * daxctl_each_section() - call a function for each section that has the UUID of a namespace
 * @visit: the function
 * @data: passed to @visit
 * @gap: set to the first file or directory that could not be read
 */
void daxctl_each_section(daxctl_visit *visit, void *data, struct config_gap *gap)
{
	static const char *const directories[] = { "etc/daxctl.conf.d", NULL };
	struct reader reader = { .visit = visit, .data = data, .section.is_ram = true };

	config_each_line(directories, ".conf", read_line, &reader, gap);
	end_section(&reader);
}

/**
 * struct wanted_uuid - a UUID to search for
 * @uuid: the UUID
 * @found: whether daxctl's configuration makes its namespace RAM
 */
struct wanted_uuid {
	const char *uuid;
	bool found;
};

static void compare_uuid(const struct daxctl_section *section, void *data)
{
	struct wanted_uuid *wanted = data;

	wanted->found |= section->is_ram && !strcasecmp(section->uuid.text, wanted->uuid);
}

/**
 * daxctl_makes_ram() - test whether daxctl makes a namespace RAM
 * @uuid: the UUID of the namespace; "" is the UUID of none
 *
 * Return: 1 or 0; or a negative errno if daxctl's configuration cannot be read.
 */
int daxctl_makes_ram(const char *uuid)
{
	struct wanted_uuid wanted = { .uuid = uuid };
	struct config_gap gap;

	if (!*uuid)
		return 0;
	daxctl_each_section(compare_uuid, &wanted, &gap);
	return wanted.found ? 1 : gap.err;
}
