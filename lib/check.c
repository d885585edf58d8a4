// SPDX-License-Identifier: LGPL-2.1-or-later
/* The checks before a change: a known obstacle refuses the change. */
#include <errno.h>
#include <string.h>

#include "change.h"
#include "forecast.h"
#include "handle.h"

static int refuse(struct daxplug_change *change, int err, enum daxplug_reason reason,
		  const char *text)
{
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	change->report.reason = reason;
	return report_error(&change->report, err, "%s: %s", change_name(change), text);
}

static int refuse_permission(struct daxplug_change *change, int err)
{
	report_hint(&change->report, "%s",
		    err == -EROFS ? "/sys is mounted read-only here" : "run it as root");
	return refuse(change, -EACCES, DAXPLUG_REASON_PERMISSION, "permission denied");
}

/* The file that the change writes first. */
static void first_path(const struct daxplug_change *change, char *path)
{
	const struct daxplug_device *device = change->device;

	if (!device)
		orphan_path(change->orphan.name, "reclaim", path);
	else if (device->backend == DAXPLUG_BACKEND_PER_BLOCK && device->counts.present)
		block_path(&device->blocks[0], "state", path);
	else if (device->backend == DAXPLUG_BACKEND_STATE ||
		 device->backend == DAXPLUG_BACKEND_STATE_UPSTREAM)
		device_path(device, "state", path);
	else
		strcpy(path, "sys/bus/dax/drivers_probe");
}

/* Refuses only for a definite no: the write will meet and report any other failure. */
static int check_permission(struct daxplug_change *change)
{
	char path[SYSFS_PATH_SIZE];
	int err;

	first_path(change, path);
	err = sysfs_may_write(change->daxplug, path);
	if (err != -EACCES && err != -EPERM && err != -EROFS)
		return 0;
	return refuse_permission(change, err);
}

static int refuse_mode(struct daxplug_change *change, const char *user)
{
	const struct daxplug_device *device = change->device;

	report_hint(&change->report, "daxctl reconfigure-device --mode=system-ram %s",
		    device->name);
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	change->report.reason = DAXPLUG_REASON_MODE;
	return report_error(&change->report, -EBUSY, "%s: in %s mode: %s may be using it",
			    device->name, daxplug_mode_name(device->mode), user);
}

static int refuse_driver(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;

	report_hint(&change->report, "daxctl disable-device %s", device->name);
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	change->report.reason = DAXPLUG_REASON_MODE;
	return report_error(&change->report, -EOPNOTSUPP,
			    "%s: bound to the driver %s, which daxplug does not know", device->name,
			    device->driver);
}

static int check_mode(struct daxplug_change *change)
{
	switch (change->device->mode) {
	case DAXPLUG_MODE_DEVDAX:
		return refuse_mode(change, "programs");
	case DAXPLUG_MODE_FAMFS:
		return refuse_mode(change, "a file system");
	case DAXPLUG_MODE_OTHER:
		return refuse_driver(change);
	case DAXPLUG_MODE_UNKNOWN:
		return refuse(change, -ENODATA, DAXPLUG_REASON_UNREADABLE,
			      "cannot tell which driver it is bound to");
	default:
		return 0;
	}
}

static const struct block *unknown_block(const struct daxplug_device *device)
{
	unsigned int i;

	for (i = 0; i < device->counts.total; i++)
		if (device->blocks[i].err)
			return &device->blocks[i];
	return NULL;
}

/* Checks that the ranges of the device and the states of its blocks are known. */
static int check_known(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;
	const struct block *block;
	int err;

	if (device->state != DAXPLUG_STATE_UNKNOWN &&
	    (device->backend != DAXPLUG_BACKEND_UNKNOWN || device->mode == DAXPLUG_MODE_UNKNOWN))
		return 0;
	err = check_permission(change);
	if (err)
		return err;
	block = unknown_block(device);
	if (block) {
		fail_unreadable(change, block);
		change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
		return change->report.err;
	}
	if (device->range_count && device->daxplug->block_size)
		return refuse(change, -EOPNOTSUPP, DAXPLUG_REASON_NO_BLOCKS,
			      "no memory block lies in its ranges");
	return refuse(change, -ENODATA, DAXPLUG_REASON_UNREADABLE,
		      "cannot tell which memory blocks it has, or what drives them");
}

/*
 * Without a state file nothing records whether a plug was to "online"; so such a plug has nothing
 * to do if all blocks are online, in any zone.
 */
static bool is_online_by_blocks(const struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;

	return change->action == DAXPLUG_ACTION_PLUG && change->wanted == DAXPLUG_STATE_ONLINE &&
	       device->backend == DAXPLUG_BACKEND_PER_BLOCK && device->counts.total &&
	       device->counts.online == device->counts.total;
}

static bool is_there(const struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;

	/* A device whose driver cannot be read may be bound; check_mode() refuses it. */
	if ((change->flags & DAXPLUG_CHANGE_RELEASE) &&
	    (device->mode == DAXPLUG_MODE_SYSTEM_RAM || device->mode == DAXPLUG_MODE_UNKNOWN))
		return false;
	return is_online_by_blocks(change) || device->state == change->wanted;
}

