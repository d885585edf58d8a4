// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "verb.h"

static void print_help(void)
{
	puts("usage: daxplug plug [OPTION...] DEVICE...\n"
	     "\n"
	     "Put all memory of devices online, or change nothing.\n"
	     "\n" VERB_ZONE_HELP VERB_HELP);
}

static int run(int argc, char **argv)
{
	static const struct verb verb = {
		.action = DAXPLUG_ACTION_PLUG,
		.done = "plugged",
		.plugs = true,
		.help = print_help,
	};

	return verb_run(&verb, argc, argv);
}

const struct command plug_command = {
	.name = "plug",
	.summary = "put all memory of devices online",
	.changes_memory = true,
	.help = print_help,
	.run = run,
};
