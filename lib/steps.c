// SPDX-License-Identifier: LGPL-2.1-or-later
/* The steps of a change, common to all backends. Runs in the child. */
#include <errno.h>

#include "change.h"
#include "handle.h"

/* The functions of a backend; NULL for a device that is not bound to kmem. */
const struct backend *backend_for(const struct daxplug_device *device)
{
	switch (device->backend) {
	case DAXPLUG_BACKEND_STATE:
	case DAXPLUG_BACKEND_STATE_UPSTREAM:
		return &backend_state;
	case DAXPLUG_BACKEND_PER_BLOCK:
		return &backend_blocks;
	default:
		return NULL;
	}
}

/* Ends a change because the state that its next step depends on is unknown. */
static int stop(struct daxplug_change *change, int err)
{
	const struct daxplug_device *device = change->device;
	char words[64];
	unsigned int i;

	change->report.outcome = change->task.touched ? DAXPLUG_OUTCOME_INCOMPLETE
						      : DAXPLUG_OUTCOME_REFUSED;
	if (err == -ENODEV)
		return fail(change, err, DAXPLUG_REASON_NO_DEVICE, "%s", device_gone(device));
	for (i = 0; !err && i < device->counts.total; i++)
		if (device->blocks[i].err)
			return fail_unreadable(change, &device->blocks[i]);
	return fail(change, err ? err : -ENODATA, DAXPLUG_REASON_UNREADABLE, "cannot be read: %s",
		    err ? report_errno(err, words, sizeof(words)) : "its state or its driver");
}

static bool is_known(const struct daxplug_device *device)
{
	return device->state != DAXPLUG_STATE_UNKNOWN && device->mode != DAXPLUG_MODE_UNKNOWN &&
	       device->backend != DAXPLUG_BACKEND_UNKNOWN;
}

static int read_again(struct daxplug_change *change)
{
	int looks = 0, err;

	while ((err = device_read(change->device)) || !is_known(change->device)) {
		if (err == -ENODEV || ++looks == CHANGE_LOOKS)
			return stop(change, err);
		change_pause();
	}
	return 0;
}

/* Fails because another process has unbound the device from kmem since it was read. */
static int lose_driver(struct daxplug_change *change)
{
	fail(change, -ENODEV, DAXPLUG_REASON_UNBIND, "no longer bound to kmem");
	change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return -ENODEV;
}

/*
 * After a failed bind, the bind itself or another process may nevertheless have bound the device.
 */
static bool may_be_bound(struct daxplug_change *change)
{
	return device_read(change->device) || change->device->mode != DAXPLUG_MODE_DISABLED;
}

static int fail_bind(struct daxplug_change *change, int err, bool left_over)
{
	char words[64];

	report_errno(err, words, sizeof(words));
	if (err == -ENOENT) {
		fail(change, err, DAXPLUG_REASON_NO_DRIVER, NO_DRIVER_TEXT);
		report_hint(&change->report, NO_DRIVER_REMEDY);
	} else {
		fail(change, err, err == -EINTR ? DAXPLUG_REASON_SIGNAL : DAXPLUG_REASON_OTHER,
		     "cannot bind it to kmem: %s", words);
	}
	if (left_over)
		report_hint(&change->report, "an unbind left its memory online; the stock driver "
					     "cannot take it over before a reboot, daxplug's can");
	change->task.bound = may_be_bound(change);
	/* -ENOENT: there was no driver, and so no file to write to. */
	change->task.touched = err != -ENOENT || change->task.bound;
	fail_untouched(change);
	return err;
}

static int bind(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	bool left_over = device->counts.present;
	int err;

	change->task.touched = true;
	do {
		err = task_cancelled(change) ? -EINTR : mode_bind(change->daxplug, device->name);
	} while (err == -EINTR && !task_interrupted(change));
	if (err)
		return fail_bind(change, err, left_over);

	change->task.bound = true;
	return read_again(change);
}

static int unplug(struct daxplug_change *change)
{
	const struct backend *backend = backend_for(change->device);

	if (change->device->state == DAXPLUG_STATE_UNPLUGGED)
		return 0;
	if (!backend)
		return lose_driver(change);
	if (change->phase != DAXPLUG_PHASE_BACK)
		task_enter(change, DAXPLUG_PHASE_UNPLUG);
	return backend->unplug(change);
}

/*
 * Never unbinds a device whose memory is, or may be, online: with most drivers the memory would
 * stay until the next reboot.
 */
static int unbind(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	char words[64];
	int err = read_again(change);

	if (err || device->mode != DAXPLUG_MODE_SYSTEM_RAM)
		return err;
	if (device->state != DAXPLUG_STATE_UNPLUGGED)
		return fail(change, -EAGAIN, DAXPLUG_REASON_INTERFERENCE,
			    "became %s again; not unbound", daxplug_state_name(device->state));
	err = mode_unbind(change->daxplug, device->name);
	if (!err)
		return 0;
	return fail(change, err, DAXPLUG_REASON_OTHER, "unplugged, but cannot be unbound: %s",
		    report_errno(err, words, sizeof(words)));
}

