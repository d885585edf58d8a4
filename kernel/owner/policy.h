/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that a device should have once it is bound. */
#ifndef DAXPLUG_POLICY_H
#define DAXPLUG_POLICY_H

#include "core/defaults.h"

struct dax_spans;
struct device;

int kmem_default_state(const struct dax_spans *spans, int nid, struct device *dev,
		       enum dax_state *state);

#endif /* DAXPLUG_POLICY_H */
