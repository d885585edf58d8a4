// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Detects a shortage of memory while a drain fills the other nodes, by pressure stall
 * information.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "pressure.h"

/* The percentage of time during which all non-idle processes wait for memory. */
#define MOST_STALL 10

/* Reads the stall time since boot, in microseconds; returns false without CONFIG_PSI. */
static bool read_stall(const struct daxplug *daxplug, unsigned long long *us)
{
	char text[512], *full;

	if (sysfs_read(daxplug, "proc/pressure/memory", text, sizeof(text)))
		return false;
	full = strstr(text, "full ");
	full = full ? strstr(full, "total=") : NULL;
	return full && sscanf(full, "total=%llu", us) == 1;
}

/**
 * pressure_is_high() - test whether the system has been short of memory since the last call
 * @daxplug: the handle
 * @pressure: the figures of the last call; zero before the first
 * @now: by clock_now()
 *
 * Return: true if it has; false also if that is unknown.
 */
bool pressure_is_high(const struct daxplug *daxplug, struct pressure *pressure, int64_t now)
{
	struct pressure before = *pressure;
	unsigned long long us;

	if (!read_stall(daxplug, &us))
		return false;
	*pressure = (struct pressure){ .when = now, .stall_us = us };
	if (!before.when || now <= before.when)
		return false;
	return (us - before.stall_us) / 10 > (uint64_t)(now - before.when) * MOST_STALL;
}
