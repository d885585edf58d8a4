// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A drain from its start to its end: the room, the pages to move, passes of movers,
 * watched by the main thread of the worker, and what became of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "drain.h"
#include "forecast.h"
#include "handle.h"
#include "pressure.h"

/* Another pass finds the pages that processes allocate during this one. */
#define MOST_PASSES 4

/* A pass that moves less than one part in so many of the memory left is the last. */
#define WORTHWHILE 8

/* Less than that is left to the unplug, in bytes. */
#define LITTLE (UINT64_C(4) << 20)

/* How long the search for processes may take in each pass, in ms. */
#define PATIENCE 10000

/* How often the end of the movers, and how often all else is looked at, in ms. */
#define TICK 10
#define INTERVAL 100

/* For how long pressure is waited out, in ms. */
#define PRESSURE_PATIENCE 10000

#define MOST_MOVERS 64

#define ROOM_HINT                                                                                  \
	"free memory on other nodes, or unplug without draining: the kernel then drops page "      \
	"cache and swaps"

/* The page frames of the blocks that are online; they are in ascending order. */
static int find_frames(struct drain *drain)
{
	const struct daxplug_device *device = drain->change->device;
	uint64_t pages = device->daxplug->block_size / sysconf(_SC_PAGESIZE);
	unsigned int i, count = 0;

	drain->frames = calloc(device->counts.total + 1, sizeof(*drain->frames));
	if (!drain->frames)
		return -ENOMEM;
	for (i = 0; i < device->counts.total; i++) {
		uint64_t first = device->blocks[i].number * pages;

		if (!block_is_online(device->blocks[i].state))
			continue;
		if (count && drain->frames[count - 1].end == first)
			drain->frames[count - 1].end += pages;
		else
			drain->frames[count++] =
				(struct frames){ .first = first, .end = first + pages };
	}
	drain->frames_count = count;
	return 0;
}

/* Reads how many bytes the device holds, by use; -1 if unknown. */
static void read_left(struct drain *drain, int64_t *left)
{
	struct daxplug_device *device = drain->change->device;
	struct daxplug_forecast *forecast;
	unsigned int i;

	for (i = 0; i < USES; i++)
		left[i] = -1;
	if (forecast_make(&device, 1, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, false,
			  &forecast))
		return;
	memcpy(left, forecast->use, sizeof(forecast->use));
	drain->owns_node = forecast->parts[0].owns_node;
	daxplug_forecast_unref(forecast);
}

/* Bytes of it that a drain can move, page cache included or not; 0 if unknown. */
static uint64_t movable(const int64_t *left, bool with_cache)
{
	int64_t bytes = left[DAXPLUG_USE_ANON] + left[DAXPLUG_USE_SHARED] + left[DAXPLUG_USE_HUGE];

	if (left[DAXPLUG_USE_ANON] < 0)
		return 0;
	return bytes + (with_cache ? left[DAXPLUG_USE_CACHE] : 0);
}

static uint64_t moved_in_all(struct drain *drain)
{
	uint64_t moved = 0;
	unsigned int i;

	for (i = 0; i < USES; i++)
		moved += atomic_load(&drain->moved[i]);
	return moved;
}

static int fail_room(struct drain *drain, uint64_t must_move)
{
	uint64_t spare = targets_spare(drain);
	char must[32], has[32], lacks[32];

	if (must_move > spare)
		fail(drain->change, -ENOSPC, DAXPLUG_REASON_NO_ROOM,
		     "cannot drain it: %s must move, and other nodes have %s free above their high "
		     "watermarks, %s too little",
		     forecast_size(must_move, must, sizeof(must)),
		     forecast_size(spare, has, sizeof(has)),
		     forecast_size(must_move - spare, lacks, sizeof(lacks)));
	else
		fail(drain->change, -ENOSPC, DAXPLUG_REASON_NO_ROOM,
		     "cannot drain it: the nodes that its processes may use have too little free "
		     "above their high watermarks for the %s that must move",
		     forecast_size(must_move, must, sizeof(must)));
	report_hint(&drain->change->report, ROOM_HINT);
	drain->change->report.retry = true;
	return -ENOSPC;
}

/* Without enough room on other nodes nothing is begun. */
static int check_room(struct drain *drain, const int64_t *left)
{
	uint64_t must_move = movable(left, false);

	if (drain->change->flags & DAXPLUG_CHANGE_FORCE || must_move <= targets_spare(drain))
		return 0;
	return fail_room(drain, must_move);
}

/* ---- a pass ---- */

static void tell_progress(struct drain *drain)
{
	drain->change->moved = moved_in_all(drain);
	drain->change->to_move = drain->total;
	task_send(drain->change, false);
}

