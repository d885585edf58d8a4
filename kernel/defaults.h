/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that a device is to have when it is bound. */
#ifndef DAXPLUG_DEFAULTS_H
#define DAXPLUG_DEFAULTS_H

#include "core/defaults.h"

struct kmem_region;

enum dax_state kmem_default_state(struct kmem_region *region);

#endif /* DAXPLUG_DEFAULTS_H */