/* Unbinds a device that the change has bound. */
static void unbind_again(struct daxplug_change *change)
{
	struct report cause = change->report;
	int err;

	task_enter(change, DAXPLUG_PHASE_BACK);
	err = read_again(change);
	if (!err)
		err = unplug(change);
	if (!err)
		err = unbind(change);

	change->task.bound = false;
	change->report = cause;
	change->report.outcome = err ? DAXPLUG_OUTCOME_INCOMPLETE : DAXPLUG_OUTCOME_ROLLED_BACK;
}

/*
 * Unplugs the device before a plug, unless its blocks are offline and the backend can plug these.
 */
static int clear_the_way(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;
	const struct backend *backend = backend_for(device);
	bool usable = change->task.bound || device->state == DAXPLUG_STATE_OFFLINE;
	int err;

	if (device->state == DAXPLUG_STATE_UNPLUGGED ||
	    (usable && backend && backend->plugs_offline))
		return 0;
	err = unplug(change);
	return err ? err : read_again(change);
}

static int plug_bound(struct daxplug_change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	enum daxplug_state before = device->state;
	const struct backend *backend;
	int err;

	if (before == wanted)
		return 0;
	err = clear_the_way(change);
	if (err)
		return err;
	backend = backend_for(device);
	if (!backend)
		return lose_driver(change);

	if (change->phase != DAXPLUG_PHASE_BACK)
		task_enter(change, DAXPLUG_PHASE_PLUG);
	err = backend->plug(change, wanted);
	if (err && !change->task.bound && before != device->state) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report, "it was %s before, and is %s now",
			    daxplug_state_name(before), daxplug_state_name(device->state));
	}
	return err;
}

/*
 * Reports bad blocks to the driver before a bind, which may put the memory online. A rollback
 * restores memory that was in use, and must not fail because of this.
 */
static int report_bad_blocks(struct daxplug_change *change)
{
	enum daxplug_reason reason = DAXPLUG_REASON_UNREADABLE;
	uint64_t bytes;
	char words[64];
	int err = badblocks_size(change->device, &bytes);

	if (change->phase == DAXPLUG_PHASE_BACK || (!err && !bytes))
		return 0;
	if (!err) {
		reason = DAXPLUG_REASON_OTHER;
		/* bind() reports why there is no driver. */
		if (mode_load_driver(change->daxplug))
			return 0;
		err = badblocks_report(change->device);
	}
	if (!err)
		return 0;
	fail(change, err, reason, "cannot report its bad blocks to the driver: %s",
	     report_errno(err, words, sizeof(words)));
	fail_untouched(change);
	return err;
}

static int plug(struct daxplug_change *change, enum daxplug_state wanted)
{
	int err = report_bad_blocks(change);

	if (err)
		return err;
	if (change->device->mode == DAXPLUG_MODE_DISABLED) {
		err = bind(change);
		if (err && !change->task.bound)
			return err;
	}
	if (!err)
		err = plug_bound(change, wanted);
	if (err && change->task.bound)
		unbind_again(change);
	return err;
}

/*
 * Unplugs the device. If an earlier unbind left its memory online, binds it first, to adopt that
 * memory.
 */
static int unplug_or_adopt(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;
	struct report *report = &change->report;
	int err = 0;

	if (device->mode == DAXPLUG_MODE_DISABLED && device->state != DAXPLUG_STATE_UNPLUGGED)
		err = bind(change);
	if (!err)
		err = unplug(change);
	/* Keep the device bound: after an unbind its memory could be stuck. */
	if (err && change->task.bound && report->outcome != DAXPLUG_OUTCOME_INCOMPLETE) {
		report->outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(report, "its memory is as before, but it is, or may be, bound to a "
				    "driver now");
	}
	return err;
}

/* Unbinds an unplugged device. The device stays unplugged even if that fails. */
static int release(struct daxplug_change *change)
{
	int err = unbind(change);

	if (err)
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return err;
}

static int unplug_and_release(struct daxplug_change *change)
{
	int err = unplug_or_adopt(change);

	return !err && (change->flags & DAXPLUG_CHANGE_RELEASE) ? release(change) : err;
}

/* Whether the zones are as before: with "online" the kernel may have chosen others. */
static bool zones_are_back(struct daxplug_change *change, enum daxplug_state before,
			   unsigned int movable)
{
	if (before != DAXPLUG_STATE_ONLINE)
		return true;
	return !read_again(change) && !change->device->unknown &&
	       change->device->counts.movable == movable;
}

/*
 * Undoes the unplug after a failed plug. @movable: the number of blocks that were in
 * ZONE_MOVABLE.
 */
