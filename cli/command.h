/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_COMMAND_H
#define DAXPLUG_CLI_COMMAND_H

#include <stdbool.h>

/**
 * struct command - the command "daxplug NAME"
 * @name: its name
 * @summary: its purpose, in a few words
 * @changes_memory: whether its exit status tells what happened to memory
 * @help: prints its help
 * @run: runs it; ignores @argv[0]; returns an exit status
 */
struct command {
	const char *name;
	const char *summary;
	bool changes_memory;
	void (*help)(void);
	int (*run)(int argc, char **argv);
};

extern const struct command list_command;
extern const struct command show_command;
extern const struct command check_command;
extern const struct command plug_command;
extern const struct command unplug_command;
extern const struct command replug_command;
extern const struct command reclaim_command;
extern const struct command monitor_command;
extern const struct command takeover_command;
extern const struct command handback_command;
extern const struct command apply_command;
extern const struct command metrics_command;
extern const struct command record_command;

#endif /* DAXPLUG_CLI_COMMAND_H */
