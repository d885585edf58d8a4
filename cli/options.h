/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: options of one command, and those that all commands have. */
#ifndef DAXPLUG_CLI_OPTIONS_H
#define DAXPLUG_CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

/* Values of long options without a letter. A command's own options begin at OPTION_OWN. */
enum { OPTION_SYSROOT = 256, OPTION_COLOR, OPTION_NODE, OPTION_REGION, OPTION_OWN };

/* Ends every table of long options. */
#define GLOBAL_OPTIONS                                                                             \
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },                                    \
		{ "color", optional_argument, NULL, OPTION_COLOR },                                \
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },         \
	{                                                                                          \
		NULL, 0, NULL, 0                                                                   \
	}

#define GLOBAL_HELP                                                                                \
	"      --sysroot DIR     use the recorded tree below DIR instead of /\n"                   \
	"      --color[=WHEN]    auto, always or never\n"                                          \
	"  -h, --help            print this help\n"                                                \
	"  -V, --version         print the version\n"

/* Values that option_next() returns besides options of the command. */
#define OPTIONS_END (-1)
#define OPTION_WRONG '?'

int option_next(int argc, char **argv, const char *letters, const struct option *options);
int option_stop(int option, void (*help)(void));
const char *options_root(void);
bool options_color(FILE *stream);

#endif /* DAXPLUG_CLI_OPTIONS_H */
