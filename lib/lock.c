// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Only one daxplug at a time works on a device. The lock is on a file that only root can open, so
 * that no other user can hold it. The child takes the lock, so it lasts until the child ends,
 * even if the caller is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "change.h"
#include "handle.h"

/* The number of attempts to take the lock with DAXPLUG_CHANGE_NO_WAIT, within 200 ms. */
#define NO_WAIT_LOOKS 3

static bool is_lock_on(const char *line, const struct stat *file, int *pid)
{
	unsigned int device_major, device_minor;
	unsigned long long inode;

	return sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %x:%x:%llu", pid, &device_major,
		      &device_minor, &inode) == 4 &&
	       inode == file->st_ino && device_major == major(file->st_dev) &&
	       device_minor == minor(file->st_dev);
}

/*
 * Finds the process that holds a lock in /proc/locks; returns 0 if there is none, or that cannot
 * be read.
 */
static int find_holder(const struct daxplug *daxplug, int fd)
{
	char *text, *line, *rest;
	struct stat file;
	int err, pid, found = 0;

	if (fstat(fd, &file))
		return 0;
	text = sysfs_read_long(daxplug, "proc/locks", &err);
	if (!text)
		return 0;
	for (line = strtok_r(text, "\n", &rest); line && !found; line = strtok_r(NULL, "\n", &rest))
		if (is_lock_on(line, &file, &pid) && pid > 0)
			found = pid;
	free(text);
	return found;
}

int daxplug_device_worker(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];
	int fd, pid;

	device_path(device, "resource", path);
	fd = root_open(device->daxplug, path, O_PATH);
	if (fd < 0)
		return 0;
	pid = find_holder(device->daxplug, fd);
	close(fd);
	return pid;
}

/* @pid: the process that has the lock, or 0. */
static int refuse(struct daxplug_change *change, int err, const char *text, int pid)
{
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	if (pid)
		fail(change, err, DAXPLUG_REASON_LOCKED, "%s (PID %d)", text, pid);
	else
		fail(change, err, DAXPLUG_REASON_LOCKED, "%s", text);
	change->report.retry = true;
	return err;
}

static int wait_for_lock(struct daxplug_change *change, int fd, const char *text)
{
	change->waits_for = find_holder(change->daxplug, fd);
	task_enter(change, DAXPLUG_PHASE_WAIT);
	while (!task_cancelled(change)) {
		if (!flock(fd, LOCK_EX)) {
			change->waits_for = 0;
			return 0;
		}
		if (errno != EINTR)
			return -errno;
		task_interrupted(change);
	}
	/* Not necessarily the process that had the lock when the wait began. */
	return refuse(change, -EINTR, text, find_holder(change->daxplug, fd));
}

/**
 * lock_take() - lock a file, and wait for the lock unless DAXPLUG_CHANGE_NO_WAIT is set
 * @change: the change; enters DAXPLUG_PHASE_WAIT if it has to wait
 * @fd: the file
 * @text: the work of the other daxplug, such as "another daxplug works on it"
 *
 * Return: 0; -EAGAIN or -EINTR, with a report, if another daxplug has the lock; or another
 * negative errno, without one.
 */
int lock_take(struct daxplug_change *change, int fd, const char *text)
{
	int looks = 0;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -errno;
		/* A daxplug that reads memory tiers holds the lock briefly. */
		if (change->flags & DAXPLUG_CHANGE_NO_WAIT && ++looks < NO_WAIT_LOOKS) {
			change_pause();
			continue;
		}
		if (change->flags & DAXPLUG_CHANGE_NO_WAIT)
			return refuse(change, -EAGAIN, text, find_holder(change->daxplug, fd));
		return wait_for_lock(change, fd, text);
	}
	return 0;
}

/* The file whose lock lets one daxplug at a time change a device; returns a negative errno. */
static int open_lock(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE];

	device_path(device, "resource", path);
	return root_open(device->daxplug, path, O_RDONLY);
}

/**
 * lock_is_held() - test whether another daxplug changes the device of a change
 * @change: the change, not started
 *
 * A daxplug that reads memory tiers shares the lock, and changes nothing.
 *
 * Return: true if another daxplug does; false also if that is unknown.
 */
bool lock_is_held(const struct daxplug_change *change)
{
	int fd = change->device ? open_lock(change->device) : -ENOENT;
	bool held;

	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/**
 * lock_device() - become the only daxplug that changes a device; called in the child
 * @change: the change
 *
 * Return: 0; or a negative errno with a report.
 */
int lock_device(struct daxplug_change *change)
{
	char words[64];
	int fd, err;

	/* The driver allows one reclaim of a range at a time. */
	if (!change->device)
		return 0;
	fd = open_lock(change->device);
	/* The check that follows finds a device that has gone. */
	if (fd == -ENOENT)
		return 0;
	err = fd < 0 ? fd : lock_take(change, fd, "another daxplug works on it");
	if (!err || change_is_settled(change))
		return err;
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	return fail(change, err, DAXPLUG_REASON_UNREADABLE, "cannot lock it: %s",
		    report_errno(err, words, sizeof(words)));
}
