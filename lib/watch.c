// SPDX-License-Identifier: LGPL-2.1-or-later
/* The movers of a pass, watched by the main thread of the worker until they have ended. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "drain.h"
#include "handle.h"
#include "pressure.h"

/* How often the end of the movers, and how often all else is looked at, in ms. */
#define TICK 10
#define INTERVAL 100

/* For how long pressure is waited out, in ms. */
#define PRESSURE_PATIENCE 10000

#define MOST_MOVERS 64

/* Bytes that were moved so far. */
uint64_t moved_in_all(struct drain *drain)
{
	uint64_t moved = 0;
	unsigned int i;

	for (i = 0; i < USES; i++)
		moved += atomic_load(&drain->moved[i]);
	return moved;
}

static void tell_progress(struct drain *drain)
{
	drain->change->moved = moved_in_all(drain) + atomic_load(&drain->swapped);
	drain->change->to_move = drain->total;
	task_send(drain->change, false);
}

/* With DAXPLUG_CHANGE_FORCE the unplug is tried all the same. */
static int give_up(struct drain *drain)
{
	struct daxplug_change *change = drain->change;
	char text[64];

	if (change->flags & DAXPLUG_CHANGE_FORCE) {
		atomic_store(&drain->starved, true);
		atomic_store(&drain->stop, true);
		return 0;
	}
	snprintf(text, sizeof(text), "processes have waited for memory for %d s",
		 PRESSURE_PATIENCE / 1000);
	return fail_room(change, text);
}

/* Movers wait while there is pressure; too long, and they stop. */
static int watch_pressure(struct drain *drain, struct pressure *pressure, int64_t *since)
{
	int64_t now = clock_now();
	bool high = pressure_is_high(drain->change->daxplug, pressure, now);

	atomic_store(&drain->pause, high);
	if (!high)
		*since = now;
	return now - *since < PRESSURE_PATIENCE ? 0 : give_up(drain);
}

static int look(struct drain *drain, struct pressure *pressure, int64_t *since)
{
	int err = watch_pressure(drain, pressure, since);
	char words[64];

	tell_progress(drain);
	if (err)
		return err;
	err = targets_refresh(&drain->targets, drain->change->daxplug);
	if (!err)
		return 0;
	return fail(drain->change, err, DAXPLUG_REASON_UNREADABLE,
		    "cannot tell how much room other nodes have: %s",
		    report_errno(err, words, sizeof(words)));
}

/* Until the movers have ended, which they do at once if the change is cancelled. */
static int watch(struct drain *drain)
{
	int64_t next = clock_now() + INTERVAL, since = clock_now();
	struct pressure pressure = { 0 };
	int err = 0;

	while (!err && atomic_load(&drain->running)) {
		if (task_cancelled_within(drain->change, TICK)) {
			err = fail_cancelled(drain->change);
		} else if (clock_now() >= next) {
			err = look(drain, &pressure, &since);
			next = clock_now() + INTERVAL;
		}
	}
	/* The caller joins the movers, which end after the call that they are in. */
	if (err)
		atomic_store(&drain->stop, true);
	return err;
}

static unsigned int count_movers(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online < 1 ? 1 : online > MOST_MOVERS ? MOST_MOVERS : online;
}

/**
 * movers_run() - have movers move all pieces
 * @drain: the drain, its pieces found
 *
 * Return: 0; -EINTR if the change is cancelled; -ENOSPC after a long shortage of memory; or
 * another negative errno, with a report.
 */
int movers_run(struct drain *drain)
{
	pthread_t movers[MOST_MOVERS];
	int count, i, err;

	count = movers_start(drain, count_movers(), movers);
	if (count < 0)
		return fail(drain->change, count, DAXPLUG_REASON_WORKER, "cannot start a thread");
	err = watch(drain);
	for (i = 0; i < count; i++)
		pthread_join(movers[i], NULL);
	tell_progress(drain);
	return err;
}
