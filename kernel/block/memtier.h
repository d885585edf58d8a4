/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_MEMTIER_H
#define DAXPLUG_MEMTIER_H

struct memory_dev_type *kmem_memtier_get(int nid);
void kmem_memtier_put(int nid);
void kmem_memtier_exit(void);

#endif /* DAXPLUG_MEMTIER_H */
