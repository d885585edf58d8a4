// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "verb.h"

static void print_help(void)
{
	puts("usage: daxplug replug [OPTION...] DEVICE...\n"
	     "\n"
	     "Unplug devices and plug them again, such as into another zone.\n"
	     "\n" VERB_ZONE_HELP VERB_DRAIN_HELP VERB_FORCE_HELP VERB_HELP);
}

static int run(int argc, char **argv)
{
	static const struct verb verb = {
		.action = DAXPLUG_ACTION_REPLUG,
		.done = "replugged",
		.plugs = true,
		.unplugs = true,
		.help = print_help,
	};

	return verb_run(&verb, argc, argv);
}

const struct command replug_command = {
	.name = "replug",
	.summary = "unplug devices and plug them again, such as into another zone",
	.changes_memory = true,
	.help = print_help,
	.run = run,
};
