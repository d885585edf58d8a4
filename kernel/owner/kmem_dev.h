/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of one DAX device, as whole memory blocks. Created when a device is bound, or when
 * the sweeper finds memory that another driver left; freed when it has neither a device nor a
 * present block, so it may outlive the device.
 */
#ifndef DAXPLUG_KMEM_DEV_H
#define DAXPLUG_KMEM_DEV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "block/gate.h"
#include "block/range.h"
#include "drive/drive.h"
#include "drive/lifecycle.h"
#include "drive/report.h"

/**
 * struct kmem_dev - the memory of one DAX device
 * @users: references: orphans.c's list, a reclaim, an unbind, readers of stranded/
 * @node: in orphans.c's list; under its devs_lock
 * @lock: held throughout a bind, an unbind, a sweep or a transition
 * @spans: the ranges; never change, owned
 * @behind: the sysfs directory of the device behind the DAX region, or NULL if unknown; never
 *	changes. The reference keeps neither the device nor its name, but the directory tells
 *	whether the device has gone.
 * @lifecycle: the owner of the memory, and whether a transition may begin; under lifecycle_lock
 * @gate: the task that may switch the blocks, and their states; under gates_lock
 * @memory: reservations, memory group and memory type; under @lock
 * @drive: the arrays for driving the blocks; under @lock
 * @report: counters and the last outcome; under report_lock
 * @timeout_ms: the time limit of a transition in ms, 0 for none; accessed without a lock
 */
struct kmem_dev {
	struct kref users;
	struct list_head node;
	struct mutex lock; /* bind, unbind, sweep, transition */
	struct dax_spans *spans;
	struct kernfs_node *behind;
	struct kmem_lifecycle lifecycle;
	struct kmem_gate gate;
	struct kmem_memory memory;
	struct kmem_drive drive;
	struct kmem_report report;
	unsigned int timeout_ms;
};

void kmem_devs_init(void (*block_offline)(struct kmem_dev *kmem));
struct kmem_dev *kmem_dev_create(struct dax_spans *spans, int nid, struct device *behind,
				 const char *name);
void kmem_dev_get(struct kmem_dev *kmem);
void kmem_dev_put(struct kmem_dev *kmem);
void kmem_dev_lock(struct kmem_dev *kmem);
int kmem_dev_lock_interruptible(struct kmem_dev *kmem);
bool kmem_dev_trylock(struct kmem_dev *kmem);
void kmem_dev_unlock(struct kmem_dev *kmem);
void kmem_dev_assert_locked(const struct kmem_dev *kmem);

#endif /* DAXPLUG_KMEM_DEV_H */
