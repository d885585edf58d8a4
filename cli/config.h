/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration files in directories of which the first overrides the others, as udev's. */
#ifndef DAXPLUG_CLI_CONFIG_H
#define DAXPLUG_CLI_CONFIG_H

#include <stdbool.h>

/**
 * struct config_line - a line of a configuration file
 * @file: the path of the file, with a leading slash
 * @number: of the line, from 1; of its first one if a backslash continues it
 * @text: the line without blanks before it and behind it; neither empty nor a comment
 */
struct config_line {
	const char *file;
	unsigned int number;
	const char *text;
};

typedef void config_visit(const struct config_line *line, void *data);

void config_each_line(const char *const *directories, const char *suffix, config_visit *visit,
		      void *data);
bool config_has_word(const char *text, const char *word);

#endif /* DAXPLUG_CLI_CONFIG_H */
