/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_PRESSURE_H
#define DAXPLUG_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

struct daxplug;

/**
 * struct pressure - the stall time of the system
 * @when: when @stall_us was read, by clock_now()
 * @stall_us: the time stalled for memory since boot, in microseconds
 */
struct pressure {
	int64_t when;
	uint64_t stall_us;
};

bool pressure_is_high(const struct daxplug *daxplug, struct pressure *pressure, int64_t now);

#endif /* DAXPLUG_PRESSURE_H */
