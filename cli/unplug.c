// SPDX-License-Identifier: GPL-2.0-or-later
#include "change.h"
#include "command.h"
#include "select.h"

static int run(struct daxplug_device *device, enum daxplug_state state, unsigned int flags)
{
	(void)state;
	return daxplug_device_unplug(device, flags);
}

static const struct verb verb = {
	.name = "unplug",
	.help = "usage: daxplug unplug [options] DEVICE...|all\n\n" CHANGE_HELP,
	.run = run,
};

int command_unplug(int argc, char **argv)
{
	return change_command(&verb, argc, argv);
}
