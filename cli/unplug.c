// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "verb.h"

static void print_help(void)
{
	puts("usage: daxplug unplug [OPTION...] DEVICE...\n"
	     "\n"
	     "Take all memory of devices offline and remove it, or change nothing.\n"
	     "\n"
	     "      --release         unbind the devices afterwards\n" VERB_DRAIN_HELP
		     VERB_FORCE_HELP VERB_HELP);
}

static int run(int argc, char **argv)
{
	static const struct verb verb = {
		.action = DAXPLUG_ACTION_UNPLUG,
		.done = "unplugged",
		.unplugs = true,
		.releases = true,
		.help = print_help,
	};

	return verb_run(&verb, argc, argv);
}

const struct command unplug_command = {
	.name = "unplug",
	.summary = "take all memory of devices offline and remove it",
	.changes_memory = true,
	.help = print_help,
	.run = run,
};
