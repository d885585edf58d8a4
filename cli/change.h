/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What plug, unplug and replug have in common. */
#ifndef DAXPLUG_CLI_CHANGE_H
#define DAXPLUG_CLI_CHANGE_H

#include "libdaxplug.h"

/**
 * struct verb - a command that changes devices
 * @name: its name
 * @help: its usage
 * @takes_state: whether it takes --movable, --kernel and --auto
 * @run: what it does to one device
 */
struct verb {
	const char *name;
	const char *help;
	bool takes_state;
	int (*run)(struct daxplug_device *device, enum daxplug_state state, unsigned int flags);
};

#define CHANGE_HELP                                                                                \
	"      --timeout TIME    give up and roll back after TIME: 30s, 500ms, 2m\n"               \
	"      --dry-run         check everything, change nothing\n"                               \
	"      --force           unplug even if there seems to be no room for what must move\n"    \
	"  -q, --quiet           say nothing but errors\n"                                         \
	"  -J, --json            tell the results as JSON\n" SELECT_HELP

#define CHANGE_STATE_HELP                                                                          \
	"      --movable         into ZONE_MOVABLE, so that it can be unplugged (the default)\n"   \
	"      --kernel          into kernel zones\n"                                              \
	"      --auto            into the zones that the kernel chooses\n"

int change_command(const struct verb *verb, int argc, char **argv);

#endif /* DAXPLUG_CLI_CHANGE_H */
