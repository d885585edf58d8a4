/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_CLOCK_H
#define DAXPLUG_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in ms. */
static inline int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif /* DAXPLUG_CLOCK_H */
