/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_STATUS_H
#define DAXPLUG_CLI_STATUS_H

#include <stdbool.h>

#include "libdaxplug.h"

/* Exit statuses; daxplug(8) lists them, scripts rely on them. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNKNOWN_NAME = 3,
	EXIT_CANNOT_TELL = 4,
	EXIT_TIMED_OUT = 5,
	EXIT_INCOMPLETE = 6,
	EXIT_REFUSED = 7,
	EXIT_NOT_SUPPORTED = 8,
	EXIT_MIXED = 64,
	EXIT_WOULD_CHANGE = 65,
};

/* For status_combine(): no status so far. */
#define NO_STATUS (-1)

int status_of_change(const struct daxplug_change *change);
int status_of_forecast(const struct daxplug_forecast *forecast);
int status_combine(int so_far, int status);
int status_without_json(int status, bool changes_memory);

#endif /* DAXPLUG_CLI_STATUS_H */
