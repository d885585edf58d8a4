/* SPDX-License-Identifier: GPL-2.0-only */
/* Switching one block of a drive. */
#ifndef DAXPLUG_SWITCH_H
#define DAXPLUG_SWITCH_H

struct kmem_drive;

int kmem_switch_online(struct kmem_drive *drive, unsigned int block);
int kmem_switch_offline(struct kmem_drive *drive, unsigned int block, unsigned int slice_ms);

#endif /* DAXPLUG_SWITCH_H */
