// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The parent's side of the child process that makes a change. Only a signal ends a write to
 * sysfs, and in a separate process a signal does not interfere with the caller's handlers, masks
 * and threads. If the caller is killed, the child rolls back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "forecast.h"
#include "handle.h"

/* The interval at which a cancelled child is woken, in ms. */
#define TICK 200

/* A deadline further away than this, in ms, is ignored. */
#define FOREVER (INT64_C(1000) * INT32_MAX)

/* P_PIDFD, which <sys/wait.h> has since glibc 2.36. */
#define WAIT_FOR_PIDFD ((idtype_t)3)

static void child(struct daxplug_change *change)
{
	int err;

	task_introduce(change);
	err = lock_device(change);
	if (!err)
		err = change->checked ? check_again(change) : check_all(change);
	if (!err && !change_is_settled(change))
		err = steps_run(change);
	if (err == -EINTR && task_timed_out(change))
		err = -ETIMEDOUT;
	change->report.err = err;
	if (!err && !change_is_settled(change))
		change->report.outcome = DAXPLUG_OUTCOME_DONE;
	task_send(change, true);
	_exit(0);
}

static int open_pidfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

static int watch(const struct worker *worker, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* The time, by clock_now(), when the change times out; 0 if never. */
static int64_t deadline_of(const struct daxplug_change *change)
{
	if (change->timeout < 0 || change->timeout >= FOREVER)
		return 0;
	return change->began + change->timeout;
}

static void close_all(struct worker *worker)
{
	int *const fds[] = { &worker->pidfd, &worker->messages, &worker->timer, &worker->epoll };
	unsigned int i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

/* Creates everything that the child needs; @theirs is set to its end of the pipe. */
static int prepare(struct daxplug_change *change, int *theirs)
{
	struct worker *worker = &change->worker;
	int messages[2], err;

	*worker = (struct worker){ .pidfd = -1, .messages = -1, .timer = -1, .epoll = -1 };
	if (pipe2(messages, O_CLOEXEC))
		return -errno;
	worker->messages = messages[0];
	*theirs = messages[1];
	fcntl(worker->messages, F_SETFL, O_NONBLOCK);

	worker->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->timer < 0 || worker->epoll < 0)
		return -errno;
	err = watch(worker, worker->messages);
	if (!err)
		err = watch(worker, worker->timer);
	if (!err)
		err = watch(worker, change->cancel);
	return err;
}

/*
 * Forks with all signals blocked, so that the child receives none before it has set up its
 * handlers.
 */
static pid_t fork_quietly(void)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int start_child(struct daxplug_change *change, int theirs)
{
	struct worker *worker = &change->worker;

	change->task = (struct task){ .messages = theirs,
				      .caller = open_pidfd(getpid()),
				      .deadline = deadline_of(change) };
	if (change->task.caller < 0)
		return change->task.caller;
	change->phase = change->action == DAXPLUG_ACTION_PLUG ? DAXPLUG_PHASE_PLUG
							      : DAXPLUG_PHASE_UNPLUG;
	worker->pid = fork_quietly();
	if (!worker->pid)
		child(change);
	close(change->task.caller);
	if (worker->pid < 0)
		return -EAGAIN;

	worker->pidfd = open_pidfd(worker->pid);
	/* Without a pidfd only the closed pipe tells that the child has ended. */
	if (worker->pidfd >= 0)
		watch(worker, worker->pidfd);
	return 0;
}

/**
 * worker_start() - start the child process that makes a change
 * @change: the change, checked
 *
 * Return: 0; or a negative errno with a report.
 */
int worker_start(struct daxplug_change *change)
{
	int theirs = -1, err;

	err = prepare(change, &theirs);
	if (!err)
		err = start_child(change, theirs);
	if (theirs >= 0)
		close(theirs);
	if (!err)
		return 0;

	close_all(&change->worker);
	change->phase = DAXPLUG_PHASE_UNKNOWN;
	change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	return fail(change, err, DAXPLUG_REASON_WORKER, "cannot start the worker process");
}

/* Uses the pidfd, because the caller may have reaped the child; if there is none, the PID. */
static void wake_child(const struct worker *worker)
{
	if (worker->pidfd < 0)
		kill(worker->pid, SIGTERM);
	else
		syscall(SYS_pidfd_send_signal, worker->pidfd, SIGTERM, NULL, 0);
}

/* Called repeatedly: a signal between two writes of the child interrupts neither. */
static void cancel(struct daxplug_change *change)
{
	const struct itimerspec tick = { .it_value.tv_nsec = TICK * 1000000L };
	struct worker *worker = &change->worker;

	if (!worker->cancelled)
		epoll_ctl(worker->epoll, EPOLL_CTL_DEL, change->cancel, NULL);
	worker->cancelled = true;
	if (change->phase != DAXPLUG_PHASE_BACK)
		wake_child(worker);
	timerfd_settime(worker->timer, 0, &tick, NULL);
}

static bool is_readable(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&polled, 1, 0) > 0;
}

