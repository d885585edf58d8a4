// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"

/* Where the signals arrive, or -1. */
static int arrivals = -1;

/* The first that arrived, or 0. */
static int first;

/* Whether the process has stopped its work because of the signal. */
static bool obeyed;

/* A blocked signal is queued even if it is ignored; nohup(1) expects that it stays ignored. */
static void add_unless_ignored(sigset_t *signals, int signal)
{
	struct sigaction action;

	if (!sigaction(signal, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaddset(signals, signal);
}

/**
 * signals_open() - receive signals by a descriptor from now on
 *
 * SIGINT, SIGTERM and SIGHUP no longer end the process, but make the descriptor
 * readable, unless they were ignored before.
 *
 * Return: the descriptor, or -1 if there is none to be had; the signals then
 * still end the process.
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
		sigprocmask(SIG_BLOCK, &signals, NULL);
	return arrivals;
}

/* Whether one has arrived. Takes it, so that the descriptor is readable for the next. */
bool signals_came(void)
{
	struct signalfd_siginfo info;

	while (arrivals >= 0 && read(arrivals, &info, sizeof(info)) == sizeof(info))
		if (!first)
			first = info.ssi_signo;
	return first;
}

/* The process has stopped its work because of a signal, and is to end by that signal. */
void signals_obey(void)
{
	obeyed = true;
}

/*
 * Ends the process by the signal that it has obeyed. Its parent learns that way
 * that it was interrupted: a shell then ends its loop.
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
