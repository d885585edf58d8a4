// SPDX-License-Identifier: LGPL-2.1-or-later
/* The main thread of the worker watches the movers of a pass until they have ended. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "drain.h"
#include "forecast.h"
#include "handle.h"
#include "pressure.h"

/* The intervals at which the end of the movers, and everything else, is checked, in ms. */
#define TICK 10
#define INTERVAL 100

/* How long the movers wait for the memory pressure to end, in ms. */
#define PRESSURE_PATIENCE 10000

#define MOST_MOVERS 64

/* Sums the bytes moved so far. */
uint64_t moved_in_all(struct drain *drain)
{
	return moved_except_cache(drain) + atomic_load(&drain->moved[DAXPLUG_USE_CACHE]);
}

static void tell_progress(struct drain *drain)
{
	drain->change->moved = moved_in_all(drain) + atomic_load(&drain->swapped);
	drain->change->to_move = drain->total;
	task_send(drain->change, false);
}

/* Gives up the drain; with DAXPLUG_CHANGE_FORCE the unplug follows nevertheless. */
static int give_up(struct drain *drain)
{
	struct daxplug_change *change = drain->change;
	char text[96], must[32];

	if (change->flags & DAXPLUG_CHANGE_FORCE) {
		atomic_store(&drain->starved, true);
		atomic_store(&drain->stop, true);
		return 0;
	}
	snprintf(text, sizeof(text),
		 "processes have waited for memory for %d s, and %s must still move",
		 PRESSURE_PATIENCE / 1000,
		 forecast_size(must_still_move(drain), must, sizeof(must)));
	return fail_room(change, text);
}

/* Pauses the movers during memory pressure, and stops them if that lasts too long. */
static int watch_pressure(struct drain *drain, struct pressure *pressure, int64_t *since)
{
	int64_t now = clock_now();
	bool high = pressure_is_high(drain->change->daxplug, pressure, now);

	atomic_store(&drain->pause, high);
	if (!high)
		*since = now;
	return now - *since < PRESSURE_PATIENCE ? 0 : give_up(drain);
}

/* Reads again how much free memory the targets have; returns 0 or a negative errno with a report.
 */
int movers_read_room(struct drain *drain)
{
	int err = targets_refresh(&drain->targets, drain->change->daxplug);
	char words[64];

	if (!err)
		return 0;
	return fail(drain->change, err, DAXPLUG_REASON_UNREADABLE,
		    "cannot tell how much room other nodes have: %s",
		    report_errno(err, words, sizeof(words)));
}

static int look(struct drain *drain, struct pressure *pressure, int64_t *since)
{
	int err = watch_pressure(drain, pressure, since);

	tell_progress(drain);
	return err ? err : movers_read_room(drain);
}

/* Watches until the movers have ended; a cancellation ends them at once. */
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
	/* The caller joins the movers, which end after their current call. */
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
 * movers_run() - start movers and wait until they have moved all pieces
 * @drain: the drain, its pieces found
 *
 * Return: 0; -EINTR if the change is cancelled; -ENOSPC after a long shortage of memory; or
 * another negative errno, with a report.
 */
int movers_run(struct drain *drain)
{
	pthread_t movers[MOST_MOVERS];
	int count, i, err;

	/* To give up free huge pages may have taken long. */
	err = movers_read_room(drain);
	if (err)
		return err;
	count = movers_start(drain, count_movers(), movers);
	if (count < 0)
		return fail(drain->change, count, DAXPLUG_REASON_WORKER, "cannot start a thread");
	err = watch(drain);
	for (i = 0; i < count; i++)
		pthread_join(movers[i], NULL);
	tell_progress(drain);
	return err;
}
