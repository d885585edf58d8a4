/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking blocks offline: the order, and further attempts at a block that takes too long. */
#ifndef DAXPLUG_OFFLINE_H
#define DAXPLUG_OFFLINE_H

struct kmem_drive;

int kmem_offline_unwanted(struct kmem_drive *drive);

#endif /* DAXPLUG_OFFLINE_H */
