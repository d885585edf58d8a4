// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "driver_script.h"
#include "options.h"

static void print_help(void)
{
	puts("usage: daxplug handback\n"
	     "\n"
	     "Unplug all memory and put the kernel's own driver in place of daxplug's. If\n"
	     "some memory cannot be unplugged, plug the rest again and keep daxplug's driver.\n"
	     "\n" GLOBAL_HELP);
}

static int run(int argc, char **argv)
{
	return driver_script_run("handback", print_help, argc, argv);
}

const struct command handback_command = {
	.name = "handback",
	.summary = "unplug all memory and load the kernel's own driver",
	.help = print_help,
	.run = run,
};
