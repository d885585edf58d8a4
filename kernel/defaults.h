/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that a device is to have when it is bound. */
#ifndef DAXPLUG_DEFAULTS_H
#define DAXPLUG_DEFAULTS_H

#include "core/defaults.h"

struct kmem_region;

int kmem_default_state(const struct kmem_region *region, struct device *dev, enum dax_state *state);

#endif /* DAXPLUG_DEFAULTS_H */
