// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One write to daxX.Y/state. daxplug's driver makes the whole change or none, and what
 * it returns is true. What Linux's own returns is compared with the blocks.
 */
#include <errno.h>

#include "change.h"
#include "handle.h"

static int write_state(struct daxplug_change *change, enum daxplug_state state)
{
	char path[SYSFS_PATH_SIZE];

	change->task.failures = failures_counted(change);
	device_path(change->device, "state", path);
	return change_write(change, path, daxplug_state_name(state));
}

static bool trusted(const struct daxplug_change *change)
{
	return change->device->backend == DAXPLUG_BACKEND_STATE;
}

/* A block that is not, or not known to be, what the write said; NULL if all are. */
static struct block *find_other(struct daxplug_change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		struct block *block = &device->blocks[i];

		if (!block_is(block_read_patiently(change, block), wanted))
			return block;
	}

	return NULL;
}

/* The kernel said that it has made the change, and a block is not, or not known to be, so. */
static void fail_other(struct daxplug_change *change, const struct block *block, const char *what)
{
	if (block->err) {
		fail_unreadable(change, block);
		return;
	}
	fail(change, -EIO, DAXPLUG_REASON_OTHER,
	     "memory%llu was not %s, though the kernel reported success",
	     (unsigned long long)block->number, what);
	change->report.block = block->number;
}

/* Unless the driver has said that its rollback is incomplete. */
static void set_outcome(struct daxplug_change *change)
{
	if (change->report.outcome != DAXPLUG_OUTCOME_INCOMPLETE)
		change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
}

/* The write failed: see that every block is as before. */
static int settle_failure(struct daxplug_change *change)
{
	if (!trusted(change))
		return undo_blocks(change);
	set_outcome(change);
	return change->report.err;
}

static int unplug(struct daxplug_change *change)
{
	struct block *other;
	int err;

	if (!trusted(change)) {
		err = undo_record(change);
		if (err) {
			change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
			return err;
		}
	}
	err = write_state(change, DAXPLUG_STATE_UNPLUGGED);
	if (err) {
		fail_unplug(change, err, NULL);
		return settle_failure(change);
	}

	other = trusted(change) ? NULL : find_other(change, DAXPLUG_STATE_UNPLUGGED);
	if (!other)
		return 0;
	fail_other(change, other, "removed");
	return undo_blocks(change);
}

/* Unplugs what this change has plugged. */
static int take_back(struct daxplug_change *change)
{
	task_enter(change, DAXPLUG_PHASE_BACK);
	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (write_state(change, DAXPLUG_STATE_UNPLUGGED) ||
	    find_other(change, DAXPLUG_STATE_UNPLUGGED))
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return change->report.err;
}

/* The write succeeded: check the blocks, and whether the change was cancelled meanwhile. */
static int check_plugged(struct daxplug_change *change, enum daxplug_state wanted)
{
	const struct block *other = find_other(change, wanted);

	if (other) {
		fail_other(change, other, "put online as wanted");
		if (!other->err)
			report_hint(&change->report,
				    "the kernel log tells what kept it from going online");
		return take_back(change);
	}
	/* No signal interrupts the plug of Linux's own driver. */
	if (task_cancelled(change)) {
		fail_cancelled(change);
		return take_back(change);
	}
	return 0;
}

static int plug(struct daxplug_change *change, enum daxplug_state wanted)
{
	int err = write_state(change, wanted);

	if (!err)
		return trusted(change) ? 0 : check_plugged(change, wanted);

	fail_plug(change, err, NULL, wanted);
	set_outcome(change);
	if (!trusted(change) && find_other(change, DAXPLUG_STATE_UNPLUGGED))
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return err;
}

const struct backend backend_state = {
	.unplug = unplug,
	.plug = plug,
};
