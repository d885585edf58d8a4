/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files in several directories, of which earlier ones override later ones, as for
 * udev.
 */
#ifndef DAXPLUG_CLI_CONFIG_H
#define DAXPLUG_CLI_CONFIG_H

#include <stdbool.h>

/**
 * struct config_line - a line of a configuration file
 * @file: the path of the file, with a leading slash
 * @number: the number of the line, from 1; of the first line if backslashes continue it
 * @text: the line without leading and trailing white space; neither empty nor a comment
 */
struct config_line {
	const char *file;
	unsigned int number;
	const char *text;
};

/* The size of a path, with its leading slash. */
#define CONFIG_PATH_SIZE 513

/**
 * struct config_gap - a part of the configuration that could not be read
 * @path: the file or directory, with a leading slash
 * @err: the negative errno of reading it; 0 if everything was read
 */
struct config_gap {
	char path[CONFIG_PATH_SIZE];
	int err;
};

typedef void config_visit(const struct config_line *line, void *data);

void config_each_line(const char *const *directories, const char *suffix, config_visit *visit,
		      void *data, struct config_gap *gap);
bool config_has_word(const char *text, const char *word);

#endif /* DAXPLUG_CLI_CONFIG_H */