/* Returns false if the child has closed its end. */
static bool receive(struct daxplug_change *change)
{
	struct worker *worker = &change->worker;
	struct message message;
	ssize_t got;

	while (!worker->final) {
		got = read(worker->messages, &message, sizeof(message));
		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(message))
			return got < 0 && errno == EAGAIN;
		change->phase = message.phase;
		change->waits_for = message.waits_for;
		change->moved = message.moved;
		change->to_move = message.to_move;
		change->before = message.before;
		change->task.pools = message.pools;
		worker->final = message.final;
		if (message.final)
			change->report = message.report;
	}
	return true;
}

static void reap(const struct worker *worker)
{
	siginfo_t info;
	idtype_t type = worker->pidfd < 0 ? P_PID : WAIT_FOR_PIDFD;
	id_t id = worker->pidfd < 0 ? (id_t)worker->pid : (id_t)worker->pidfd;

	/* ECHILD: the caller has reaped it. */
	while (waitid(type, id, &info, WEXITED) && errno == EINTR)
		;
}

/* Only the total of the bytes that the child has moved is known. */
static void fail_killed(struct daxplug_change *change)
{
	const char *text = "the worker process was killed; the state is unknown";
	char size[32];

	if (change->moved)
		fail(change, -EIO, DAXPLUG_REASON_WORKER,
		     "%s; %s had been moved to other nodes or swapped out", text,
		     forecast_size(change->moved, size, sizeof(size)));
	else
		fail(change, -EIO, DAXPLUG_REASON_WORKER, "%s", text);
}

/* The child was killed: does what it can no longer do. */
static void stand_in(struct daxplug_change *change)
{
	struct report *report = &change->report;

	report->outcome = DAXPLUG_OUTCOME_INCOMPLETE;
	fail_killed(change);
	report_hint(report, "daxplug show %s", change_name(change));
	report->huge_pages_lost = pools_restore(change->daxplug, &change->task.pools);
}

static void finish(struct daxplug_change *change)
{
	struct worker *worker = &change->worker;

	reap(worker);
	if (!worker->final)
		stand_in(change);
	fail_say_cancelled(change, task_cancelled_by_caller(change));
	fail_say_lost(change);
	close_all(worker);
	worker->pid = 0;
}

/**
 * worker_process() - handle the messages of a running change
 * @change: the change
 *
 * Return: true if the change still runs.
 */
bool worker_process(struct daxplug_change *change)
{
	struct worker *worker = &change->worker;
	bool gone = is_readable(worker->pidfd);
	uint64_t times;

	/* Receive first: the pipe still has the messages of a child that has ended. */
	if (!receive(change))
		gone = true;
	if (gone || (worker->final && worker->pidfd < 0)) {
		finish(change);
		return false;
	}
	if (read(worker->timer, &times, sizeof(times)) == sizeof(times) ||
	    (!worker->cancelled && task_cancelled_by_caller(change)))
		cancel(change);
	return true;
}
