// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Block by block, for a kernel whose kmem driver has no state file. Between
 * two blocks, and between the last and the unbinding, anybody may switch what
 * he likes: that is looked for and reported, it cannot be kept out.
 */
#include <errno.h>

#include "change.h"
#include "core/order.h"
#include "handle.h"

static bool is_online(enum dax_block_state state)
{
	return state == DAX_BLOCK_KERNEL || state == DAX_BLOCK_MOVABLE;
}

static int offline_block(struct change *change, struct block *block)
{
	int err;

	if (!is_online(block_read(change->device->daxplug, block)))
		return 0;
	err = block_switch(change, block, "offline");
	return err ? fail_unplug(change, err, block) : 0;
}

static int offline_all(struct change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int count = device->counts.total, i;
	int err = 0;

	for (i = 0; !err && i < count; i++) {
		if (worker_cancelled(change))
			return fail(change, -EINTR, NULL, "unplugged");
		err = offline_block(change, &device->blocks[dax_order_offline(count, i)]);
	}

	return err;
}

/* The last look before the unbinding, which would leave what is online stuck. */
static int check_all_offline(struct change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++)
		if (is_online(block_read(device->daxplug, &device->blocks[i])))
			return fail_interference(change, &device->blocks[i]);
	return 0;
}

static int check_all_absent(struct change *change)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++) {
		if (block_read(device->daxplug, &device->blocks[i]) == DAX_BLOCK_ABSENT)
			continue;
		fail_interference(change, &device->blocks[i]);
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report, "it was put online while the device was unbound: the "
					     "stock driver cannot remove it before a reboot, "
					     "daxplug's can");
		return change->report.err;
	}

	return 0;
}

static int unplug(struct change *change)
{
	struct daxplug_device *device = change->device;
	int err;

	err = undo_record(change);
	if (!err)
		err = offline_all(change);
	if (!err)
		err = check_all_offline(change);
	if (err)
		return undo_blocks(change);

	err = device->daxplug->system->unbind(device->daxplug, device->name);
	if (err) {
		fail(change, err, NULL, "removed by unbinding the device");
		return undo_blocks(change);
	}
	return check_all_absent(change);
}

static bool is_as_wanted(enum dax_block_state state, enum daxplug_state wanted)
{
	switch (wanted) {
	case DAXPLUG_STATE_ONLINE_KERNEL:
		return state == DAX_BLOCK_KERNEL;
	case DAXPLUG_STATE_ONLINE_MOVABLE:
		return state == DAX_BLOCK_MOVABLE;
	default:
		return is_online(state);
	}
}

/* The system's policy may have put a block of a device just bound in another zone. */
static int clear_block(struct change *change, struct block *block)
{
	return change->bound ? offline_block(change, block) : fail_interference(change, block);
}

static int online_block(struct change *change, struct block *block, enum daxplug_state wanted)
{
	enum dax_block_state state = block_read(change->device->daxplug, block);
	int err = 0;

	if (is_as_wanted(state, wanted))
		return 0;
	if (is_online(state))
		err = clear_block(change, block);
	if (err)
		return err;
	err = block_switch(change, block, daxplug_state_name(wanted));
	if (err == -EINVAL && is_online(block_read(change->device->daxplug, block)))
		return fail_interference(change, block);
	return err ? fail_plug(change, err, block, wanted) : 0;
}

static int check_all_online(struct change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int i;

	for (i = 0; i < device->counts.total; i++)
		if (!is_as_wanted(block_read(device->daxplug, &device->blocks[i]), wanted))
			return fail_interference(change, &device->blocks[i]);
	return 0;
}

static int plug(struct change *change, enum daxplug_state wanted)
{
	struct daxplug_device *device = change->device;
	unsigned int count = device->counts.total, i;
	int err;

	err = undo_record(change);
	for (i = 0; !err && i < count; i++) {
		if (worker_cancelled(change))
			err = fail(change, -EINTR, NULL, "plugged");
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
