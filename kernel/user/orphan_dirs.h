/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory stranded/ of the driver; docs/abi.md describes it. */
#ifndef DAXPLUG_ORPHAN_DIRS_H
#define DAXPLUG_ORPHAN_DIRS_H

struct kmem_orphan_view;
struct kobject;

extern const struct kmem_orphan_view kmem_orphan_dirs;

int kmem_orphan_dirs_create(struct kobject *driver);
void kmem_orphan_dirs_remove(void);

#endif /* DAXPLUG_ORPHAN_DIRS_H */
