// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crash_dump.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bind.h"
#include "dax_device.h"
#include "kmem_dev.h"
#include "orphans.h"
#include "policy.h"
#include "takeover.h"
#include "transition.h"

/* The number of blocks that this bind has added and that are in @state or beyond. */
static unsigned int count_added(struct kmem_dev *kmem, enum dax_block_state state)
{
	unsigned int i, count = 0;

	for (i = 0; i < kmem->spans->total; i++)
		count += kmem->drive.before[i] == DAX_BLOCK_ABSENT &&
			 kmem_gate_block(&kmem->gate, i) >= state;
	return count;
}

/*
 * Puts the added blocks online as the system's policy or the device's default state says. Called
 * by the owner of the gate.
 */
static void online_added(struct kmem_dev *kmem, unsigned int wanted, bool whole)
{
	struct kmem_drive *drive = &kmem->drive;
	const struct kmem_failure *failure = &drive->job.failure;
	unsigned int count = count_added(kmem, DAX_BLOCK_OFFLINE), i;
	int err;

	if (wanted == DAX_BLOCK_OFFLINE)
		return;

	for (i = 0; i < kmem->spans->total; i++)
		drive->wanted[i] = drive->before[i] == DAX_BLOCK_ABSENT ? wanted : DAX_BLOCK_ABSENT;

	kmem_job_begin_best_effort(&drive->job, NULL);
	err = kmem_drive_online(drive);
	/* Adopted memory may carry whole_online from a bind that had fewer ranges. */
	if (count)
		kmem_gate_set_whole_online(&kmem->gate, whole);
	if (err)
		kmem_log(&kmem->gate.label, LOGLEVEL_WARNING,
			 "%u of %u memory blocks could not be put online at bind (%pe), the first at %#llx\n",
			 count - count_added(kmem, DAX_BLOCK_KERNEL), count, ERR_PTR(failure->err),
			 dax_spans_block_start(kmem->spans, failure->block));
}

static int populate(struct kmem_dev *kmem, enum dax_state asked)
{
	bool by_policy = asked == DAX_DEFAULT_POLICY;
	enum kmem_add_for add_for = KMEM_ADD_FOR_TRANSITION;
	struct kmem_drive *drive = &kmem->drive;
	struct kmem_gate *gate = &kmem->gate;
	bool was_absent = !kmem_gate_counts(gate).present;
	int err;

	if (asked == DAX_STATE_UNPLUGGED)
		return 0;

	/*
	 * No udev rule may put the first range online while the next one is being added. The
	 * system's policy is known only when the core is about to online the first block, so for
	 * a policy may_online_added() makes this task the owner of the gate. If no block is to go
	 * online, udev rules may put blocks online.
	 */
	if (by_policy)
		add_for = KMEM_ADD_FOR_POLICY;
	else if (asked != DAX_STATE_OFFLINE)
		add_for = KMEM_ADD_FOR_DEFAULT;
	kmem_gate_set_add_for(gate, add_for);
	if (add_for == KMEM_ADD_FOR_DEFAULT)
		kmem_gate_own(gate);

	kmem_gate_copy(gate, drive->before);
	kmem_drive_want(drive, DAX_BLOCK_OFFLINE);
	kmem_job_begin_best_effort(&drive->job, "bind");
	err = kmem_drive_add(drive);

	/* Bind the device if any of its ranges is present, even if others could not be added. */
	if (kmem_gate_counts(gate).present) {
		online_added(kmem, by_policy ? kmem_gate_policy(gate) : dax_block_wanted(asked),
			     was_absent && asked == DAX_STATE_ONLINE);
		err = 0;
	}
	kmem_gate_disown(gate);
	kmem_gate_set_add_for(gate, KMEM_ADD_FOR_TRANSITION);
	kmem_drive_end(drive);
	return err;
}

static void log_found(struct kmem_dev *kmem, const char *how, const char *left_by)
{
	struct dax_block_counts counts = kmem_gate_counts(&kmem->gate);

	kmem_log(&kmem->gate.label, LOGLEVEL_INFO,
		 "%s memory that %s left: %u of %u memory blocks, %u of them online\n", how,
		 left_by, counts.present, counts.total, counts.online);
}

/* Adopted memory keeps its type, group and reservations, but takes the name of the device. */
static void adopt(struct kmem_dev *kmem, struct device *dev)
{
	const char *name = kstrdup(dev_name(dev), GFP_KERNEL);
	const char *old = NULL;

	if (name) {
		kmem_memory_rename(&kmem->memory, name);
		old = kmem_gate_rename(&kmem->gate, name);
	}
	log_found(kmem, "adopted the", old ?: kmem->gate.label.name);
	kfree(old);
	kmem_report_reset(&kmem->report);
	kmem_gate_reset_refusals(&kmem->gate);
}

static int take_over(struct kmem_dev *kmem)
{
	int err = kmem_memory_register(&kmem->memory);

	if (err)
		return err;
	if (kmem_take_over(kmem))
		log_found(kmem, "took over", "another driver");
	kmem_drive_end(&kmem->drive);
	return 0;
}

