// SPDX-License-Identifier: LGPL-2.1-or-later
/* Concurrent threads of the worker that take one piece after another and move its pages. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "drain.h"
#include "handle.h"

/* The first mover has the priority of the unplug. The others should only use idle processors. */
#define NICE 10

/**
 * struct mover - a mover's data
 * @pages: finds the pages of its pieces
 * @pid: the process whose pagemap is open, 0 for this one, -1 before the first
 */
struct mover {
	struct pages pages;
	int pid;
};

/* @pid: 0 for this process. */
static bool open_pagemap(struct mover *mover, const struct daxplug *daxplug, int pid)
{
	char path[SYSFS_PATH_SIZE] = "proc/self/pagemap";

	if (mover->pid == pid)
		return mover->pages.pagemap >= 0;
	if (mover->pages.pagemap >= 0)
		close(mover->pages.pagemap);
	if (pid)
		snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	mover->pages.pagemap = root_open(daxplug, path, O_RDONLY);
	mover->pid = pid;
	return mover->pages.pagemap >= 0;
}

static void move_piece(struct mover *mover, const struct piece *piece)
{
	struct batch *batch = mover->pages.batch;
	struct drain *drain = batch->drain;
	struct owner *owner = &drain->owners[piece->owner];

	/* A process that has ended has no pagemap. */
	if (atomic_load(&owner->err) || !open_pagemap(mover, drain->change->daxplug, owner->pid))
		return;
	batch_begin(batch, owner, piece->page_size);
	if (owner->pid)
		pages_move(&mover->pages, piece->start, piece->end, piece);
	else
		window_move(&mover->pages, piece);
}

static void move_all(struct drain *drain, struct batch *batch)
{
	struct mover mover = { .pages = { .batch = batch, .pagemap = -1 }, .pid = -1 };
	unsigned int at;

	batch->drain = drain;
	mover.pages.kpageflags = root_open(drain->change->daxplug, "proc/kpageflags", O_RDONLY);
	while (!atomic_load(&drain->stop) &&
	       (at = atomic_fetch_add(&drain->next, 1)) < drain->piece_count)
		move_piece(&mover, &drain->pieces[at]);
	batch_move(batch);
	if (mover.pages.pagemap >= 0)
		close(mover.pages.pagemap);
	if (mover.pages.kpageflags >= 0)
		close(mover.pages.kpageflags);
}

static void *run(void *data)
{
	struct drain *drain = data;
	struct batch *batch = calloc(1, sizeof(*batch));

	/* Affects this thread only: in Linux each thread has its own nice value. */
	if (atomic_fetch_add(&drain->movers, 1))
		setpriority(PRIO_PROCESS, 0, NICE);
	if (batch)
		move_all(drain, batch);
	free(batch);
	atomic_fetch_sub(&drain->running, 1);
	return NULL;
}

/**
 * movers_start() - start the movers of a pass
 * @drain: the drain, its pieces found
 * @count: number of movers
 * @movers: set to the threads, to be joined
 *
 * Return: the number of movers started; -EAGAIN if none could be started.
 */
int movers_start(struct drain *drain, unsigned int count, pthread_t *movers)
{
	sigset_t all, before;
	unsigned int i;

	atomic_store(&drain->next, 0);
	atomic_store(&drain->movers, 0);
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; i < count; i++) {
		atomic_fetch_add(&drain->running, 1);
		if (!pthread_create(&movers[i], NULL, run, drain))
			continue;
		atomic_fetch_sub(&drain->running, 1);
		break;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i ? (int)i : -EAGAIN;
}
