/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_COMMAND_H
#define DAXPLUG_COMMAND_H

#include "libdaxplug.h"

/* Exit statuses; daxplug(8) lists them, scripts rely on them. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_DEVICE = 3,
	EXIT_NOT_PERMITTED = 4,
	EXIT_TIMED_OUT = 5,
	EXIT_INCOMPLETE = 6,
	EXIT_REFUSED = 7,
	EXIT_NOT_SUPPORTED = 8,
	EXIT_SEVERAL = 64,
	EXIT_INTERRUPTED = 130,
};

int command_list(int argc, char **argv);
int command_show(int argc, char **argv);
int command_plug(int argc, char **argv);
int command_unplug(int argc, char **argv);
int command_replug(int argc, char **argv);
int command_monitor(int argc, char **argv);

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int exit_status_of(int err, enum daxplug_outcome outcome);

#endif /* DAXPLUG_COMMAND_H */
