/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes blocks offline: in which order, and with how many attempts. */
#ifndef DAXPLUG_OFFLINE_H
#define DAXPLUG_OFFLINE_H

struct kmem_drive;

int kmem_offline_unwanted(struct kmem_drive *drive);

#endif /* DAXPLUG_OFFLINE_H */
