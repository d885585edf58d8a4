/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_TENANTS_H
#define STORM_TENANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Processes that use the device's memory while its blocks are switched. Each knows the content
 * of every page of its memory, and changes and compares pages all the time.
 */

/* Errands on which tenants_check() may send them. */
enum errand { STAY, MOVE_IN, START_ANEW };

/* tenants_start() - start them with a number of bytes in all; call before any thread starts */
void tenants_start(size_t bytes, uint64_t seed);
/*
 * tenants_check() - have each compare all of its memory, and then do an errand. Returns NULL, or
 * the fault, valid until the next call.
 */
const char *tenants_check(enum errand errand);
/* tenants_spoil() - change one byte of a tenant, which has to report that */
void tenants_spoil(void);
/* tenants_moved() - how many pages have left the device's node so far */
uint64_t tenants_moved(void);
void tenants_stop(void);

#endif
