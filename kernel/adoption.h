/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which region belongs to which device. Memory that is online when its device
 * is unbound stays, stranded: it waits for the device, or for being reclaimed.
 */
#ifndef DAXPLUG_ADOPTION_H
#define DAXPLUG_ADOPTION_H

#include <linux/types.h>

struct device;
struct kmem_range;
struct kmem_region;
struct kobject;

struct kmem_region *kmem_adoption_settle(struct kmem_region *fresh, struct device *dev);
void kmem_adoption_strand(struct kmem_region *region);
void kmem_adoption_forget(struct kmem_region *region);
bool kmem_adoption_is_quarantined(const struct kmem_region *region);
void kmem_adoption_offline(struct kmem_region *region);
int kmem_adoption_reclaim(struct kmem_region *region, struct kmem_range *range);

int kmem_adoption_open(struct kobject *driver);
void kmem_adoption_close(void);
bool kmem_adoption_exit(void);

#endif /* DAXPLUG_ADOPTION_H */
