// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <sys/signalfd.h>

#include "signals.h"

/**
 * signals_fd() - turn the wish to stop into a descriptor
 *
 * SIGINT, SIGTERM and SIGHUP do nothing any more but make it readable.
 *
 * Return: the descriptor, or -1 if there is none to be had; then they end the
 * process as always.
 */
int signals_fd(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd >= 0)
		sigprocmask(SIG_BLOCK, &signals, NULL);
	return fd;
}
