/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory stranded/ of the driver; docs/abi.md describes it. */
#ifndef DAXPLUG_STRANDED_H
#define DAXPLUG_STRANDED_H

struct kmem_region;
struct kobject;

int kmem_stranded_open(struct kobject *driver);
void kmem_stranded_close(void);
void kmem_stranded_update(struct kmem_region *region);

#endif /* DAXPLUG_STRANDED_H */
