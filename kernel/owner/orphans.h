/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps track of the memory of all devices. Memory that is online when its device is unbound
 * stays in the system as an orphan, until the device is bound again or the memory is reclaimed.
 */
#ifndef DAXPLUG_ORPHANS_H
#define DAXPLUG_ORPHANS_H

#include <linux/types.h>

struct dax_span;
struct device;
struct kmem_dev;

/**
 * struct kmem_orphan_view - shows orphaned ranges to userspace
 * @show: show a range, unless it is shown already
 * @hide: hide a range, if it is shown. Waits for readers, but not for a reclaim.
 *
 * Called with orphans.c's devs_lock held.
 */
struct kmem_orphan_view {
	void (*show)(struct kmem_dev *kmem, const struct dax_span *span);
	void (*hide)(struct kmem_dev *kmem, const struct dax_span *span);
};

void kmem_orphans_open(const struct kmem_orphan_view *view);
void kmem_orphans_close(void);
bool kmem_orphans_exit(void);
void kmem_orphans_block_offline(struct kmem_dev *kmem);

struct kmem_dev *kmem_orphans_attach(struct kmem_dev *fresh, struct device *dev);
void kmem_orphans_detach(struct kmem_dev *kmem);
void kmem_orphans_drop(struct kmem_dev *kmem);
bool kmem_orphan_is_quarantined(const struct kmem_dev *kmem);
int kmem_orphan_reclaim(struct kmem_dev *kmem, const struct dax_span *span);

#endif /* DAXPLUG_ORPHANS_H */
