// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/kernfs.h>
#include <linux/memory.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "core/plural.h"
#include "kmem_dev.h"
#include "orphans.h"
#include "takeover.h"
#include "transition.h"

/*
 * Protects @view and @devs, the list of all memory that has a device or a present block. Memory
 * is bound to a device only under this lock. A holder takes kmem_dev->lock by kmem_dev_trylock()
 * only, unless no other task knows the memory.
 */
static DEFINE_MUTEX(devs_lock);
static LIST_HEAD(devs);

/* NULL while userspace sees no orphans. */
static const struct kmem_orphan_view *view;

static void enlist(struct kmem_dev *kmem, enum kmem_life life)
{
	lockdep_assert_held(&devs_lock);
	kmem_lifecycle_set(&kmem->lifecycle, life);
	list_add(&kmem->node, &devs);
	kmem_gate_open(&kmem->gate);
}

static bool is_listed(const struct kmem_dev *kmem)
{
	lockdep_assert_held(&devs_lock);
	return !list_empty(&kmem->node);
}

/* Shows the ranges that are orphaned, and hides the others. */
static void update_view(struct kmem_dev *kmem)
{
	bool orphan = is_listed(kmem) && kmem_lifecycle_is_orphan(&kmem->lifecycle);
	unsigned int i;

	for (i = 0; view && i < kmem->spans->nr; i++) {
		const struct dax_span *span = &kmem->spans->span[i];

		if (orphan && kmem_gate_is_present(&kmem->gate, span))
			view->show(kmem, span);
		else
			view->hide(kmem, span);
	}
}

static void drop(struct kmem_dev *kmem)
{
	list_del_init(&kmem->node);
	kmem_gate_close(&kmem->gate);
	kmem_lifecycle_set(&kmem->lifecycle, KMEM_GONE);
	update_view(kmem);
	kmem_dev_put(kmem);
}

/* Updates the view, and drops memory without a present block. */
static void tidy(struct kmem_dev *kmem)
{
	update_view(kmem);
	if (kmem_gate_is_empty(&kmem->gate))
		drop(kmem);
}

/* For a caller that did not hold devs_lock: the memory may have been dropped or adopted. */
static void tidy_if_orphan(struct kmem_dev *kmem)
{
	if (is_listed(kmem) && kmem_lifecycle_is_orphan(&kmem->lifecycle))
		tidy(kmem);
}

/* Only an offline range can be removed: kmem_drive_clear() need not own the gate without one. */
static bool has_offline_range(struct kmem_dev *kmem)
{
	unsigned int i;

	for (i = 0; i < kmem->spans->nr; i++)
		if (kmem_gate_is_present(&kmem->gate, &kmem->spans->span[i]) &&
		    !kmem_gate_count_online(&kmem->gate, &kmem->spans->span[i]))
			return true;
	return false;
}

/* Removes orphaned ranges that have gone offline. Returns whether orphaned memory remains. */
static bool sweep(void)
{
	struct kmem_dev *kmem, *next;
	bool memory_left = false;

	list_for_each_entry_safe(kmem, next, &devs, node) {
		if (!kmem_lifecycle_is_orphan(&kmem->lifecycle))
			continue;
		/* A reclaim holds kmem->lock, and queues the sweeper when it ends. */
		if (has_offline_range(kmem) && kmem_dev_trylock(kmem)) {
			kmem_drive_clear(&kmem->drive, NULL);
			kmem_dev_unlock(kmem);
		}
		memory_left |= kmem_gate_counts(&kmem->gate).present;
		tidy(kmem);
	}

	return memory_left;
}

static void sweep_later(struct work_struct *work);
static DECLARE_DELAYED_WORK(sweeper, sweep_later);

/*
 * Lets the task that took the last block of a range offline return from its write to the block's
 * file. The removal of the block waits for that writer, inside the hotplug locks.
 */
#define SWEEP_DELAY_MS 20

/* Protects @is_open: the sweeper is queued only while it is true. Taken inside gates_lock. */
static DEFINE_SPINLOCK(sweeper_lock);
static bool is_open;

/* Defers the sweep: a task that binds or unbinds may hold locks of the core that a sweep needs. */
static void queue_sweeper(void)
{
	spin_lock(&sweeper_lock);
	if (is_open)
		queue_delayed_work(system_long_wq, &sweeper, msecs_to_jiffies(SWEEP_DELAY_MS));
	spin_unlock(&sweeper_lock);
}

