// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daxctl_config.h"

/**
 * struct visitor - the arguments of daxctl_each_uuid()
 * @visit: the function
 * @data: its argument
 */
struct visitor {
	config_visit *visit;
	void *data;
};

/* The value of a line "KEY = VALUE", with or without quotes; false if it has another key. */
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

static void visit_line(const struct config_line *line, void *data)
{
	const struct visitor *visitor = data;
	struct config_line found = *line;
	char uuid[64];

	if (!has_value(line->text, "nvdimm.uuid", uuid, sizeof(uuid)))
		return;
	found.text = uuid;
	visitor->visit(&found, visitor->data);
}

/* Calls @visit for each UUID of a namespace; the text of the line is the UUID alone. */
void daxctl_each_uuid(config_visit *visit, void *data)
{
	static const char *const directories[] = { "etc/daxctl.conf.d", NULL };
	struct visitor visitor = { visit, data };

	config_each_line(directories, ".conf", visit_line, &visitor);
}

/**
 * struct wanted_uuid - a UUID that is looked for
 * @uuid: the UUID
 * @found: whether daxctl's configuration has it
 */
struct wanted_uuid {
	const char *uuid;
	bool found;
};

static void compare_uuid(const struct config_line *line, void *data)
{
	struct wanted_uuid *wanted = data;

	wanted->found |= !strcasecmp(line->text, wanted->uuid);
}

/* Whether daxctl's configuration has the namespace of that UUID; it has none of the UUID "". */
bool daxctl_configures(const char *uuid)
{
	struct wanted_uuid wanted = { .uuid = uuid };

	daxctl_each_uuid(compare_uuid, &wanted);
	return wanted.found;
}
