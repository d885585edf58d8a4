// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a change consists of, whatever the backend. Runs in the child. */
#include <errno.h>

#include "change.h"
#include "handle.h"

static int read_again(struct change *change)
{
	int err = device_read(change->device);

	if (!err)
		return 0;
	change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return fail(change, err, NULL, "read");
}

/* Somebody may have taken the device from kmem since it was read. */
static int lose_driver(struct change *change)
{
	fail(change, -ENODEV, NULL, "changed: it is not bound to kmem any more");
	change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return -ENODEV;
}

static int bind(struct change *change)
{
	struct daxplug_device *device = change->device;
	bool left_over = device->counts.present;
	int err = device->daxplug->system->bind(device->daxplug, device->name);

	if (err) {
		fail(change, err, NULL, "added by binding the device to kmem");
		change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
		if (left_over)
			report_hint(&change->report,
				    "it was left online by an unbind: the stock driver cannot take "
				    "it over before a reboot, daxplug's can");
		return err;
	}

	change->bound = true;
	return read_again(change);
}

static int unplug(struct change *change)
{
	const struct backend *backend = backend_for(change->device);

	if (!change->device->counts.present)
		return 0;
	if (!backend)
		return lose_driver(change);
	if (change->phase != DAXPLUG_PHASE_BACK)
		worker_enter(change, DAXPLUG_PHASE_UNPLUG);
	return backend->unplug(change);
}

/* A device that the change has bound goes back to having no driver. */
static void unbind_again(struct change *change)
{
	struct daxplug_device *device = change->device;
	struct report cause = change->report;
	int err;

	worker_enter(change, DAXPLUG_PHASE_BACK);
	err = read_again(change);
	if (!err)
		err = unplug(change);
	/* Block by block, that has unbound it. */
	if (!err)
		err = read_again(change);
	if (!err && device->mode == DAXPLUG_MODE_SYSTEM_RAM)
		err = device->daxplug->system->unbind(device->daxplug, device->name);

	change->bound = false;
	change->report = cause;
	change->report.outcome = err ? DAXPLUG_OUTCOME_INCOMPLETE : DAXPLUG_OUTCOME_ROLLED_BACK;
}

/* To no block present, unless the backend can do with blocks that are offline. */
static int clear_the_way(struct change *change)
{
	const struct daxplug_device *device = change->device;
	const struct backend *backend = backend_for(device);
	bool usable = change->bound || device->state == DAXPLUG_STATE_OFFLINE;
	int err;

	if (usable && backend && backend->plugs_offline)
		return 0;
	err = unplug(change);
	return err ? err : read_again(change);
}

static int plug_bound(struct change *change, enum daxplug_state wanted)
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
		worker_enter(change, DAXPLUG_PHASE_PLUG);
	err = backend->plug(change, wanted);
	if (err && !change->bound && before != device->state) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report, "it was %s before, and is %s now",
			    daxplug_state_name(before), daxplug_state_name(device->state));
	}
	return err;
}

static int plug(struct change *change, enum daxplug_state wanted)
{
	int err = 0;

	if (change->device->mode == DAXPLUG_MODE_DISABLED) {
		err = bind(change);
		if (err && !change->bound)
			return err;
	}
	if (!err)
		err = plug_bound(change, wanted);
	if (err && change->bound)
		unbind_again(change);
	return err;
}

/* Memory that an unbind left online is taken over first. */
static int unplug_or_adopt(struct change *change)
{
	const struct daxplug_device *device = change->device;
	int err = 0;

	if (device->mode == DAXPLUG_MODE_DISABLED && device->counts.present)
		err = bind(change);
	return err ? err : unplug(change);
}

/* The second half has failed; the first is to be undone. */
static void plug_back(struct change *change, enum daxplug_state before)
{
	struct report cause = change->report;
	int err = -ENOENT;

	worker_enter(change, DAXPLUG_PHASE_BACK);
	if (before == DAXPLUG_STATE_UNPLUGGED)
		err = 0;
	else if (before != DAXPLUG_STATE_OFFLINE && before != DAXPLUG_STATE_MIXED)
		err = read_again(change) ? -ENODEV : plug(change, before);

	change->report = cause;
	change->report.outcome = DAXPLUG_OUTCOME_ROLLED_BACK;
	if (err) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report,
			    "it was %s before, and could not be put back to that; "
			    "see daxplug show %s",
			    daxplug_state_name(before), change->device->name);
	}
}

static int replug(struct change *change)
{
	enum daxplug_state before = change->device->state;
	int err;

	err = unplug_or_adopt(change);
	if (err)
		return err;
	change->bound = false;
	err = read_again(change);
	if (!err)
		err = plug(change, change->wanted);
	if (err)
		plug_back(change, before);
	return err;
}

/**
 * steps_run() - make a change, or leave everything as it was
 * @change: the change, checked; its report says what came of it
 *
 * Return: 0 or a negative errno.
 */
int steps_run(struct change *change)
{
	switch (change->action) {
	case ACTION_PLUG:
		return plug(change, change->wanted);
	case ACTION_UNPLUG:
		return unplug_or_adopt(change);
	default:
		return replug(change);
	}
}
