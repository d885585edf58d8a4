// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "kmem_dev.h"

/* Set once, before any gate is open. */
static void (*on_block_offline)(struct kmem_dev *kmem);

static void changed(struct kmem_gate *gate)
{
	kmem_report_changed(&container_of(gate, struct kmem_dev, gate)->report);
}

static void block_offline(struct kmem_gate *gate)
{
	on_block_offline(container_of(gate, struct kmem_dev, gate));
}

static const struct kmem_gate_ops gate_ops = {
	.changed = changed,
	.block_offline = block_offline,
};

/**
 * kmem_devs_init() - set the callback for blocks that go offline, at module load
 * @block_offline: called under gate.c's gates_lock, see struct kmem_gate_ops
 *
 * Context: Any.
 */
void kmem_devs_init(void (*block_offline)(struct kmem_dev *kmem))
{
	on_block_offline = block_offline;
}

static void destroy(struct kref *users)
{
	struct kmem_dev *kmem = container_of(users, struct kmem_dev, users);

	kmem_drive_destroy(&kmem->drive);
	kmem_memory_destroy(&kmem->memory);
	kmem_gate_destroy(&kmem->gate);
	kmem_lifecycle_destroy(&kmem->lifecycle);
	sysfs_put(kmem->behind);
	mutex_destroy(&kmem->lock);
	kfree(kmem->spans);
	kfree(kmem);
}

/**
 * kmem_dev_create() - create the memory of a device, with no block present
 * @spans: its ranges, their blocks numbered, from kmalloc(); this function takes ownership, even
 *	if it fails
 * @nid: its node
 * @behind: the device behind its DAX region, or NULL
 * @name: its name in the log
 *
 * Context: Process context, sleeps.
 * Return: the memory, in KMEM_FRESH, or an ERR_PTR() of -ENOMEM.
 */
struct kmem_dev *kmem_dev_create(struct dax_spans *spans, int nid, struct device *behind,
				 const char *name)
{
	struct kmem_dev *kmem = kzalloc(sizeof(*kmem), GFP_KERNEL);
	int err;

	if (!kmem) {
		kfree(spans);
		return ERR_PTR(-ENOMEM);
	}

	kref_init(&kmem->users);
	INIT_LIST_HEAD(&kmem->node);
	mutex_init(&kmem->lock);
	kmem->spans = spans;
	if (behind)
		kmem->behind = sysfs_get(behind->kobj.sd);
	kmem_lifecycle_create(&kmem->lifecycle);
	err = kmem_gate_create(&kmem->gate, spans, &gate_ops, name);
	err = kmem_memory_create(&kmem->memory, &kmem->gate, nid) ?: err;
	err = kmem_drive_create(&kmem->drive, &kmem->memory, &kmem->lifecycle) ?: err;
	if (!err)
		return kmem;

	kmem_dev_put(kmem);
	return ERR_PTR(err);
}

/**
 * kmem_dev_get() - take a reference to a device's memory
 * @kmem: the memory
 *
 * Context: Any.
 */
void kmem_dev_get(struct kmem_dev *kmem)
{
	kref_get(&kmem->users);
}

/**
 * kmem_dev_put() - drop a reference to a device's memory
 * @kmem: the memory; no block of it is present if this is the last reference
 *
 * Context: Process context, sleeps.
 */
void kmem_dev_put(struct kmem_dev *kmem)
{
	kref_put(&kmem->users, destroy);
}

/**
 * kmem_dev_lock() - lock a device's memory for a bind, an unbind or a takeover
 * @kmem: the memory
 *
 * Context: Process context, sleeps; not under devs_lock, unless no other task knows @kmem.
 */
void kmem_dev_lock(struct kmem_dev *kmem)
{
	mutex_lock(&kmem->lock);
}

/**
 * kmem_dev_lock_interruptible() - lock a device's memory for a transition
 * @kmem: the memory
 *
 * Context: Process context, sleeps; not under devs_lock.
 * Return: 0, or -EINTR if a signal came first.
 */
int kmem_dev_lock_interruptible(struct kmem_dev *kmem)
{
	return mutex_lock_interruptible(&kmem->lock);
}

/**
 * kmem_dev_trylock() - lock a device's memory unless another task has locked it
 * @kmem: the memory
 *
 * Context: Process context; the way to take this lock under devs_lock.
 * Return: whether this task has locked it.
 */
bool kmem_dev_trylock(struct kmem_dev *kmem)
{
	return mutex_trylock(&kmem->lock);
}

/**
 * kmem_dev_unlock() - unlock a device's memory
 * @kmem: the memory, which this task has locked
 *
 * Context: Process context.
 */
void kmem_dev_unlock(struct kmem_dev *kmem)
{
	mutex_unlock(&kmem->lock);
}

/**
 * kmem_dev_assert_locked() - have lockdep check that a device's memory is locked
 * @kmem: the memory
 *
 * Context: Process context.
 */
void kmem_dev_assert_locked(const struct kmem_dev *kmem)
{
	lockdep_assert_held(&kmem->lock);
}
