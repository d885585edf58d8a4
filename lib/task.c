// SPDX-License-Identifier: LGPL-2.1-or-later
/* The process that makes a change: its signals, its messages and its cancellation. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "change.h"
#include "clock.h"
#include "handle.h"

/*
 * The maximum delay in ms between the signal about the caller's end and its pidfd becoming
 * readable.
 */
#define GRACE 100

static int compare(const void *one, const void *other)
{
	int a = *(const int *)one, b = *(const int *)other;

	return (a > b) - (a < b);
}

/**
 * task_close_others() - close all descriptors but a few
 * @keep: these few, which this function sorts; a negative number is none
 * @count: number of elements of @keep
 *
 * Otherwise the process would keep the sockets, locks and ends of pipes that its caller has closed.
 * The standard streams become /dev/null, so that no other file gets their numbers.
 */
void task_close_others(int *keep, unsigned int count)
{
	unsigned int i;
	int first = 0, fd;

	qsort(keep, count, sizeof(*keep), compare);
	for (i = 0; i < count; i++) {
		if (keep[i] > first)
			syscall(SYS_close_range, first, keep[i] - 1, 0);
		if (keep[i] >= first)
			first = keep[i] + 1;
	}
	syscall(SYS_close_range, first, INT_MAX, 0);

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd < STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static bool has_room(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLOUT };

	return poll(&polled, 1, 0) > 0;
}

/**
 * task_send() - report the progress of the change to the parent
 * @change: the change
 * @final: whether it has ended, with its report
 *
 * A parent that does not read must not stop the change: if the pipe is full, a message is
 * dropped. Each message is complete, so dropping one does no harm. The final message fits beside
 * the one that has filled the pipe, so the worker ends, and frees its locks, in any case.
 */
void task_send(struct daxplug_change *change, bool final)
{
	struct message message;

	if (!final && !has_room(change->task.messages))
		return;
	/* Clear the padding too, which would leak stale memory. */
	memset(&message, 0, sizeof(message));
	message.phase = change->phase;
	message.waits_for = change->waits_for;
	message.moved = change->moved;
	message.to_move = change->to_move;
	message.before = change->before;
	message.pools = change->task.pools;
	message.final = final;
	if (final)
		message.report = change->report;
	while (write(change->task.messages, &message, sizeof(message)) < 0 && errno == EINTR)
		;
}

/**
 * task_enter() - enter the next phase of the change
 * @change: the change
 * @phase: the phase; in DAXPLUG_PHASE_BACK the change can no longer be cancelled
 */
void task_enter(struct daxplug_change *change, enum daxplug_phase phase)
{
	sigset_t all;

	if (phase == DAXPLUG_PHASE_BACK) {
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
		change->task.timed_out = task_timed_out(change);
	}
	change->phase = phase;
	task_send(change, false);
}

/* The time until the deadline in ms. */
static int64_t time_left(const struct daxplug_change *change)
{
	return change->task.deadline ? change->task.deadline - clock_now() : INT64_MAX;
}

/**
 * task_cancelled_within() - wait for the change to be cancelled
 * @change: the change
 * @ms: the maximum time to wait
 *
 * Return: true if the change is cancelled; always false once it rolls back.
 */
bool task_cancelled_within(const struct daxplug_change *change, int ms)
{
	struct pollfd polled[] = {
		{ .fd = change->cancel, .events = POLLIN },
		{ .fd = change->task.caller, .events = POLLIN },
	};

	int64_t left = time_left(change);

	if (change->phase == DAXPLUG_PHASE_BACK)
		return false;
	if (left < ms)
		ms = left > 0 ? left : 0;
	return poll(polled, 2, ms) > 0 || time_left(change) <= 0;
}

/* Whether the change is cancelled. */
bool task_cancelled(const struct daxplug_change *change)
{
	return task_cancelled_within(change, 0);
}

/* Whether the caller has cancelled the change; for the parent too. */
bool task_cancelled_by_caller(const struct daxplug_change *change)
{
	struct pollfd polled = { .fd = change->cancel, .events = POLLIN };

	return poll(&polled, 1, 0) > 0;
}

/**
 * task_timed_out() - test whether the deadline, not the caller, has cancelled the change
 * @change: the change
 *
 * Return: true if it has; the answer does not change during the rollback.
 */
bool task_timed_out(const struct daxplug_change *change)
{
	if (change->phase == DAXPLUG_PHASE_BACK)
		return change->task.timed_out;
	return time_left(change) <= 0 && !task_cancelled_by_caller(change);
}

/* Sends SIGALRM at the deadline, and only then. */
static void set_alarm(const struct daxplug_change *change)
{
	int64_t ms = time_left(change);
	struct itimerval when = { 0 };

	/* A time of 0 would be no alarm. */
	if (ms < 1)
		ms = 1;
	if (change->task.deadline) {
		when.it_value.tv_sec = ms / 1000;
		when.it_value.tv_usec = ms % 1000 * 1000;
	}
	setitimer(ITIMER_REAL, &when, NULL);
}

/**
 * task_interrupted() - test whether the signal that ended a system call cancels the change
 * @change: the change
 *
 * The signal is also sent when only the thread that started the change has ended.
 *
 * Return: true if it does; if not, the caller repeats the system call.
 */
bool task_interrupted(const struct daxplug_change *change)
{
	if (task_cancelled_within(change, GRACE))
		return true;
	set_alarm(change);
	return false;
}

/*
 * A handler, so that a signal interrupts a write. A signal that arrives just before a write does
 * not, and the deadline and the end of the caller send only one signal, so this repeats each
 * second until the rollback.
 */
static void wake(int signal)
{
	(void)signal;
	alarm(1);
}

static void listen_to_signals(void)
{
	struct sigaction action = { .sa_handler = wake };
	sigset_t most;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigfillset(&most);
	sigdelset(&most, SIGTERM);
	sigdelset(&most, SIGALRM);
	sigprocmask(SIG_SETMASK, &most, NULL);
}

/* Keeps the OOM killer from killing this process half-way through a change. */
static void keep_from_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "-1000", 5);
	close(fd);
}

/**
 * task_introduce() - become the process that makes a change
 * @change: the change
 */
void task_introduce(const struct daxplug_change *change)
{
	int keep[] = { change->daxplug->root, change->cancel, change->task.messages,
		       change->task.caller };
	char name[16];

	task_close_others(keep, sizeof(keep) / sizeof(keep[0]));
	set_alarm(change);
	listen_to_signals();
	snprintf(name, sizeof(name), "daxplug:%.7s", change_name(change));
	prctl(PR_SET_NAME, name);
	keep_from_oom_killer();
}
