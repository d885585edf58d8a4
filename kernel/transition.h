/* SPDX-License-Identifier: GPL-2.0-only */
/* A transition: all blocks of a region go to another state, or none does. */
#ifndef DAXPLUG_TRANSITION_H
#define DAXPLUG_TRANSITION_H

#include "core/state.h"

struct kmem_range;
struct kmem_region;

int kmem_transition_init(void);
void kmem_transition_exit(void);
int kmem_transition_run(struct kmem_region *region, enum dax_state wanted);
int kmem_transition_reclaim(struct kmem_region *region, const struct kmem_range *range);
void kmem_transition_close(struct kmem_region *region);

#endif /* DAXPLUG_TRANSITION_H */