static void set_open(bool open)
{
	spin_lock(&sweeper_lock);
	is_open = open;
	spin_unlock(&sweeper_lock);
	/* An unbind before this queued no sweeper. */
	queue_sweeper();
}

/**
 * kmem_orphans_block_offline() - queue a sweep after another task took a block offline
 * @kmem: its memory
 *
 * If the block was the last of an orphaned range, the sweeper removes the range.
 *
 * Context: Under gate.c's gates_lock.
 */
void kmem_orphans_block_offline(struct kmem_dev *kmem)
{
	if (kmem_lifecycle_is_orphan(&kmem->lifecycle))
		queue_sweeper();
}

static struct kmem_dev *overlapping(const struct kmem_dev *fresh)
{
	struct kmem_dev *kmem;

	list_for_each_entry(kmem, &devs, node)
		if (dax_spans_overlap(kmem->spans, fresh->spans))
			return kmem;
	return NULL;
}

/* Returns NULL if the entry does not consist of whole memory blocks, or if out of memory. */
static struct kmem_dev *create_found(const struct resource *found)
{
	struct dax_spans *spans = kzalloc(struct_size(spans, span, 1), GFP_KERNEL);
	struct kmem_dev *kmem;
	char name[40];

	if (!spans)
		return NULL;

	spans->block_size = memory_block_size_bytes();
	spans->nr = 1;
	if (!dax_span_trim(found->start, found->end, spans->block_size, &spans->span[0]) ||
	    dax_span_size(&spans->span[0]) != resource_size(found)) {
		kfree(spans);
		return NULL;
	}

	dax_spans_number(spans);
	snprintf(name, sizeof(name), "%llx-%llx", spans->span[0].start, spans->span[0].end);
	kmem = kmem_dev_create(spans, NUMA_NO_NODE, NULL, name);
	return IS_ERR(kmem) ? NULL : kmem;
}

/*
 * Finds memory that the kernel's own driver left, and whose device is not bound to this driver or
 * is gone. The only trace of such memory is its entry in the iomem tree.
 */
static int look_at_found(struct resource *found, void *data)
{
	struct kmem_dev *kmem = create_found(found);
	struct dax_block_counts counts;
	bool held;

	if (!kmem)
		return 0;
	if (overlapping(kmem) || !kmem_find_left_over(kmem)) {
		kmem_dev_put(kmem);
		return 0;
	}

	enlist(kmem, KMEM_FOUND);
	kmem_dev_lock(kmem);
	kmem_take_found(kmem);
	held = kmem_gate_hold_module(&kmem->gate);
	counts = kmem_gate_counts(&kmem->gate);
	if (held)
		kmem_log(&kmem->gate.label, LOGLEVEL_NOTICE,
			 "left by another driver: %u memory block%s, %u online; bind its device, or reclaim it\n",
			 counts.present, dax_plural(counts.present), counts.online);
	kmem_dev_unlock(kmem);

	if (held)
		update_view(kmem);
	else
		drop(kmem);
	return 0;
}

static void find_left(void)
{
	walk_iomem_res_desc(IORES_DESC_NONE,
			    IORESOURCE_SYSTEM_RAM | IORESOURCE_SYSRAM_DRIVER_MANAGED, 0, -1, NULL,
			    look_at_found);
}

static void sweep_later(struct work_struct *work)
{
	mutex_lock(&devs_lock);
	find_left();
	sweep();
	mutex_unlock(&devs_lock);
}

/* Drops found memory that overlaps @fresh, so that kmem_take_over() can claim it for the device. */
static void drop_found(const struct kmem_dev *fresh)
{
	struct kmem_dev *kmem, *next;

	list_for_each_entry_safe(kmem, next, &devs, node) {
		if (kmem_lifecycle_life(&kmem->lifecycle) != KMEM_FOUND ||
		    !dax_spans_overlap(kmem->spans, fresh->spans) || !kmem_dev_trylock(kmem))
			continue;
		kmem_dev_get(kmem);
		drop(kmem);
		kmem_dev_unlock(kmem);
		kmem_dev_put(kmem);
	}
}

static const char being_reclaimed[] = "is being reclaimed; bind again after that";

