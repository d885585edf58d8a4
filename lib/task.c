// SPDX-License-Identifier: LGPL-2.1-or-later
/* The process that makes a change: its signals, its messages, whether it is to give up. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "change.h"

/* How long the end of the caller may take to be seen after the signal about it, in ms. */
#define GRACE 100

static bool has_room(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLOUT };

	return poll(&polled, 1, 0) > 0;
}

/**
 * task_send() - tell the parent how far the change is
 * @change: the change
 * @final: whether it has ended, with its report
 *
 * A parent that does not read must not stop the change: while the pipe is full, only the
 * final message waits for room. Each message tells all, so that a dropped one is no loss.
 */
void task_send(struct daxplug_change *change, bool final)
{
	struct message message;

	if (!final && !has_room(change->task.messages))
		return;
	/* Clears the padding as well, which would have old content of memory. */
	memset(&message, 0, sizeof(message));
	message.phase = change->phase;
	message.waits_for = change->waits_for;
	message.moved = change->moved;
	message.to_move = change->to_move;
	message.final = final;
	if (final)
		message.report = change->report;
	while (write(change->task.messages, &message, sizeof(message)) < 0 && errno == EINTR)
		;
}

/**
 * task_enter() - the change comes to its next phase
 * @change: the change
 * @phase: the phase; on the way back nothing cancels any more
 */
void task_enter(struct daxplug_change *change, enum daxplug_phase phase)
{
	sigset_t all;

	if (phase == DAXPLUG_PHASE_BACK) {
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
	}
	change->phase = phase;
	task_send(change, false);
}

/**
 * task_cancelled_within() - wait for the change to be cancelled
 * @change: the change
 * @ms: for how long at most
 *
 * Return: whether it is to be given up; never once it rolls back.
 */
bool task_cancelled_within(const struct daxplug_change *change, int ms)
{
	struct pollfd polled[] = {
		{ .fd = change->cancel, .events = POLLIN },
		{ .fd = change->task.caller, .events = POLLIN },
	};

	if (change->phase == DAXPLUG_PHASE_BACK)
		return false;
	return poll(polled, 2, ms) > 0;
}

/* Is the change to be given up. */
bool task_cancelled(const struct daxplug_change *change)
{
	return task_cancelled_within(change, 0);
}

/**
 * task_interrupted() - a signal has ended a system call: is the change to be given up
 * @change: the change
 *
 * The signal comes also when only the thread has ended that started the change.
 *
 * Return: whether it is; if not, the call is to be repeated.
 */
bool task_interrupted(const struct daxplug_change *change)
{
	if (task_cancelled_within(change, GRACE))
		return true;
	alarm(0);
	return false;
}

/*
 * The call of a handler ends a write. A signal that arrives just before a write does not, and a
 * caller that was killed sends only one: so this repeats each second, until the rollback.
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

/* The OOM killer is the only one that would leave a change half done. */
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
	char name[16];

	listen_to_signals();

	snprintf(name, sizeof(name), "daxplug:%.7s", change_name(change));
	prctl(PR_SET_NAME, name);
	keep_from_oom_killer();
}
