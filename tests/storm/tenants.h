/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_TENANTS_H
#define STORM_TENANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Processes that live in the device's memory while its blocks come and go. Each knows
 * what every page of its memory contains, changes pages all the time, and compares.
 */

/* What tenants_check() may have them do besides. */
enum errand { STAY, MOVE_IN, START_ANEW };

/* tenants_start() - with so many bytes in all; before there are threads */
void tenants_start(size_t bytes, uint64_t seed);
/*
 * tenants_check() - have each compare all of its memory, and then do an errand. Returns
 * NULL, or what was found wrong, valid until the next call.
 */
const char *tenants_check(enum errand errand);
/* tenants_spoil() - change one byte behind the back of a tenant, to see whether it tells */
void tenants_spoil(void);
/* tenants_moved() - how many pages have left the device's node so far */
uint64_t tenants_moved(void);
void tenants_stop(void);

#endif
