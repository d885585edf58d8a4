// SPDX-License-Identifier: GPL-2.0-or-later
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "closest.h"
#include "command.h"
#include "complain.h"
#include "journal.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "status.h"

static const struct command *const commands[] = {
	&list_command,	 &show_command,	    &check_command,    &plug_command,  &unplug_command,
	&replug_command, &reclaim_command,  &monitor_command,  &apply_command, &metrics_command,
	&record_command, &takeover_command, &handback_command,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

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

static int unknown_command(const char *name)
{
	const char *names[COMMAND_COUNT], *closest;
	unsigned int i;

	for (i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i]->name;
	closest = closest_word(name, names, COMMAND_COUNT);
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
	/* 0 makes getopt_long() start again. */
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
	journal_begin();
	setlocale(LC_CTYPE, "");
	status = run(argc, argv);
	signals_end();
	return status;
}
