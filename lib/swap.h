/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_SWAP_H
#define DAXPLUG_SWAP_H

#include <stdint.h>

struct daxplug;

int swap_room(const struct daxplug *daxplug, uint64_t *bytes);

#endif /* DAXPLUG_SWAP_H */
