// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Settings that would refill a device are switched off until a change has ended. A separate
 * process, the keeper, stores their values and restores them when the worker ends for any
 * reason, even if it is killed. If the keeper itself is killed, the worker restores them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "handle.h"

/* If this is set, the kernel chooses the weights; writing a weight clears it (Linux 6.16). */
#define AUTO_WEIGHTS "sys/kernel/mm/mempolicy/weighted_interleave/auto"

/* The value that switches a setting off. */
static const char *const off[REFILLS] = {
	[REFILL_DEMOTION] = "0",
	[REFILL_BALANCING] = "0",
	[REFILL_INTERLEAVE] = "1",
};

/*
 * The settings are system-wide: a second change would find them off, and leave them off. So a
 * change locks /proc/kpageflags, which only root can open. A kernel without
 * CONFIG_PROC_PAGE_MONITOR has no such file, and then there is no lock.
 */
static int take_lock(struct daxplug_change *change)
{
	int fd = root_open(change->daxplug, "proc/kpageflags", O_RDONLY), err;
	enum daxplug_phase phase = change->phase;
	char words[64];

	if (fd == -ENOENT)
		return 0;
	err = fd < 0 ? fd
		     : lock_take(change, fd,
				 "another daxplug has changed the settings that refill nodes");
	if (!err) {
		change->task.refill.lock = fd;
		if (change->phase != phase)
			task_enter(change, phase);
		return 0;
	}
	if (fd >= 0)
		close(fd);
	if (change_is_settled(change))
		return err;
	return fail(change, err, DAXPLUG_REASON_UNREADABLE,
		    "cannot lock the settings that refill nodes: %s",
		    report_errno(err, words, sizeof(words)));
}

/* Returns a setting that is not known to have its former value again; NULL if all have. */
static const struct refill_setting *find_other(const struct daxplug *daxplug,
					       const struct refill *refill)
{
	unsigned int i;

	for (i = 0; i < refill->count; i++) {
		const struct refill_setting *setting = &refill->setting[i];
		char value[sizeof(setting->value)];
		int err = sysfs_read(daxplug, setting->path, value, sizeof(value));

		/* The weight of a node vanishes with the node's last memory (Linux 6.16). */
		if (err == -ENOENT)
			continue;
		if (err || strcmp(value, setting->value))
			return setting;
	}
	return NULL;
}

/* In reverse order: AUTO_WEIGHTS has to be set again after the weights are written. */
static void restore(struct daxplug *daxplug, const struct refill *refill)
{
	unsigned int i;

	for (i = refill->count; i-- > 0;)
		daxplug->system->write(daxplug, refill->setting[i].path, refill->setting[i].value);
}

static void keep(struct daxplug_change *change, int ended)
{
	struct refill *refill = &change->task.refill;
	int fds[] = { change->daxplug->root, refill->lock, ended };
	sigset_t all;
	char byte;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* A signal to the process group of the caller must not reach the keeper. */
	setsid();
	prctl(PR_SET_NAME, "daxplug:keeper");
	/* Even if close_range() fails, the keeper must not hold its own pipe open. */
	close(refill->alive);
	close(change->task.messages);
	task_close_others(fds, sizeof(fds) / sizeof(fds[0]));
	while (read(ended, &byte, 1) < 0 && errno == EINTR)
		;
	restore(change->daxplug, refill);
	_exit(0);
}

static int start_keeper(struct daxplug_change *change)
{
	struct refill *refill = &change->task.refill;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	refill->alive = ends[1];
	refill->keeper = fork();
	if (!refill->keeper)
		keep(change, ends[0]);
	close(ends[0]);
	if (refill->keeper > 0)
		return 0;
	refill->keeper = 0;
	close(refill->alive);
	return -EAGAIN;
}

/* Writing a weight clears AUTO_WEIGHTS, even to restore the weight, so it is recorded before. */
static int record_auto_weights(struct daxplug_change *change)
{
	struct refill *refill = &change->task.refill;
	struct refill_setting *weights = &refill->setting[refill->count];
	int err;

	snprintf(weights->path, sizeof(weights->path), "%s", AUTO_WEIGHTS);
	err = sysfs_read(change->daxplug, weights->path, weights->value, sizeof(weights->value));
	if (err && err != -ENOENT)
		return err;
	refill->count += !err && !strcmp(weights->value, "true");
	return 0;
}

