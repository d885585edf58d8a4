/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of plug, unplug and replug. */
#ifndef DAXPLUG_CLI_VERB_H
#define DAXPLUG_CLI_VERB_H

#include "change.h"
#include "libdaxplug.h"
#include "select.h"

/**
 * struct verb - a command that changes devices
 * @action: the change of each device
 * @done: the past participle of the action, as in "would be unplugged"
 * @plugs: whether it takes --movable, --kernel and --auto
 * @unplugs: whether it takes --force, --drain, --swap and --no-refill
 * @releases: whether it takes --release
 * @help: prints its help
 */
struct verb {
	enum daxplug_action action;
	const char *done;
	bool plugs;
	bool unplugs;
	bool releases;
	void (*help)(void);
};

#define VERB_ZONE_HELP                                                                             \
	"      --movable         into ZONE_MOVABLE, so that it can be unplugged (default)\n"       \
	"      --kernel          into kernel zones\n"                                              \
	"      --auto            into the zones that the kernel chooses\n"

#define VERB_FORCE_HELP "      --force           even if the forecast says that it cannot be done\n"

#define VERB_DRAIN_HELP                                                                            \
	"      --drain           first move the pages in use to other nodes\n"                     \
	"      --swap            swap out memory that other nodes have no room for\n"              \
	"      --no-refill       keep the kernel from moving pages back meanwhile\n"

#define VERB_HELP                                                                                    \
	"      --dry-run         check everything, change nothing, print the forecast\n" CHANGE_HELP \
		SELECT_HELP GLOBAL_HELP SELECTOR_HELP

int verb_run(const struct verb *verb, int argc, char **argv);

#endif /* DAXPLUG_CLI_VERB_H */
