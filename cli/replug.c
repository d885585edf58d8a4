// SPDX-License-Identifier: GPL-2.0-or-later
#include "change.h"
#include "command.h"
#include "select.h"

static const struct verb verb = {
	.name = "replug",
	.help = "usage: daxplug replug [options] DEVICE...|all\n\n" CHANGE_STATE_HELP CHANGE_HELP,
	.takes_state = true,
	.run = daxplug_device_replug,
};

int command_replug(int argc, char **argv)
{
	return change_command(&verb, argc, argv);
}