/* Checks whether there is anything to do, and whether the state allows it. */
static int check_state(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;

	if (is_there(change)) {
		change->report.outcome = DAXPLUG_OUTCOME_UNCHANGED;
		return report_error(&change->report, 0, "%s: already %s", device->name,
				    daxplug_state_name(device->state));
	}
	if (change->action != DAXPLUG_ACTION_PLUG || device->state == DAXPLUG_STATE_UNPLUGGED ||
	    device->state == DAXPLUG_STATE_OFFLINE)
		return 0;
	/* The state also reads mixed during another process's change. */
	change->report.retry = device->state == DAXPLUG_STATE_MIXED;
	report_hint(&change->report, "unplug it first, or use replug");
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	change->report.reason = DAXPLUG_REASON_STATE;
	return report_error(&change->report, -EBUSY, "%s: already %s", device->name,
			    daxplug_state_name(device->state));
}

/* The kmem driver rejects a device without a node. */
static int check_node(struct daxplug_change *change)
{
	const struct daxplug_device *device = change->device;

	if (device->mode != DAXPLUG_MODE_DISABLED || !device->node_known ||
	    device->target_node >= 0)
		return 0;
	report_hint(&change->report, "update the firmware: its SRAT must assign it a NUMA node");
	return refuse(change, -EINVAL, DAXPLUG_REASON_NO_NODE,
		      "firmware gave it no NUMA node, so the kernel cannot use it as memory");
}

/* Refuses only for a definite no, as check_permission(). */
static int check_driver(struct daxplug_change *change)
{
	if (change->device->mode != DAXPLUG_MODE_DISABLED ||
	    mode_can_bind(change->daxplug) != -ENOENT)
		return 0;
	report_hint(&change->report, NO_DRIVER_REMEDY);
	return refuse(change, -ENOENT, DAXPLUG_REASON_NO_DRIVER, NO_DRIVER_TEXT);
}

static int refuse_finding(struct daxplug_change *change, const struct finding *finding)
{
	bool permission = finding->reason == DAXPLUG_REASON_PERMISSION;

	change->report.retry = !permission;
	report_hint(&change->report, "%s", finding->remedy);
	return refuse(change, permission ? -EACCES : -ENOSPC, finding->reason, finding->text);
}

static int check_forecast(struct daxplug_change *change)
{
	struct daxplug_forecast *forecast;
	const struct finding *obstacle;
	int err = 0;

	if (change->action == DAXPLUG_ACTION_PLUG || !change->device->counts.present ||
	    (change->flags & DAXPLUG_CHANGE_FORCE))
		return 0;
	if (foresee(change, &forecast))
		return refuse(change, -ENOMEM, DAXPLUG_REASON_NO_MEMORY,
			      "not enough memory for its forecast");
	obstacle = forecast_obstacle(forecast);
	if (obstacle)
		err = refuse_finding(change, obstacle);
	daxplug_forecast_unref(forecast);
	return err;
}

static int reread(struct daxplug_change *change)
{
	int err = device_read(change->device);
	char words[64];

	if (!err)
		return 0;
	if (err == -ENODEV)
		return refuse(change, err, DAXPLUG_REASON_NO_DEVICE, device_gone(change->device));
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	change->report.reason = DAXPLUG_REASON_UNREADABLE;
	change->report.retry = true;
	return report_error(&change->report, err, "%s: cannot be read: %s", change->device->name,
			    report_errno(err, words, sizeof(words)));
}

/**
 * check_again() - repeat the checks of a device's state, which another change may have altered
 * @change: the change; its device is read again
 *
 * Return: 0, maybe with the change settled; or a negative errno with a report.
 */
int check_again(struct daxplug_change *change)
{
	int err;

	if (!change->device)
		return 0;
	err = reread(change);
	if (err)
		return err;
	change->before = change->device->state;
	err = check_known(change);
	if (!err)
		err = check_state(change);
	if (err || change_is_settled(change))
		return err;
	return check_mode(change);
}

/* A recorded tree cannot be changed: no kernel is behind its files. */
static int check_system(struct daxplug_change *change)
{
	if (change->daxplug->system != &system_recorded || (change->flags & DAXPLUG_CHANGE_DRY_RUN))
		return 0;
	return refuse(change, -EOPNOTSUPP, DAXPLUG_REASON_UNSUPPORTED,
		      "a recorded tree cannot be changed");
}

static int check_orphan(struct daxplug_change *change)
{
	char path[SYSFS_PATH_SIZE];
	int err;

	orphan_path(change->orphan.name, "reclaim", path);
	err = sysfs_find(change->daxplug, path);
	if (err == -ENOENT)
		return refuse(change, -ENODEV, DAXPLUG_REASON_NO_DEVICE,
			      "orphaned range no longer exists");
	err = check_system(change);
	return err ? err : check_permission(change);
}

/**
 * check_all() - all checks before a change
 * @change: the change; its device is read again
 *
 * Return: 0, maybe with the change settled; or a negative errno with a report.
 */
int check_all(struct daxplug_change *change)
{
	int err;

	if (!change->device)
		return check_orphan(change);
	err = check_again(change);
	if (err || change_is_settled(change))
		return err;
	err = check_node(change);
	if (!err)
		err = check_driver(change);
	if (!err)
		err = check_system(change);
	if (!err)
		err = check_permission(change);
	return err ? err : check_forecast(change);
}