/*
 * Records the settings that are on; they are restored in reverse order. Returns the first negative
 * errno of a setting that cannot be read, and sets @failed to that setting; records the others.
 */
static int record(struct daxplug_change *change, struct refill_setting *failed)
{
	struct refill *refill = &change->task.refill;
	struct refill_setting setting;
	enum refill_way way;
	int on, err, first = 0;

	for (way = 0; way < REFILLS; way++) {
		on = refill_is_on(change->daxplug, way, change->device->target_node, &setting);
		err = on < 0 ? on : 0;
		if (on > 0)
			change->report.drained.refills |= 1U << way;
		else if (on < 0)
			change->report.drained.refills_unknown |= 1U << way;
		if (on > 0 && way == REFILL_INTERLEAVE)
			err = record_auto_weights(change);
		if (err && !first) {
			first = err;
			*failed = on < 0 ? setting : refill->setting[refill->count];
		}
		if (on > 0 && !err)
			refill->setting[refill->count++] = setting;
	}
	return first;
}

static int switch_off(struct daxplug_change *change)
{
	struct refill_setting setting;
	enum refill_way way;
	char words[64];
	int err = 0;

	for (way = 0; !err && way < REFILLS; way++) {
		if (!(change->report.drained.refills & 1U << way))
			continue;
		refill_is_on(change->daxplug, way, change->device->target_node, &setting);
		err = change->daxplug->system->write(change->daxplug, setting.path, off[way]);
		if (err)
			fail(change, err, DAXPLUG_REASON_OTHER, "cannot write to /%s: %s",
			     setting.path, report_errno(err, words, sizeof(words)));
	}
	change->report.drained.refills_off = !err;
	return err;
}

/**
 * refill_begin() - switch off the settings that would refill the device, if the caller asks
 * @change: the change; its report names these settings
 *
 * Return: 0; or a negative errno, with a report. The caller has to call refill_end() in any case.
 */
int refill_begin(struct daxplug_change *change)
{
	struct refill *refill = &change->task.refill;
	struct refill_setting failed;
	char words[64];
	int err;

	refill->lock = -1;
	if (!change->device || !change->device->counts.online)
		return 0;
	if (!(change->flags & DAXPLUG_CHANGE_NO_REFILL)) {
		if (change->flags & DAXPLUG_CHANGE_DRAIN)
			record(change, &failed);
		refill->count = 0;
		return 0;
	}
	err = take_lock(change);
	if (err)
		return err;
	err = record(change, &failed);
	if (err)
		return fail(change, err, DAXPLUG_REASON_UNREADABLE, "cannot read /%s: %s",
			    failed.path, report_errno(err, words, sizeof(words)));
	err = refill->count ? start_keeper(change) : 0;
	if (err)
		return fail(change, err, DAXPLUG_REASON_WORKER,
			    "cannot start the process that restores the kernel's settings: %s",
			    report_errno(err, words, sizeof(words)));
	return switch_off(change);
}

static void wait_for_keeper(struct refill *refill)
{
	close(refill->alive);
	while (waitpid(refill->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	refill->keeper = 0;
}

/* The keeper may have been killed, or the kernel may have refused. */
static int check_restored(struct daxplug_change *change)
{
	const struct refill *refill = &change->task.refill;
	const struct refill_setting *other;

	if (!find_other(change->daxplug, refill))
		return 0;
	restore(change->daxplug, refill);
	other = find_other(change->daxplug, refill);
	if (!other)
		return 0;
	/* A change that has failed has a message already. */
	if (change->report.err)
		report_hint(&change->report, "cannot set /%s back to %s", other->path,
			    other->value);
	else
		fail(change, -EIO, DAXPLUG_REASON_OTHER, "cannot set /%s back to %s", other->path,
		     other->value);
	change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	return -EIO;
}

/**
 * refill_end() - restore all settings
 * @change: the change
 *
 * Return: 0; -EIO, with a report, if a setting does not have its former value.
 */
int refill_end(struct daxplug_change *change)
{
	struct refill *refill = &change->task.refill;
	int err = 0;

	if (refill->keeper) {
		wait_for_keeper(refill);
		err = check_restored(change);
	}
	refill->count = 0;
	if (refill->lock >= 0)
		close(refill->lock);
	refill->lock = -1;
	return err;
}
