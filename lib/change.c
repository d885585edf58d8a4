// SPDX-License-Identifier: LGPL-2.1-or-later
/* A change, from the call to its result: checked, locked, made, reported. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "handle.h"

/* How often a lock that another process has is tried, in ms. */
#define LOCK_TICK 50

/* CLOCK_MONOTONIC in ms. */
int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#define refuse(change, err, hint, ...)                                                             \
	(report_hint(&(change)->report, "%s", hint),                                               \
	 (change)->report.outcome = DAXPLUG_OUTCOME_REFUSED,                                       \
	 report_error(&(change)->report, err, __VA_ARGS__))

/* What stands in the way may be out of it the next time. */
#define refuse_for_now(change, ...) ((change)->report.retry = true, refuse(change, __VA_ARGS__))

static int check_permission(struct change *change)
{
	const struct daxplug_device *device = change->device;
	char path[SYSFS_PATH_SIZE] = "sys/bus/dax/drivers_probe";
	int err;

	if (device->backend == DAXPLUG_BACKEND_PER_BLOCK && device->counts.present)
		block_path(&device->blocks[0], "state", path);
	else if (device->backend != DAXPLUG_BACKEND_NONE &&
		 device->backend != DAXPLUG_BACKEND_PER_BLOCK)
		device_path(device, "state", path);

	err = sysfs_may_write(device->daxplug, path);
	if (err != -EACCES && err != -EPERM && err != -EROFS)
		return 0;
	return refuse(change, -EACCES,
		      err == -EROFS ? "/sys is mounted read-only here" : "run it as root",
		      "%s: no permission to change it", device->name);
}

static int check_mode(struct change *change)
{
	const struct daxplug_device *device = change->device;

	switch (device->mode) {
	case DAXPLUG_MODE_DEVDAX:
		report_hint(&change->report, "daxctl reconfigure-device --mode=system-ram %s",
			    device->name);
		change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
		return report_error(&change->report, -EBUSY,
				    "%s: it is in devdax mode, where programs may be using it",
				    device->name);
	case DAXPLUG_MODE_OTHER:
		return refuse(change, -EOPNOTSUPP, "",
			      "%s: it is bound to a driver unknown to daxplug", device->name);
	default:
		return 0;
	}
}

static int check_blocks(struct change *change)
{
	const struct daxplug_device *device = change->device;

	int err;

	if (device->counts.total)
		return 0;
	err = check_permission(change);
	if (err)
		return err;
	return refuse(change, -EOPNOTSUPP, "",
		      "%s: no memory block lies in its ranges, or they cannot be read",
		      device->name);
}

static bool needs_unplug(const struct change *change)
{
	return change->action != ACTION_PLUG && change->device->counts.present;
}

/*
 * Where there is no state file nobody knows that it was plugged with "online"; to plug it
 * so changes nothing if all blocks are online, whatever their zones.
 */
static bool is_online_by_blocks(const struct change *change)
{
	const struct daxplug_device *device = change->device;

	return change->action == ACTION_PLUG && change->wanted == DAXPLUG_STATE_ONLINE &&
	       device->backend == DAXPLUG_BACKEND_PER_BLOCK && device->counts.total &&
	       device->counts.online == device->counts.total;
}

static bool is_there(const struct change *change)
{
	enum daxplug_state now = change->device->state;

	if (is_online_by_blocks(change))
		return true;
	return now == (change->action == ACTION_UNPLUG ? DAXPLUG_STATE_UNPLUGGED : change->wanted);
}

/* Is there anything to do, and may it be done from here. */
static int check_state(struct change *change)
{
	const struct daxplug_device *device = change->device;

	if (is_there(change)) {
		change->report.outcome = DAXPLUG_OUTCOME_NOTHING;
		return report_error(&change->report, 0, "%s: it is %s already", device->name,
				    daxplug_state_name(device->state));
	}
	if (change->action != ACTION_PLUG || device->state == DAXPLUG_STATE_UNPLUGGED ||
	    device->state == DAXPLUG_STATE_OFFLINE)
		return 0;
	/* A change by somebody else that is under way reads so too. */
	change->report.retry = device->state == DAXPLUG_STATE_MIXED;
	return refuse(change, -EBUSY, "unplug it first, or use replug", "%s: it is %s",
		      device->name, daxplug_state_name(device->state));
}

/* Where nothing can be foreseen the kernel will tell. */
static int check_room(struct change *change)
{
	uint64_t must_move, room;

	if (!needs_unplug(change) || (change->flags & DAXPLUG_FORCE))
		return 0;
	if (daxplug_device_forecast(change->device, &must_move, &room) || must_move <= room)
		return 0;
	return refuse(change, -ENOSPC, "free memory or add swap first, or use --force",
		      "%s: about %llu MiB must move, and the rest of the machine has room for %llu",
		      change->device->name, (unsigned long long)(must_move >> 20),
		      (unsigned long long)(room >> 20));
}

