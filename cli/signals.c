// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "signals.h"

/* One that is ignored, as by nohup or a script's "&", would be queued all the same. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (!sigaction(signal, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/**
 * signals_fd() - turn the wish to stop into a descriptor
 *
 * SIGINT, SIGTERM and SIGHUP do nothing any more but make it readable. One that
 * was ignored from the beginning stays so.
 *
 * Return: the descriptor, or -1 if there is none to be had; then they end the
 * process as always.
 */
int signals_fd(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd >= 0)
		sigprocmask(SIG_BLOCK, &signals, NULL);
	return fd;
}