/* Returns NULL if a device can adopt the memory, or else the cause and the remedy. */
static const char *why_not(const struct kmem_dev *kmem, const struct kmem_dev *fresh)
{
	if (!kmem_lifecycle_is_orphan(&kmem->lifecycle))
		return "belongs to another device; unbind that device first";
	/* drop_found() drops what was found unless a reclaim holds the lock. */
	if (!kmem_lifecycle_is_idle(&kmem->lifecycle) ||
	    kmem_lifecycle_life(&kmem->lifecycle) == KMEM_FOUND)
		return being_reclaimed;
	if (kmem_orphan_is_quarantined(kmem))
		return "is quarantined, because the device behind it went away; reclaim it first";
	if (kmem->behind != fresh->behind)
		return "was left by a device of another DAX region; bind that device, or reclaim it first";
	if (kmem->memory.nid != fresh->memory.nid)
		return "was left by a device of another node; reclaim it first";
	if (!dax_spans_equal(kmem->spans, fresh->spans))
		return "was left by a device of other ranges; restore these, or reclaim it first";
	if (kmem->memory.memmap_on_memory != fresh->memory.memmap_on_memory)
		return "was left with another memmap_on_memory; set that back, or reclaim it first";
	return NULL;
}

/*
 * Returns the range for the error message. Of orphaned memory, prefers a present range: only
 * these are in stranded/ and can be reclaimed.
 */
static const struct dax_span *in_the_way(struct kmem_dev *kmem, const struct kmem_dev *fresh)
{
	const struct dax_span *common = dax_spans_overlap(kmem->spans, fresh->spans);
	unsigned int i;

	if (!kmem_lifecycle_is_orphan(&kmem->lifecycle) ||
	    kmem_gate_is_present(&kmem->gate, common))
		return common;
	for (i = 0; i < kmem->spans->nr; i++)
		if (kmem_gate_is_present(&kmem->gate, &kmem->spans->span[i]))
			return &kmem->spans->span[i];
	return common;
}

/**
 * kmem_orphans_attach() - find or enlist the memory of a device that is being bound
 * @fresh: new memory of the device's ranges
 * @dev: the device
 *
 * The device adopts the memory that it left when it was unbound, if the ranges and the node are
 * the same and the device behind them has not gone away. Otherwise it gets @fresh, if no other
 * memory overlaps that.
 *
 * Context: Process context, sleeps.
 * Return: the memory, in KMEM_BOUND; -EBUSY if the device cannot adopt overlapping memory, with a
 * line in the log that gives the cause and the remedy.
 */
struct kmem_dev *kmem_orphans_attach(struct kmem_dev *fresh, struct device *dev)
{
	const struct dax_span *span;
	const char *why = NULL;
	struct kmem_dev *kmem;

	mutex_lock(&devs_lock);
	sweep();
	drop_found(fresh);
	kmem = overlapping(fresh);
	if (!kmem) {
		kmem = fresh;
		enlist(fresh, KMEM_BOUND);
	} else {
		why = why_not(kmem, fresh);
		if (!why && !kmem_lifecycle_adopt(&kmem->lifecycle))
			why = being_reclaimed;
	}

	if (why) {
		span = in_the_way(kmem, fresh);
		dev_err(dev, "memory %llx-%llx %s (/sys/bus/dax/drivers/kmem/stranded/)\n",
			span->start, span->end, why);
		kmem = ERR_PTR(-EBUSY);
	} else {
		update_view(kmem);
	}
	mutex_unlock(&devs_lock);

	/* Find memory again that drop_found() has dropped in vain. */
	if (why)
		queue_sweeper();
	return kmem;
}

/**
 * kmem_orphans_detach() - turn the memory of a device that is being unbound into an orphan
 * @kmem: the memory, in KMEM_CLOSING or KMEM_BOUND; dropped if no block of it is present
 *
 * The caller may hold device_hotplug_lock, as ACPI does on a hot-remove, and a holder of
 * devs_lock may wait for device_hotplug_lock. So this only tries to take devs_lock; if that
 * fails, the sweeper does the rest.
 *
 * Context: Process context, sleeps; @kmem->lock and a reference held.
 */