static void plug_back(struct daxplug_change *change, enum daxplug_state before,
		      unsigned int movable)
{
	struct report cause = change->report;
	int err = -ENOENT;

	task_enter(change, DAXPLUG_PHASE_BACK);
	if (before != DAXPLUG_STATE_OFFLINE && before != DAXPLUG_STATE_MIXED)
		err = read_again(change) ? -ENODEV : plug(change, before);
	if (!err && !zones_are_back(change, before, movable))
		err = -EIO;

	change->report = cause;
	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (err) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report,
			    "it was %s before, and is not known to be as it was; see daxplug show %s",
			    daxplug_state_name(before), change_name(change));
	}
}

static int replug(struct daxplug_change *change)
{
	enum daxplug_state before = change->device->state;
	unsigned int movable = change->device->counts.movable;
	int err;

	err = report_bad_blocks(change);
	if (!err)
		err = unplug_or_adopt(change);
	if (err)
		return err;
	change->task.bound = false;
	err = read_again(change);
	if (!err)
		err = plug(change, change->wanted);
	/* If the device was unplugged before, plug() itself rolls back. */
	if (err && before != DAXPLUG_STATE_UNPLUGGED)
		plug_back(change, before, movable);
	return err;
}

/* The number of online blocks of the orphaned range; -1 if unknown. */
static int64_t orphan_online(const struct daxplug_change *change)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t online;

	orphan_path(change->orphan.name, "blocks_online", path);
	return sysfs_read_number(change->daxplug, path, &online) ? -1 : (int64_t)online;
}

static int reclaim(struct daxplug_change *change)
{
	int64_t before = orphan_online(change);
	char path[SYSFS_PATH_SIZE], words[64];
	int err;

	task_enter(change, DAXPLUG_PHASE_UNPLUG);
	orphan_path(change->orphan.name, "reclaim", path);
	err = change_write(change, path, "1");
	if (!err)
		return 0;
	fail(change, err, err == -EINTR ? DAXPLUG_REASON_SIGNAL : DAXPLUG_REASON_OTHER,
	     "cannot reclaim it: %s", report_errno(err, words, sizeof(words)));
	report_hint(&change->report,
		    "the kernel log tells which block, and why: dmesg | grep reclaim");
	change->report.outcome = before >= 0 && orphan_online(change) == before
					 ? DAXPLUG_OUTCOME_ROLLED_BACK
					 : DAXPLUG_OUTCOME_INCOMPLETE;
	return err;
}

static int run(struct daxplug_change *change)
{
	switch (change->action) {
	case DAXPLUG_ACTION_PLUG:
		return plug(change, change->wanted);
	case DAXPLUG_ACTION_UNPLUG:
		return unplug_and_release(change);
	case DAXPLUG_ACTION_REPLUG:
		return replug(change);
	default:
		return reclaim(change);
	}
}

static int record_pools(struct daxplug_change *change)
{
	int node = change->device ? change->device->target_node : change->orphan.node;
	char words[64];
	int err;

	if (change->action == DAXPLUG_ACTION_PLUG)
		return 0;
	if (change->device ? !change->device->node_known : change->orphan.node_err)
		return fail(change, -ENODATA, DAXPLUG_REASON_UNREADABLE,
			    "cannot tell which NUMA node its memory belongs to");
	err = pools_read(change->daxplug, node, &change->task.pools);
	if (!err)
		return 0;
	return fail(change, err, DAXPLUG_REASON_UNREADABLE,
		    "cannot read the pools of huge pages of node %d: %s", node,
		    report_errno(err, words, sizeof(words)));
}

/* Blocks that went offline, even briefly, lost their free huge pages. */
static void restore_pools(struct daxplug_change *change)
{
	if (!change->task.pools.count)
		return;
	task_enter(change, DAXPLUG_PHASE_BACK);
	change->report.huge_pages_lost = pools_restore(change->daxplug, &change->task.pools);
}

/*
 * Prepares the step that changes blocks. Before that, the wait for the lock on the settings and the
 * drain take minutes, in which another process may switch blocks: a rollback must restore what it
 * finds after these.
 */
static int prepare(struct daxplug_change *change)
{
	int err = refill_begin(change);

	if (!err)
		err = record_pools(change);
	if (!err)
		err = drain_device(change);
	if (!err && change->flags & (DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_NO_REFILL))
		err = read_again(change);
	if (err)
		fail_untouched(change);
	return err;
}

/**
 * steps_run() - make a change, or roll it back
 * @change: the change, checked; its report gets the result
 *
 * Return: 0 or a negative errno.
 */
int steps_run(struct daxplug_change *change)
{
	int err = prepare(change), end_err;

	if (!err)
		err = run(change);
	end_err = refill_end(change);
	if (err)
		restore_pools(change);
	return err ? err : end_err;
}
