/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_INVARIANTS_H
#define STORM_INVARIANTS_H

#include "device.h"

/* invariants_learn() - record the machine without the device's memory, which is unplugged */
void invariants_learn(void);
/*
 * invariants_check() - check everything that is true while no operation runs. Sets @facts. Waits
 * for work that the driver does a moment later. Returns NULL, or the violation, valid until the
 * next call.
 */
const char *invariants_check(struct facts *facts);

#endif
