// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The child process that makes a change. A write to sysfs can only be ended by
 * a signal, and here a signal disturbs nobody: the caller's handlers, masks
 * and other threads stay out of it. And if the caller is killed, somebody is
 * left to undo what has been begun.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "handle.h"

/* How often progress is reported, and how often a cancelled child is woken, in ms. */
#define TICK 200

/**
 * struct message - what the child tells
 * @phase: what it is doing
 * @final: whether it is done, with @report
 * @report: what has come of it
 *
 * Shorter than PIPE_BUF, so that it is written as a whole.
 */
struct message {
	enum daxplug_phase phase;
	bool final;
	struct report report;
};

/**
 * struct worker - the child, as its parent sees it
 * @change: what it does
 * @pid: its process
 * @pidfd: the same, safe from being reused
 * @messages: where its messages come from
 * @cancel: an eventfd, written to to cancel. (A pipe that is closed would not do: the
 *          child of another thread's change has a copy of its end.)
 * @reason: 0, -ETIMEDOUT or -ECANCELED once it has been cancelled
 * @phase: what it is doing
 * @done: whether it is done, or gone
 */
struct worker {
	struct change *change;
	pid_t pid;
	int pidfd;
	int messages;
	int cancel;
	int reason;
	enum daxplug_phase phase;
	bool done;
};

/* ---- in the child ---- */

static void send_message(struct change *change, bool final)
{
	struct message message;

	/* The padding too, which would be whatever was in memory. */
	memset(&message, 0, sizeof(message));
	message.phase = change->phase;
	message.final = final;
	if (final)
		message.report = change->report;
	while (write(change->messages, &message, sizeof(message)) < 0 && errno == EINTR)
		;
}

/**
 * worker_enter() - the change comes to its next phase
 * @change: the change
 * @phase: the phase; on the way back nothing cancels any more
 */
void worker_enter(struct change *change, enum daxplug_phase phase)
{
	sigset_t all;

	if (phase == DAXPLUG_PHASE_BACK) {
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
	}
	change->phase = phase;
	send_message(change, false);
}

/* Is the change to be given up. */
bool worker_cancelled(const struct change *change)
{
	struct pollfd cancel = { .fd = change->cancel, .events = POLLIN };

	if (change->phase == DAXPLUG_PHASE_BACK)
		return false;
	return getppid() != change->caller || poll(&cancel, 1, 0) > 0;
}

/*
 * That it is called ends the write. If it comes just before one it ends none, and from a
 * caller that was killed it comes once: so again each second, until the way back.
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

static void child(struct change *change)
{
	listen_to_signals();
	change->report.err = steps_run(change);
	send_message(change, true);
	_exit(0);
}

/* ---- in the parent ---- */

static int start(struct worker *worker)
{
	struct change *change = worker->change;
	int messages[2];
	sigset_t all, before;

	if (pipe2(messages, O_CLOEXEC))
		return -errno;
	worker->cancel = eventfd(0, EFD_CLOEXEC);
	if (worker->cancel < 0) {
		close(messages[0]);
		close(messages[1]);
		return -EMFILE;
	}

	change->caller = getpid();
	change->messages = messages[1];
	change->cancel = worker->cancel;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	worker->pid = fork();
	if (!worker->pid) {
		close(messages[0]);
		child(change);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);

	close(messages[1]);
	worker->messages = messages[0];
	if (worker->pid < 0) {
		close(messages[0]);
		close(worker->cancel);
		return -EAGAIN;
	}
	worker->pidfd = pidfd_open(worker->pid, 0);
	return 0;
}

