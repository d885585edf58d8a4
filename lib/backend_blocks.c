// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The backend that switches block by block, for a kmem driver without a state file. Between two
 * blocks, and before the device is unbound, other processes may switch any block. The backend
 * detects and reports that, but cannot prevent it.
 */
#include <errno.h>

#include "change.h"
#include "core/order.h"
#include "handle.h"

static int offline_block(struct daxplug_change *change, struct block *block)
{
	enum daxplug_block_state state = block_read(change->daxplug, block);
	int err;

	if (state == DAXPLUG_BLOCK_UNKNOWN)
		return fail_unreadable(change, block);
	if (!block_is_online(state))
		return 0;
	err = block_switch(change, block, "offline");
	return err ? fail_unplug(change, err, block) : 0;
}

static int offline_all(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int count = device->counts.total, i;
	int err = 0;

	for (i = 0; !err && i < count; i++) {
		if (task_cancelled(change))
			return fail_cancelled(change);
		err = offline_block(change, &device->blocks[dax_order_offline(count, i)]);
	}

	return err;
}

/* The last check before the device is unbound, after which online memory could not be removed. */
static int check_all_offline(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		enum daxplug_block_state state = block_read(change->daxplug, &device->blocks[i]);

		if (state == DAXPLUG_BLOCK_UNKNOWN)
			return fail_unreadable(change, &device->blocks[i]);
		if (block_is_online(state))
			return fail_interference(change, &device->blocks[i]);
	}
	return 0;
}

static int leave_present(struct daxplug_change *change, const struct block *block)
{
	fail_interference(change, block);
	report_hint(&change->report, "it was put online while the device was unbound; the stock "
				     "driver cannot remove it before a reboot, daxplug's can");
	return change->report.err;
}

static int check_all_absent(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		struct block *block = &device->blocks[i];
		enum daxplug_block_state state = block_read_patiently(change, block);

		if (state == DAXPLUG_BLOCK_ABSENT)
			continue;
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		return state == DAXPLUG_BLOCK_UNKNOWN ? fail_unreadable(change, block)
						      : leave_present(change, block);
	}

	return 0;
}

/* Checks for every foreseeable failure before the first block goes offline. */
static int prepare(struct daxplug_change *change)
{
	char words[64];
	int err = undo_record(change);

	if (!err) {
		err = mode_can_unbind(change->daxplug);
		if (err)
			fail(change, err, DAXPLUG_REASON_UNREADABLE,
			     "cannot unbind it from kmem: %s",
			     report_errno(err, words, sizeof(words)));
	}
	if (err)
		fail_untouched(change);
	return err;
}

static int unplug(struct daxplug_change *change)
{
	struct daxplug_device *device = change->device;
	char words[64];
	int err;

	err = prepare(change);
	if (err)
		return err;
	err = offline_all(change);
	if (!err)
		err = check_all_offline(change);
	if (err)
		return undo_blocks(change);

	err = mode_unbind(change->daxplug, device->name);
	if (err) {
		fail(change, err, DAXPLUG_REASON_OTHER, "cannot unbind it to remove its memory: %s",
		     report_errno(err, words, sizeof(words)));
		return undo_blocks(change);
	}
	return check_all_absent(change);
}

/* Whether the state or zone of a block is unknown, so that the block may be as wanted or not. */
static bool is_unsure(enum daxplug_block_state state, enum daxplug_state wanted)
{
	return state == DAXPLUG_BLOCK_UNKNOWN ||
	       (state == DAXPLUG_BLOCK_ONLINE && wanted != DAXPLUG_STATE_ONLINE);
}

/* The system's policy may have put a block of the newly bound device in another zone. */
static int clear_block(struct daxplug_change *change, struct block *block)
{
	return change->task.bound ? offline_block(change, block) : fail_interference(change, block);
}

static int online_block(struct daxplug_change *change, struct block *block,
			enum daxplug_state wanted)
{
	enum daxplug_block_state state = block_read(change->daxplug, block);
	int err = 0;

	if (is_unsure(state, wanted))
		return fail_unreadable(change, block);
	if (block_is(state, wanted))
		return 0;
	if (block_is_online(state))
		err = clear_block(change, block);
	if (err)
		return err;
	err = block_switch(change, block, daxplug_state_name(wanted));
	if (err == -EINVAL && block_is_online(block_read(change->daxplug, block)))
		return fail_interference(change, block);
	return err ? fail_plug(change, err, block, wanted) : 0;
}

static int check_all_online(struct daxplug_change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		enum daxplug_block_state state = block_read(change->daxplug, &device->blocks[i]);

		if (is_unsure(state, wanted))
			return fail_unreadable(change, &device->blocks[i]);
		if (!block_is(state, wanted))
			return fail_interference(change, &device->blocks[i]);
	}
	return 0;
}

static int plug(struct daxplug_change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int count = device->counts.total, i;
	int err;

	err = undo_record(change);
	if (err) {
		fail_untouched(change);
		return err;
	}
	for (i = 0; !err && i < count; i++) {
		if (task_cancelled(change))
			err = fail_cancelled(change);
		else
			err = online_block(change, &device->blocks[dax_order_online(count, i)],
					   wanted);
	}
	if (!err)
		err = check_all_online(change, wanted);
	return err ? undo_blocks(change) : 0;
}

const struct backend backend_blocks = {
	.unplug = unplug,
	.plug = plug,
	.plugs_offline = true,
};
