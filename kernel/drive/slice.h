/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits the time of an attempt to take a block offline. */
#ifndef DAXPLUG_SLICE_H
#define DAXPLUG_SLICE_H

#include <linux/spinlock_types.h>
#include <linux/workqueue.h>

struct task_struct;

/* The shortest slice, in ms. */
#define KMEM_SLICE_MS 1000

/**
 * struct kmem_slice - the time limit of a task's attempt at a block
 * @watch: the work that checks whether the slice is over
 * @lock: protects @task and @end
 * @task: the task whose slice is under way, or NULL
 * @end: the end of the slice, in jiffies
 */
struct kmem_slice {
	struct delayed_work watch;
	spinlock_t lock; /* task, end */
	struct task_struct *task;
	unsigned long end;
};

void kmem_slice_init(struct kmem_slice *slice);
void kmem_slice_watch(struct kmem_slice *slice);
void kmem_slice_unwatch(struct kmem_slice *slice);
void kmem_slice_begin(struct kmem_slice *slice, unsigned int ms);
void kmem_slice_end(struct kmem_slice *slice);

#endif /* DAXPLUG_SLICE_H */