static void finish(struct worker *worker)
{
	while (worker->pid > 0 && waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(worker->messages);
	close(worker->cancel);
	if (worker->pidfd >= 0)
		close(worker->pidfd);
}

/* By its pidfd, because the caller may have reaped it; where there are none, by its pid. */
static void wake_child(const struct worker *worker)
{
	if (worker->pidfd < 0)
		kill(worker->pid, SIGTERM);
	else
		pidfd_send_signal(worker->pidfd, SIGTERM, NULL, 0);
}

/* May come more than once: a signal between two writes of the child ends neither. */
static void cancel(struct worker *worker, int reason)
{
	if (!worker->reason) {
		worker->reason = reason;
		eventfd_write(worker->cancel, 1);
	}
	if (worker->phase != DAXPLUG_PHASE_BACK)
		wake_child(worker);
}

static void receive(struct worker *worker)
{
	struct change *change = worker->change;
	struct message message;
	ssize_t got = read(worker->messages, &message, sizeof(message));

	if (got < 0 && errno == EINTR)
		return;
	if (got == sizeof(message)) {
		worker->phase = message.phase;
		worker->done = message.final;
		if (message.final)
			change->report = message.report;
		return;
	}

	worker->done = true;
	change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	report_error(&change->report, -EIO, "%s: the process that made the change was killed",
		     change->device->name);
	report_hint(&change->report, "see daxplug show %s", change->device->name);
}

static bool is_offline(const struct daxplug *daxplug, const struct block *block)
{
	char path[SYSFS_PATH_SIZE], state[32];

	block_path(block, "state", path);
	return sysfs_read(daxplug, path, state, sizeof(state)) || state[1] == 'f';
}

/* How many blocks are where this phase is to take them. */
static unsigned int count_done(const struct worker *worker)
{
	const struct daxplug_device *device = worker->change->device;
	enum action action = worker->change->action;
	bool unplugging = worker->phase == DAXPLUG_PHASE_UNPLUG ||
			  (worker->phase == DAXPLUG_PHASE_BACK && action == ACTION_PLUG);
	unsigned int i, done = 0;

	for (i = 0; i < device->counts.total; i++)
		done += is_offline(device->daxplug, &device->blocks[i]) == unplugging;
	return done;
}

static void report_progress(const struct worker *worker)
{
	struct daxplug_device *device = worker->change->device;
	const struct daxplug *daxplug = device->daxplug;

	if (daxplug->progress)
		daxplug->progress(device, worker->phase, count_done(worker), device->counts.total,
				  daxplug->progress_data);
}

/* For poll(2): when to look again, though nothing has happened. */
static int patience(const struct worker *worker)
{
	const struct daxplug *daxplug = worker->change->device->daxplug;
	int64_t deadline = worker->change->deadline, left;

	if (worker->reason || daxplug->progress)
		return TICK;
	if (deadline < 0)
		return -1;
	left = deadline - clock_now();
	return left < 0 ? 0 : left > TICK ? TICK : left;
}

static void wait_for_news(struct worker *worker)
{
	const struct change *change = worker->change;
	struct pollfd polled[] = {
		{ .fd = worker->messages, .events = POLLIN },
		{ .fd = worker->reason ? -1 : change->device->daxplug->cancel_fd,
		  .events = POLLIN },
	};

	if (poll(polled, 2, patience(worker)) < 0 && errno != EINTR)
		return;
	if (polled[0].revents)
		return receive(worker);
	if (polled[1].revents)
		cancel(worker, -ECANCELED);
	else if (worker->reason || (change->deadline >= 0 && clock_now() >= change->deadline))
		cancel(worker, -ETIMEDOUT);
	report_progress(worker);
}

/* That the child was interrupted is no news; why is, and how far it had come. */
static void say_why_cancelled(struct worker *worker)
{
	struct change *change = worker->change;
	struct report *report = &change->report;
	char where[40] = "";

	if (report->err != -EINTR)
		return;
	if (report->block >= 0)
		snprintf(where, sizeof(where), ": it was at memory%lld", (long long)report->block);
	report->retry = true;
	report_error(report, worker->reason ? worker->reason : -EINTR, "%s: %s%s",
		     change->device->name,
		     worker->reason == -ETIMEDOUT ? "not done in the time given" : "interrupted",
		     where);
}

/**
 * worker_run() - make a change in a child process and wait for it
 * @change: the change, checked; its report says what came of it
 *
 * Return: 0 or a negative errno.
 */
int worker_run(struct change *change)
{
	struct worker worker = { .change = change, .phase = DAXPLUG_PHASE_WAIT };
	int err = start(&worker);

	if (err) {
		change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
		return fail(change, err, NULL, "changed: no process for it");
	}

	while (!worker.done)
		wait_for_news(&worker);
	finish(&worker);
	say_why_cancelled(&worker);
	return change->report.err;
}
