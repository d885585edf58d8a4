/* SPDX-License-Identifier: GPL-2.0-only */
/* A transition: all blocks of a device go to another state, or none does. */
#ifndef DAXPLUG_TRANSITION_H
#define DAXPLUG_TRANSITION_H

#include "core/state.h"

struct dax_span;
struct kmem_dev;

int kmem_transition_run(struct kmem_dev *kmem, enum dax_state wanted);
int kmem_transition_reclaim(struct kmem_dev *kmem, const struct dax_span *span);
void kmem_transition_close(struct kmem_dev *kmem);

#endif /* DAXPLUG_TRANSITION_H */