/* With DAXPLUG_CHANGE_FORCE the unplug is tried all the same. */
static int give_up(struct drain *drain)
{
	struct daxplug_change *change = drain->change;

	if (change->flags & DAXPLUG_CHANGE_FORCE) {
		atomic_store(&drain->starved, true);
		atomic_store(&drain->stop, true);
		return 0;
	}
	fail(change, -ENOSPC, DAXPLUG_REASON_NO_ROOM,
	     "cannot drain it: processes have waited for memory for %d s",
	     PRESSURE_PATIENCE / 1000);
	report_hint(&change->report, ROOM_HINT);
	change->report.retry = true;
	return -ENOSPC;
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
	err = targets_refresh(drain);
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

static int move(struct drain *drain)
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

static int pass(struct drain *drain)
{
	drain->piece_count = 0;
	evacuees_find(drain, clock_now() + PATIENCE);
	files_find(drain, clock_now() + PATIENCE);
	pieces_sort(drain);
	if (task_cancelled(drain->change))
		return fail_cancelled(drain->change);
	return drain->piece_count ? move(drain) : 0;
}

/* Another pass if the last one has moved much of the memory left. */
static int run_passes(struct drain *drain, int64_t *left)
{
	uint64_t before = movable(left, true), moved = 0, now;
	unsigned int i;
	int err;

	/* The first one also if it is not known what there is. */
	for (i = 0; i < MOST_PASSES && (!i || before > LITTLE); i++) {
		err = pass(drain);
		read_left(drain, left);
		if (err)
			return err;
		if (atomic_load(&drain->starved))
			return drain->change->flags & DAXPLUG_CHANGE_FORCE
				       ? 0
				       : fail_room(drain, movable(left, false));
		now = moved_in_all(drain);
		if (now - moved < before / WORTHWHILE)
			break;
		moved = now;
		before = movable(left, true);
	}
	return 0;
}

/* Drops the rest of the page cache, of files that no process maps or has open. */
static void drop_cache(struct drain *drain, int64_t *left)
{
	int64_t before = left[DAXPLUG_USE_CACHE];

	if (!reclaim_cache(drain, before))
		return;
	read_left(drain, left);
	if (left[DAXPLUG_USE_CACHE] >= 0 && left[DAXPLUG_USE_CACHE] < before)
		drain->dropped = before - left[DAXPLUG_USE_CACHE];
}

/* ---- what became of it ---- */

/* The owners with most, in order; those that could not be moved come first. */
static int compare(const void *one, const void *other)
{
	const struct evacuee *a = one, *b = other;

	if (!a->err != !b->err)
		return a->err ? -1 : 1;
	return a->bytes < b->bytes ? 1 : a->bytes > b->bytes ? -1 : a->pid - b->pid;
}

static void report_evacuees(struct drain *drain, struct drained *drained)
{
	struct evacuee *all = calloc(drain->owner_count + 1, sizeof(*all));
	unsigned int i, count = 0;

	for (i = 0; all && i < drain->owner_count; i++) {
		struct owner *owner = &drain->owners[i];
		int err = atomic_load(&owner->err);
		uint64_t moved = atomic_load(&owner->moved);

		if (!owner->pid || (!err && !moved))
			continue;
		all[count] = (struct evacuee){ .pid = owner->pid, .err = err };
		all[count].bytes = err ? owner->found : moved;
		memcpy(all[count++].name, owner->name, sizeof(owner->name));
	}
	if (count)
		qsort(all, count, sizeof(*all), compare);
	drained->count = count < MOST_EVACUEES ? count : MOST_EVACUEES;
	if (count)
		memcpy(drained->evacuees, all, drained->count * sizeof(*all));
	free(all);
}

static void report_all(struct drain *drain, const int64_t *left, int64_t began)
{
	struct drained *drained = &drain->change->report.drained;
	unsigned int i;

	for (i = 0; i < USES; i++) {
		drained->moved[i] = atomic_load(&drain->moved[i]);
		drained->left[i] = left[i];
	}
	drained->dropped = drain->dropped;
	drained->took = clock_now() - began;
	report_evacuees(drain, drained);
}

static int begin(struct drain *drain, int64_t *left)
{
	char words[64];
	int err;

	err = find_frames(drain);
	if (!err)
		err = targets_read(drain);
	if (err)
		return fail(drain->change, err, DAXPLUG_REASON_UNREADABLE,
			    "cannot tell where its pages could go: %s",
			    report_errno(err, words, sizeof(words)));
	read_left(drain, left);
	drain->total = movable(left, true);
	return drain->targets.count ? check_room(drain, left) : 0;
}

static void drain_free(struct drain *drain)
{
	unsigned int i;

	for (i = 0; i < drain->owner_count; i++)
		free(drain->owners[i].path);
	free(drain->owners);
	free(drain->pieces);
	free(drain->frames);
	free(drain);
}

static int run(struct drain *drain)
{
	struct daxplug_change *change = drain->change;
	int64_t left[USES], began = clock_now();
	int err = begin(drain, left);

	if (!err && drain->targets.count) {
		/* If it fails from here on, pages may have moved: it was not refused. */
		change->task.touched = true;
		change->report.drained.done = true;
		if (drain->owns_node)
			pools_give_up_free(change->daxplug, &change->task.pools);
		err = run_passes(drain, left);
		if (!err && left[DAXPLUG_USE_CACHE] > (int64_t)LITTLE)
			drop_cache(drain, left);
	}
	if (change->report.drained.done)
		report_all(drain, left, began);
	if (err)
		fail_untouched(change);
	return err;
}

/**
 * drain_device() - move the pages of a device to other nodes before its blocks go offline
 * @change: the change; its report tells what was moved
 *
 * Pages that cannot be moved from user space are left to the unplug.
 *
 * Return: 0; -EINTR if the change is cancelled; -ENOSPC if other nodes have no room; or a
 * negative errno, with a report.
 */
int drain_device(struct daxplug_change *change)
{
	struct drain *drain;
	int err;

	if (!(change->flags & DAXPLUG_CHANGE_DRAIN) || !change->device->counts.online)
		return 0;
	drain = calloc(1, sizeof(*drain));
	if (!drain)
		return fail(change, -ENOMEM, DAXPLUG_REASON_NO_MEMORY, "cannot drain it");
	drain->change = change;
	task_enter(change, DAXPLUG_PHASE_DRAIN);
	err = run(drain);
	drain_free(drain);
	return err;
}
