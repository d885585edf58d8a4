// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"

/* The signalfd, or -1. */
static int arrivals = -1;

/* The signal mask that the process began with, if there is a signalfd. */
static sigset_t before;

/* The first signal that arrived, or 0. */
static int first;

/* Whether the process has stopped its work because of the signal. */
static bool obeyed;

/*
 * Leaves out ignored signals: a blocked signal would be queued even if ignored, and nohup(1)
 * expects it to stay ignored.
 */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (!sigaction(signal, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/**
 * signals_open() - receive signals through a descriptor
 *
 * SIGINT, SIGTERM and SIGHUP no longer end the process, but make the descriptor
 * readable, unless they were ignored before.
 *
 * Return: the descriptor, or -1 on a failure; the signals then still end the process.
 */
int signals_open(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	add_unless_ignored(&signals, SIGINT);
	add_unless_ignored(&signals, SIGTERM);
	add_unless_ignored(&signals, SIGHUP);
	arrivals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (arrivals >= 0)
		sigprocmask(SIG_BLOCK, &signals, &before);
	return arrivals;
}

/* Sets @mask to the signals that were blocked before signals_open(). */
void signals_mask_before(sigset_t *mask)
{
	if (arrivals >= 0)
		*mask = before;
	else
		sigprocmask(SIG_BLOCK, NULL, mask);
}

/*
 * Whether a signal has arrived. Reads it, so that the descriptor becomes readable for the next
 * one.
 */
bool signals_came(void)
{
	struct signalfd_siginfo info;

	while (arrivals >= 0 && read(arrivals, &info, sizeof(info)) == sizeof(info))
		if (!first)
			first = info.ssi_signo;
	return first;
}

/*
 * Notes that the process has stopped its work because of a signal, and has to end by that signal.
 */
void signals_obey(void)
{
	obeyed = true;
}

/*
 * Ends the process by the signal that it has obeyed, so that its parent knows: a shell then ends
 * its loop.
 */
void signals_end(void)
{
	sigset_t signals;

	if (!obeyed || !signals_came())
		return;
	signal(first, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, first);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	raise(first);
}
