/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_MEMMAP_H
#define DAXPLUG_MEMMAP_H

#include <stdint.h>

uint64_t memmap_size(uint64_t memory);

#endif /* DAXPLUG_MEMMAP_H */
