// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "options.h"
#include "status.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* The values of the global options, which may come before or after the command. */
static const char *root;
static enum when color = WHEN_AUTO;

static bool take_color(const char *text)
{
	if (!text || !strcmp(text, "always"))
		color = WHEN_ALWAYS;
	else if (!strcmp(text, "auto"))
		color = WHEN_AUTO;
	else if (!strcmp(text, "never"))
		color = WHEN_NEVER;
	else {
		usage_error("--color: '%s' is not auto, always or never", text);
		return false;
	}
	return true;
}

static int take_global(int option)
{
	switch (option) {
	case OPTION_SYSROOT:
		root = optarg;
		return 0;
	case OPTION_COLOR:
		return take_color(optarg) ? 0 : OPTION_WRONG;
	default:
		return option;
	}
}

/* The number of long options that begin with the typed text. */
static unsigned int count_matches(const struct option *options, const char *typed)
{
	size_t length = strcspn(typed, "=");
	unsigned int count = 0;

	for (; options->name; options++)
		count += !strncmp(options->name, typed, length);
	return count;
}

static bool is_value_of_one(const struct option *options, int value)
{
	while (options->name && options->val != value)
		options++;
	return options->name;
}

/*
 * Prints an error message for ':' or '?' of getopt_long(). @typed is the last word that
 * getopt_long() finished. Within a word of several letters that is the previous word, and optopt
 * is an unknown letter.
 */
static void complain_about(const char *typed, int option, const struct option *options)
{
	bool is_long = !strncmp(typed, "--", 2) &&
		       (option == ':' || !optopt || is_value_of_one(options, optopt));
	int length = is_long ? (int)strcspn(typed, "=") : 2;

	if (option == ':' && is_long)
		usage_error("option '%.*s' needs an argument", length, typed);
	else if (option == ':')
		usage_error("option '-%c' needs an argument", optopt);
	else if (!is_long)
		usage_error("unknown option '-%c'", optopt);
	else if (optopt)
		usage_error("option '%.*s' takes no argument", length, typed);
	else if (count_matches(options, typed + 2) > 1)
		usage_error("option '%.*s' is ambiguous", length, typed);
	else
		usage_error("unknown option '%.*s'", length, typed);
}

/**
 * option_next() - get the next option of a command line
 * @argc: as for getopt_long()
 * @argv: likewise
 * @letters: likewise, preceded by ":" or "+:"
 * @options: likewise, with GLOBAL_OPTIONS
 *
 * Handles the options that all commands have.
 *
 * Return: an option; OPTION_WRONG after an error message; OPTIONS_END.
 */
int option_next(int argc, char **argv, const char *letters, const struct option *options)
{
	int option = 0;

	opterr = 0;
	while (!option) {
		option = getopt_long(argc, argv, letters, options, NULL);
		if (option == ':' || option == '?') {
			complain_about(argv[optind - 1], option, options);
			return OPTION_WRONG;
		}
		option = take_global(option);
	}
	return option;
}

/**
 * option_stop() - handle an option that ends the command
 * @option: an option from option_next() that is not one of the command's own
 * @help: prints the help of the command
 *
 * Return: the exit status of the command.
 */
int option_stop(int option, void (*help)(void))
{
	switch (option) {
	case 'h':
		help();
		return EXIT_DONE;
	case 'V':
		puts("daxplug " DAXPLUG_VERSION);
		return EXIT_DONE;
	default:
		return EXIT_USAGE;
	}
}

/* The tree to use, as for daxplug_new(). */
const char *options_root(void)
{
	return root;
}

/* Whether to write colors and other escape sequences to a stream. */
bool options_color(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != WHEN_AUTO)
		return color == WHEN_ALWAYS;
	return isatty(fileno(stream)) && term && strcmp(term, "dumb") && (!no_color || !*no_color);
}
