/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking over memory that another driver, the kernel's own kmem, has left in the system. */
#ifndef DAXPLUG_TAKEOVER_H
#define DAXPLUG_TAKEOVER_H

struct kmem_region;

unsigned int kmem_take_over(struct kmem_region *region);
bool kmem_take_is_left(struct kmem_region *region);
void kmem_take_found(struct kmem_region *region);

#endif /* DAXPLUG_TAKEOVER_H */