static bool settled(const struct change *change)
{
	return change->report.outcome == DAXPLUG_OUTCOME_NOTHING;
}

static int check(struct change *change)
{
	int err = check_blocks(change);

	if (!err)
		err = check_state(change);
	if (err || settled(change))
		return err;
	err = check_mode(change);
	if (!err)
		err = check_permission(change);
	return err ? err : check_room(change);
}

static int wait_for_lock(struct change *change, int fd)
{
	struct daxplug *daxplug = change->device->daxplug;
	struct pollfd cancel = { .fd = daxplug->cancel_fd, .events = POLLIN };

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return 0; /* Without a lock the kernel still keeps order. */
		if (daxplug->progress)
			daxplug->progress(change->device, DAXPLUG_PHASE_WAIT, 0,
					  change->device->counts.total, daxplug->progress_data);
		if (change->deadline >= 0 && clock_now() >= change->deadline)
			return refuse_for_now(change, -ETIMEDOUT, "see who else runs daxplug",
					      "%s: another daxplug is at work on it",
					      change->device->name);
		if (poll(&cancel, 1, LOCK_TICK) > 0)
			return refuse_for_now(change, -ECANCELED, "", "%s: interrupted",
					      change->device->name);
	}

	return 0;
}

/*
 * One daxplug at a time works on a device. The lock is on a file that only root
 * can open, so that nobody else can hold it. The child has it too, and so it
 * lasts until everything is undone even if this process is killed.
 */
static int lock(struct change *change, int *fd)
{
	char path[SYSFS_PATH_SIZE];

	device_path(change->device, "resource", path);
	*fd = sysfs_open(change->device->daxplug, path, O_RDONLY);
	return *fd < 0 ? 0 : wait_for_lock(change, *fd);
}

static const char *action_words(enum action action)
{
	static const char *const words[] = {
		[ACTION_PLUG] = "plugged",
		[ACTION_UNPLUG] = "unplugged",
		[ACTION_REPLUG] = "unplugged and plugged",
	};

	return words[action];
}

static int announce(struct change *change)
{
	const struct daxplug_device *device = change->device;
	bool unplug = change->action == ACTION_UNPLUG;

	return report_error(&change->report, 0, "%s: would be %s: %u memory blocks, from %s to %s",
			    device->name, action_words(change->action), device->counts.total,
			    daxplug_state_name(device->state),
			    unplug ? "unplugged" : daxplug_state_name(change->wanted));
}

static int reread(struct change *change)
{
	int err = device_read(change->device);
	char words[64];

	if (!err)
		return 0;
	if (err == -ENODEV)
		return refuse(change, err, "", "%s: the device has gone", change->device->name);
	return refuse_for_now(change, err, "", "%s: cannot be read: %s", change->device->name,
			      report_errno(err, words, sizeof(words)));
}

static int make(struct change *change)
{
	int fd, err;

	err = lock(change, &fd);
	/* Who had the lock has changed something. */
	if (!err)
		err = reread(change);
	if (!err)
		err = check(change);
	if (!err && !settled(change))
		err = worker_run(change);
	/* To close it is not enough: a child of another thread may have it too. */
	if (fd >= 0) {
		flock(fd, LOCK_UN);
		close(fd);
	}
	return err;
}

static int run(struct change *change)
{
	int err = reread(change);

	if (!err)
		err = check(change);
	if (err || settled(change))
		return err;
	return change->flags & DAXPLUG_DRY_RUN ? announce(change) : make(change);
}

static bool can_be_plugged_to(enum daxplug_state state)
{
	return dax_state_verdict(DAX_STATE_UNPLUGGED, (enum dax_state)state) == DAX_VERDICT_GO;
}

static int change_device(struct daxplug_device *device, enum action action,
			 enum daxplug_state wanted, unsigned int flags)
{
	struct daxplug *daxplug = device->daxplug;
	struct change change = {
		.device = device,
		.action = action,
		.wanted = wanted,
		.flags = flags,
		.deadline = daxplug->timeout < 0 ? -1 : clock_now() + daxplug->timeout,
	};
	int err;

	report_clear(&change.report);
	if (action != ACTION_UNPLUG && !can_be_plugged_to(wanted))
		err = refuse(&change, -EINVAL, "", "%s: no device can be asked to be %s",
			     device->name, daxplug_state_name(wanted));
	else
		err = run(&change);

	if (!(flags & DAXPLUG_DRY_RUN))
		device_read(device);
	daxplug->report = change.report;
	return err;
}

int daxplug_device_plug(struct daxplug_device *device, enum daxplug_state state, unsigned int flags)
{
	return change_device(device, ACTION_PLUG, state, flags);
}

int daxplug_device_unplug(struct daxplug_device *device, unsigned int flags)
{
	return change_device(device, ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, flags);
}

int daxplug_device_replug(struct daxplug_device *device, enum daxplug_state state,
			  unsigned int flags)
{
	return change_device(device, ACTION_REPLUG, state, flags);
}
