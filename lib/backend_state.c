// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The backend that writes to daxX.Y/state. daxplug's driver makes the whole change or changes
 * nothing, and its result can be trusted. For Linux's own driver the result is checked against
 * the blocks.
 */
#include <errno.h>

#include "change.h"
#include "handle.h"

static int write_state(struct daxplug_change *change, enum daxplug_state state)
{
	char path[SYSFS_PATH_SIZE];

	change->task.failures = failures_counted(change);
	change->task.state = change->device->state;
	change->task.counts = change->device->counts;
	device_path(change->device, "state", path);
	return change_write(change, path, daxplug_state_name(state));
}

static bool trusted(const struct daxplug_change *change)
{
	return change->device->backend == DAXPLUG_BACKEND_STATE;
}

/* Returns a block that is not in the state written, or of unknown state; NULL if there is none. */
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

/* The kernel reported success, but a block is in another state, or its state is unknown. */
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

/* Whether the write failed before the driver began a transition: the driver counted no failure. */
static bool never_began(const struct daxplug_change *change)
{
	int64_t failures = failures_counted(change);

	return failures >= 0 && failures == change->task.failures;
}

static bool is_as_before(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;
	const struct task *task = &change->task;

	return !device_read(change->device) && device->state == task->state &&
	       device->counts.present == task->counts.present &&
	       device->counts.online == task->counts.online &&
	       device->counts.movable == task->counts.movable;
}

/*
 * A write to the state file of daxplug's driver failed. The driver reports an incomplete rollback
 * in kmem/last_failure, but that may be unreadable: check the blocks.
 */
static int set_outcome(struct daxplug_change *change)
{
	struct report *report = &change->report;

	if (report->outcome == DAXPLUG_OUTCOME_INCOMPLETE)
		return report->err;
	report->outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (never_began(change) || is_as_before(change))
		return report->err;
	report->outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	report_hint(report, "its memory blocks are not known to be as before; see daxplug show %s",
		    change_name(change));
	return report->err;
}

/* The write failed: make sure that every block is as before. */
static int settle_failure(struct daxplug_change *change)
{
	return trusted(change) ? set_outcome(change) : undo_blocks(change);
}

static int unplug(struct daxplug_change *change)
{
	struct block *other;
	int err;

	if (!trusted(change)) {
		err = undo_record(change);
		if (err) {
			fail_untouched(change);
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
			report_hint(&change->report, "the kernel log has the reason");
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
	if (trusted(change))
		return set_outcome(change);
	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	return find_other(change, DAXPLUG_STATE_UNPLUGGED) ? take_back(change) : err;
}

const struct backend backend_state = {
	.unplug = unplug,
	.plug = plug,
};