static int bind_memory(struct kmem_dev *kmem, struct device *dev, bool adopted,
		       enum dax_state asked)
{
	int err = 0;

	kmem_dev_lock(kmem);
	kmem_gate_set_device(&kmem->gate, dev);
	if (adopted)
		adopt(kmem, dev);
	else
		err = take_over(kmem);
	kmem_gate_set_guarded(&kmem->gate, kmem_gate_guard_default());
	err = err ?: populate(kmem, asked);
	kmem_dev_unlock(kmem);

	if (err)
		kmem_orphans_drop(kmem);
	return err;
}

/* Makes every call that a signal can interrupt, before the bind has changed anything. */
static struct kmem_dev *prepare(struct dev_dax *dev_dax, enum dax_state *asked)
{
	struct device *dev = kmem_dax_device(dev_dax);
	int err, nid = kmem_dax_node(dev_dax);
	struct dax_spans *spans;
	struct kmem_dev *fresh;

	if (nid < 0) {
		dev_warn(dev, "rejecting DAX region with invalid node: %d; give it a node first\n",
			 nid);
		return ERR_PTR(-EINVAL);
	}

	spans = kmem_dax_spans(dev_dax);
	if (IS_ERR(spans))
		return ERR_CAST(spans);

	err = kmem_default_state(spans, nid, dev, asked);
	if (err) {
		dev_err(dev,
			"interrupted while its default state was looked up (%pe); bind again\n",
			ERR_PTR(err));
		kfree(spans);
		return ERR_PTR(err);
	}

	fresh = kmem_dev_create(spans, nid, dev->parent, dev_name(dev));
	if (!IS_ERR(fresh))
		fresh->memory.memmap_on_memory = kmem_dax_wants_memmap_on_memory(dev_dax);
	return fresh;
}

/**
 * kmem_bind() - bind a device: add its memory, by its default state or the system's policy
 * @dev_dax: the device
 *
 * Context: Process context, sleeps; the device's device_lock held.
 * Return: 0; -EINVAL if the device has no node or no whole memory block; -EBUSY if none of its
 * ranges can be reserved, or kmem_orphans_attach() refused; -EINTR after a signal during the
 * lookup of the default state; -ENODEV in a crash kernel; -ENOMEM; or the errno of the first
 * range if none could be added.
 */
int kmem_bind(struct dev_dax *dev_dax)
{
	struct device *dev = kmem_dax_device(dev_dax);
	struct kmem_dev *fresh, *kmem;
	enum dax_state asked;
	int err;

	/* Memory of the kernel that crashed belongs in the dump. */
	if (is_kdump_kernel()) {
		dev_info(dev, "left alone by this crash kernel: its memory belongs in the dump\n");
		return -ENODEV;
	}

	fresh = prepare(dev_dax, &asked);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);

	kmem = kmem_orphans_attach(fresh, dev);
	if (kmem != fresh)
		kmem_dev_put(fresh);
	if (IS_ERR(kmem))
		return PTR_ERR(kmem);

	err = bind_memory(kmem, dev, kmem != fresh, asked);
	if (!err)
		dev_set_drvdata(dev, kmem);
	return err;
}

/**
 * kmem_closing() - cancel the transition of a device that is about to be unbound
 * @dev: the device
 *
 * Context: Any but interrupts.
 */
void kmem_closing(struct device *dev)
{
	struct kmem_dev *kmem = dev_get_drvdata(dev);

	if (kmem)
		kmem_transition_close(kmem);
}

/**
 * kmem_unbind() - unbind a device: remove its offline ranges, leave the others online
 * @dev_dax: the device; kmem_closing() was called for it, unless the driver core failed to create
 *	its files
 *
 * Memory that stays online keeps the module loaded. The device adopts that memory when it is
 * bound again.
 *
 * Context: Process context, sleeps, but takes no block offline; the device's device_lock held.
 */
void kmem_unbind(struct dev_dax *dev_dax)
{
	struct device *dev = kmem_dax_device(dev_dax);
	struct kmem_dev *kmem = dev_get_drvdata(dev);
	struct dax_block_counts left;

	kmem_dev_get(kmem);
	kmem_dev_lock(kmem);
	kmem_drive_clear(&kmem->drive, "unbind");
	left = kmem_gate_counts(&kmem->gate);
	if (left.present)
		dev_warn(dev,
			 "%u of %u memory blocks stay, %u of them online; bind the device again to adopt them, or reclaim them (/sys/bus/dax/drivers/kmem/stranded/)\n",
			 left.present, left.total, left.online);
	dev_set_drvdata(dev, NULL);
	kmem_report_disable_poll(&kmem->report);
	/* Under @kmem->lock, so that no reclaim uses the device that is going away. */
	kmem_orphans_detach(kmem);
	kmem_dev_unlock(kmem);
	kmem_dev_put(kmem);
}
