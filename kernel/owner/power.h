/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps transitions from running while the system sleeps. */
#ifndef DAXPLUG_POWER_H
#define DAXPLUG_POWER_H

int kmem_power_init(void);
void kmem_power_exit(void);

#endif /* DAXPLUG_POWER_H */
