/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking over memory that another driver, such as the kernel's own kmem, left in the system. */
#ifndef DAXPLUG_TAKEOVER_H
#define DAXPLUG_TAKEOVER_H

#include <linux/types.h>

struct kmem_dev;

unsigned int kmem_take_over(struct kmem_dev *kmem);
bool kmem_find_left_over(struct kmem_dev *kmem);
void kmem_take_found(struct kmem_dev *kmem);

#endif /* DAXPLUG_TAKEOVER_H */
