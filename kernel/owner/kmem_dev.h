/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of one DAX device, as whole memory blocks. It is made when a device is bound
 * and lives as long as any of its blocks is present, so it may outlive the device.
 */
#ifndef DAXPLUG_KMEM_DEV_H
#define DAXPLUG_KMEM_DEV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "block/gate.h"
#include "block/range.h"
#include "drive/drive.h"
#include "drive/lifecycle.h"
#include "drive/report.h"

/**
 * struct kmem_dev - the memory of one DAX device
 * @users: orphans.c's list, a reclaim, an unbind, readers of stranded/
 * @node: in orphans.c's list; under its devs_lock
 * @lock: held through bind, unbind, a sweep and a whole transition
 * @spans: the ranges; never change, owned
 * @behind: the directory in sysfs of the device behind the DAX region, NULL if that is not
 *	known; never changes. A reference to the directory keeps neither the device nor its
 *	name, and tells whether the device went away.
 * @lifecycle: the owner of the memory, and whether a transition may begin; lifecycle_lock
 * @gate: the task that may switch the blocks, and their states; gates_lock
 * @memory: reservations, memory group and memory type; @lock
 * @drive: the arrays for driving the blocks; @lock
 * @report: counters and the last outcome; report_lock
 * @timeout_ms: the time limit of a transition, in ms, 0: none; read and written
 *	without a lock
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

#endif /* DAXPLUG_KMEM_DEV_H */
