// SPDX-License-Identifier: GPL-2.0-or-later
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "complain.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "status.h"

static const struct command *const commands[] = {
	&list_command,	 &show_command,	   &check_command,   &plug_command,	&unplug_command,
	&replug_command, &reclaim_command, &monitor_command, &takeover_command, &handback_command,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* Longer names than any command has, for distance(). */
#define MOST_LETTERS 15

static void print_help(void)
{
	unsigned int i;

	puts("usage: daxplug [OPTION...] COMMAND [OPTION...] [DEVICE...]\n"
	     "\n"
	     "Plug and unplug the memory of DAX devices (CXL, persistent and high-bandwidth\n"
	     "memory) as a whole.\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	puts("  help     print this help, or that of a command\n"
	     "\n" GLOBAL_HELP "\nSee 'daxplug COMMAND --help' and daxplug(8).");
}

static const struct command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * How many letters to insert, delete, replace or swap with their neighbour to
 * get from one word to the other.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[MOST_LETTERS + 1][MOST_LETTERS + 1];
	size_t i, j, m = strlen(a), n = strlen(b);

	if (m > MOST_LETTERS || n > MOST_LETTERS)
		return MOST_LETTERS;
	for (i = 0; i <= m; i++) {
		for (j = 0; j <= n; j++) {
			if (!i || !j) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
					   rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[m][n];
}

static int unknown_command(const char *name)
{
	const char *closest = NULL;
	unsigned int i, best = 3;

	for (i = 0; i < COMMAND_COUNT; i++) {
		unsigned int steps = distance(name, commands[i]->name);

		if (steps >= best || steps >= strlen(commands[i]->name))
			continue;
		best = steps;
		closest = commands[i]->name;
	}
	if (closest)
		return usage_error("unknown command '%s', did you mean '%s'?", name, closest);
	return usage_error("unknown command '%s'", name);
}

static int help_command(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help();
		return EXIT_DONE;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	command->help();
	return EXIT_DONE;
}

/* Options before the command; returns an exit status, or NO_STATUS to go on. */
static int parse(int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS };
	int option = option_next(argc, argv, "+:hV", options);

	if (option != OPTIONS_END)
		return option_stop(option, print_help);
	return optind < argc ? NO_STATUS : usage_error("no command given");
}

static int run(int argc, char **argv)
{
	const struct command *command;
	int status = parse(argc, argv);

	if (status != NO_STATUS)
		return output_finish(status, false);
	argc -= optind;
	argv += optind;
	/* With 0 getopt_long() begins anew. */
	optind = 0;
	if (!strcmp(argv[0], "help"))
		return output_finish(help_command(argc, argv), false);
	command = find_command(argv[0]);
	if (!command)
		return unknown_command(argv[0]);
	usage_of(command->name);
	return output_finish(command->run(argc, argv), command->changes_memory);
}

int main(int argc, char **argv)
{
	int status;

	output_prepare();
	setlocale(LC_CTYPE, "");
	status = run(argc, argv);
	signals_end();
	return status;
}
