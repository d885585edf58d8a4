/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_INVARIANTS_H
#define STORM_INVARIANTS_H

#include "device.h"

/* invariants_learn() - how the machine is without the device's memory, which is unplugged */
void invariants_learn(void);
/*
 * invariants_check() - what is true whenever nothing is under way. Sets @facts. What the
 * driver does a moment later is waited for. Returns NULL, or what is violated, valid until
 * the next call.
 */
const char *invariants_check(struct facts *facts);

#endif
