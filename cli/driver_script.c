// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "driver_script.h"
#include "options.h"
#include "status.h"

/* The directory of the driver's package; the build may set another. */
#ifndef DAXPLUG_SCRIPTS
#define DAXPLUG_SCRIPTS "/usr/lib/daxplug"
#endif

/**
 * driver_script_run() - run a script of the driver's package in place of this process
 * @name: the name of the script and of the command
 * @help: prints the command's help
 * @argc: the command's argument count
 * @argv: its arguments; only the global options are allowed
 *
 * Return: an exit status, if the script was not run: EXIT_USAGE, EXIT_DONE after --help,
 * EXIT_NOT_SUPPORTED if it is not installed or cannot be run.
 */
int driver_script_run(const char *name, void (*help)(void), int argc, char **argv)
{
	static const struct option options[] = { GLOBAL_OPTIONS };
	int option = option_next(argc, argv, ":hV", options);
	char path[256];

	if (option != OPTIONS_END)
		return option_stop(option, help);
	if (optind < argc)
		return usage_error("%s takes no arguments: '%s'", name, argv[optind]);
	if (options_root())
		return usage_error("%s works on this machine only, without --sysroot", name);

	snprintf(path, sizeof(path), "%s/%s", DAXPLUG_SCRIPTS, name);
	fflush(stdout);
	/* An ignored signal would stay ignored in the script. */
	signal(SIGPIPE, SIG_DFL);
	execl(path, name, (char *)NULL);
	complain(errno == ENOENT ? "%s: %s is missing; install the driver first (docs/install.md)"
				 : "%s: %s cannot be run: %m",
		 name, path);
	return EXIT_NOT_SUPPORTED;
}