void kmem_orphans_detach(struct kmem_dev *kmem)
{
	kmem_dev_assert_locked(kmem);
	/* Reset these settings: the files that would change them are gone. */
	kmem_gate_set_device(&kmem->gate, NULL);
	WRITE_ONCE(kmem->timeout_ms, 0);
	kmem_lifecycle_set(&kmem->lifecycle, KMEM_ORPHANED);

	if (mutex_trylock(&devs_lock)) {
		tidy_if_orphan(kmem);
		mutex_unlock(&devs_lock);
	}

	/*
	 * A block may have gone offline since kmem_drive_clear(), and the sweeper has to find
	 * memory again that the device did not take over.
	 */
	queue_sweeper();
}

/**
 * kmem_orphans_drop() - drop the memory of a device that could not be bound
 * @kmem: the memory, with no block present
 *
 * Context: Process context, sleeps.
 */
void kmem_orphans_drop(struct kmem_dev *kmem)
{
	mutex_lock(&devs_lock);
	drop(kmem);
	mutex_unlock(&devs_lock);
	queue_sweeper();
}

/**
 * kmem_orphan_is_quarantined() - test whether the memory behind an orphan may have been replaced
 * @kmem: the memory
 *
 * If the device behind the memory went away, the content may have changed, even if the device
 * came back, so no device may adopt the memory. kernfs makes the count of a directory's active
 * users negative when it removes the directory.
 *
 * Context: Any.
 * Return: true if it may.
 */
bool kmem_orphan_is_quarantined(const struct kmem_dev *kmem)
{
	return kmem->behind && atomic_read(&kmem->behind->active) < 0;
}

/**
 * kmem_orphan_reclaim() - take an orphaned range offline and remove it, or change nothing
 * @kmem: the memory
 * @span: one of its ranges
 *
 * A signal to this task cancels the reclaim.
 *
 * Context: Process context, sleeps; a reference to @kmem held.
 * Return: 0, or a negative errno of kmem_transition_reclaim().
 */
int kmem_orphan_reclaim(struct kmem_dev *kmem, const struct dax_span *span)
{
	int err = kmem_transition_reclaim(kmem, span);

	/* The sweeper may have skipped another range while this task held kmem->lock. */
	queue_sweeper();
	mutex_lock(&devs_lock);
	tidy_if_orphan(kmem);
	mutex_unlock(&devs_lock);

	return err;
}

/**
 * kmem_orphans_open() - start to look for orphans and to show them
 * @orphan_view: the functions that show them
 *
 * Context: Process context, sleeps.
 */
void kmem_orphans_open(const struct kmem_orphan_view *orphan_view)
{
	struct kmem_dev *kmem;

	mutex_lock(&devs_lock);
	view = orphan_view;
	list_for_each_entry(kmem, &devs, node)
		update_view(kmem);
	find_left();
	mutex_unlock(&devs_lock);
	set_open(true);
}

/**
 * kmem_orphans_close() - stop looking for orphans and showing them
 *
 * Context: Process context, sleeps; waits for readers of the view.
 */
void kmem_orphans_close(void)
{
	struct kmem_dev *kmem;
	unsigned int i;

	set_open(false);
	cancel_delayed_work_sync(&sweeper);
	mutex_lock(&devs_lock);
	list_for_each_entry(kmem, &devs, node)
		for (i = 0; view && i < kmem->spans->nr; i++)
			view->hide(kmem, &kmem->spans->span[i]);
	view = NULL;
	mutex_unlock(&devs_lock);
}

/**
 * kmem_orphans_exit() - remove the memory that devices left behind, at module exit
 *
 * Online blocks hold a reference to the module, so no block is online, unless a rollback failed
 * while the module was already being unloaded.
 *
 * Context: Process context, sleeps; no device is bound.
 * Return: true if memory had to be left in the system.
 */
bool kmem_orphans_exit(void)
{
	struct kmem_dev *kmem;
	bool memory_left;

	mutex_lock(&devs_lock);
	memory_left = sweep();
	list_for_each_entry(kmem, &devs, node) {
		struct dax_block_counts counts = kmem_gate_counts(&kmem->gate);

		pr_err("%s: %u memory block%s left without a driver, %u online\n",
		       kmem->gate.label.name, counts.present, dax_plural(counts.present),
		       counts.online);
	}
	mutex_unlock(&devs_lock);

	return memory_left;
}
