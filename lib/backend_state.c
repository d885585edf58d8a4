// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One write to daxX.Y/state. Our driver does it all or nothing, and what it
 * returns is how it is. Of upstream's, what it returns is compared with what
 * the blocks are.
 */
#include <errno.h>

#include "change.h"
#include "handle.h"

static int write_state(struct change *change, enum daxplug_state state)
{
	struct daxplug_device *device = change->device;
	char path[SYSFS_PATH_SIZE];

	change->failures = failures_counted(change);
	if (worker_cancelled(change))
		return -EINTR;
	device_path(device, "state", path);
	return device->daxplug->system->write(device->daxplug, path, daxplug_state_name(state));
}

static bool trusted(const struct change *change)
{
	return change->device->backend == DAXPLUG_BACKEND_STATE;
}

/* A block that is not what the write said; NULL if all are. */
static struct block *find_other(struct change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		struct block *block = &device->blocks[i];
		enum dax_block_state state = block_read(device->daxplug, block);
		bool right = wanted == DAXPLUG_STATE_UNPLUGGED	      ? state == DAX_BLOCK_ABSENT
			     : wanted == DAXPLUG_STATE_ONLINE_KERNEL  ? state == DAX_BLOCK_KERNEL
			     : wanted == DAXPLUG_STATE_ONLINE_MOVABLE ? state == DAX_BLOCK_MOVABLE
								      : state >= DAX_BLOCK_KERNEL;

		if (!right)
			return block;
	}

	return NULL;
}

/* Unless the driver has said that its rollback is incomplete. */
static void set_outcome(struct change *change)
{
	if (change->report.outcome != DAXPLUG_OUTCOME_INCOMPLETE)
		change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
}

/* The kernel says that it failed: has everything stayed, or come back. */
static int settle_failure(struct change *change)
{
	if (!trusted(change))
		return undo_blocks(change);
	set_outcome(change);
	return change->report.err;
}

static int unplug(struct change *change)
{
	struct block *other;
	int err;

	err = undo_record(change);
	if (err)
		return err;
	err = write_state(change, DAXPLUG_STATE_UNPLUGGED);
	if (err) {
		fail_unplug(change, err, NULL);
		return settle_failure(change);
	}

	other = trusted(change) ? NULL : find_other(change, DAXPLUG_STATE_UNPLUGGED);
	if (!other)
		return 0;
	fail(change, -EIO, other, "removed, though the kernel reported success");
	return undo_blocks(change);
}

/* What has been plugged is not to stay. */
static int take_back(struct change *change)
{
	worker_enter(change, DAXPLUG_PHASE_BACK);
	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (write_state(change, DAXPLUG_STATE_UNPLUGGED) ||
	    find_other(change, DAXPLUG_STATE_UNPLUGGED))
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return change->report.err;
}

/* The kernel says that it has plugged: is it so, and is it still wanted. */
static int check_plugged(struct change *change, enum daxplug_state wanted)
{
	const struct block *other = find_other(change, wanted);

	if (other) {
		fail(change, -EIO, other,
		     "put online as wanted, though the kernel reported success");
		report_hint(&change->report, "the kernel log tells what kept it from going online");
		return take_back(change);
	}
	/* Upstream's plug cannot be interrupted. */
	if (worker_cancelled(change)) {
		fail(change, -EINTR, NULL, "plugged");
		return take_back(change);
	}
	return 0;
}

static int plug(struct change *change, enum daxplug_state wanted)
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
