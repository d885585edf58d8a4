// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "driver_script.h"
#include "options.h"

static void print_help(void)
{
	puts("usage: daxplug takeover\n"
	     "\n"
	     "Put daxplug's driver in place of the kernel's own, with memory online and in\n"
	     "use. Checks the new module, its options and modprobe's rule for it before\n"
	     "it unloads anything.\n"
	     "\n" GLOBAL_HELP);
}

static int run(int argc, char **argv)
{
	return driver_script_run("takeover", print_help, argc, argv);
}

const struct command takeover_command = {
	.name = "takeover",
	.summary = "put daxplug's driver in place of the kernel's own",
	.help = print_help,
	.run = run,
};
