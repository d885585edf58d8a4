// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Drains a device: checks the free memory of other nodes, finds the pages to move, and runs
 * passes of movers.
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

/*
 * The maximum number of passes: each later one moves pages that were allocated during the pass
 * before.
 */
#define MOST_PASSES 4

/* A pass that moves less than 1/WORTHWHILE of the remaining memory is the last. */
#define WORTHWHILE 8

/* If fewer bytes than this remain, they are left to the unplug. */
#define LITTLE (UINT64_C(4) << 20)

/* How long each pass may search for processes, and then for files, in ms. */
#define PATIENCE 10000

/* Lists the page frames of the online blocks, in ascending order. */
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

/* Sets @left to the bytes on the device, by use; -1 if unknown. */
static void take_use(struct drain *drain, const struct daxplug_forecast *forecast, int64_t *left)
{
	memcpy(left, forecast->use, sizeof(forecast->use));
	drain->owns_node = forecast->parts[0].owns_node;
}

static void read_left(struct drain *drain, int64_t *left)
{
	struct daxplug_forecast *forecast;
	unsigned int i;

	for (i = 0; i < USES; i++)
		left[i] = -1;
	if (foresee(drain->change, &forecast))
		return;
	take_use(drain, forecast, left);
	daxplug_forecast_unref(forecast);
}

/* Sums the bytes that a drain can move, with or without page cache; 0 if unknown. */
static uint64_t movable(const int64_t *left, bool with_cache)
{
	int64_t bytes = left[DAXPLUG_USE_ANON] + left[DAXPLUG_USE_SHARED] + left[DAXPLUG_USE_HUGE];

	if (left[DAXPLUG_USE_ANON] < 0)
		return 0;
	return bytes + (with_cache ? left[DAXPLUG_USE_CACHE] : 0);
}

/* Fails for a finding of the forecast, which a dry run makes too; not all are about the drain. */
static int fail_obstacle(struct drain *drain, const struct finding *obstacle)
{
	struct report *report = &drain->change->report;
	bool permission = obstacle->reason == DAXPLUG_REASON_PERMISSION;
	bool of_drain = !strcmp(obstacle->id, "no-room") || !strcmp(obstacle->id, "own-cpuset");

	fail(drain->change, permission ? -EACCES : -ENOSPC, obstacle->reason, "%s%s",
	     of_drain ? "cannot drain it: " : "", obstacle->text);
	report_hint(report, "%s", obstacle->remedy);
	report->retry = !permission;
	return report->err;
}

/* Checks by a forecast that other nodes have enough free memory; sets @left as well. */
static int check_room(struct drain *drain, int64_t *left)
{
	struct daxplug_forecast *forecast;
	const struct finding *obstacle;
	int err = 0;

	if (foresee(drain->change, &forecast))
		return fail(drain->change, -ENOMEM, DAXPLUG_REASON_NO_MEMORY, "cannot drain it");
	take_use(drain, forecast, left);
	obstacle = forecast_obstacle(forecast);
	if (obstacle && !(drain->change->flags & DAXPLUG_CHANGE_FORCE))
		err = fail_obstacle(drain, obstacle);
	daxplug_forecast_unref(forecast);
	return err;
}

/*
 * The movers found no free memory. If there is enough in total, cpusets keep the processes from
 * using it.
 */
static int fail_starved(struct drain *drain, int64_t *left)
{
	int err = check_room(drain, left);
	char text[256], must[32], has[32];

	if (err)
		return err;
	snprintf(text, sizeof(text),
		 "%s must still move, and other nodes have %s free above their high watermarks, but "
		 "too little of it on nodes that its processes may use",
		 forecast_size(movable(left, false), must, sizeof(must)),
		 forecast_size(targets_spare(&drain->targets, ~UINT64_C(0)), has, sizeof(has)));
	return fail_room(drain->change, text);
}

/*
 * Checks that the nodes in each process's cpuset have enough free memory for it, unless
 * DAXPLUG_CHANGE_FORCE or _SWAP is set.
 */
static int check_owners(struct drain *drain)
{
	const struct owner *owner = owners_without_room(drain);
	char text[256], must[32], has[32], lacks[32];
	uint64_t anon, room;

	if (!owner || drain->change->flags & (DAXPLUG_CHANGE_FORCE | DAXPLUG_CHANGE_SWAP))
		return 0;
	anon = owner_anon(drain, owner);
	room = targets_spare(&drain->targets, owner->targets);
	snprintf(text, sizeof(text),
		 "%s of %s (PID %d) must move, and the nodes in its cpuset have %s free above their "
		 "high watermarks, %s too little",
		 forecast_size(anon, must, sizeof(must)), owner->name, owner->pid,
		 forecast_size(room, has, sizeof(has)),
		 forecast_size(anon > room ? anon - room : 0, lacks, sizeof(lacks)));
	return fail_room(drain->change, text);
}

static int find_all(struct drain *drain)
{
	int err;

	drain->piece_count = 0;
	owners_begin_pass(drain);
	evacuees_find(drain, clock_now() + PATIENCE);
	files_find(drain, clock_now() + PATIENCE);
	segments_find(drain);
	pieces_sort(drain);
	if (task_cancelled(drain->change))
		return fail_cancelled(drain->change);
	/* The search may have taken long. */
	err = movers_read_room(drain);
	return err ? err : check_owners(drain);
}

/*
 * Before a pass, so that no process takes the free huge pages meanwhile; and after it, because a
 * huge page that moved to a free one of a target's pool is now a free one here.
 */
static void give_up_free(struct drain *drain)
{
	if (drain->owns_node)
		pools_give_up_free(drain->change->daxplug, drain->change->task.pools.node);
}

static int pass(struct drain *drain)
{
	int err = find_all(drain);

	if (err)
		return err;
	/* From here on pages may have moved: a failure no longer counts as a refusal. */
	drain->change->task.touched = true;
	give_up_free(drain);
	if (drain->piece_count)
		err = movers_run(drain);
	give_up_free(drain);
	return err;
}

/*
 * Makes another pass as long as the last one has moved enough of the remaining memory. A pass
 * that swaps out is the last, because memory that processes use would be swapped in and out
 * again.
 */
static int run_passes(struct drain *drain, int64_t *left)
{
	uint64_t before = movable(left, true), moved = 0, now;
	unsigned int i;
	int err;

	/* Make the first pass even if the amount of memory is unknown. */
	for (i = 0; i < MOST_PASSES && (!i || before > LITTLE); i++) {
		drain->must_move = moved_except_cache(drain) + movable(left, false);
		/* -1 becomes UINT64_MAX. */
		drain->anon = left[DAXPLUG_USE_ANON];
		atomic_store(&drain->no_cache, false);
		atomic_store(&drain->no_gigantic, false);
		err = pass(drain);
		read_left(drain, left);
		if (err)
			return err;
		if (atomic_load(&drain->starved))
			return drain->change->flags & DAXPLUG_CHANGE_FORCE
				       ? 0
				       : fail_starved(drain, left);
		now = moved_in_all(drain);
		if (atomic_load(&drain->swapped) || now - moved < before / WORTHWHILE)
			break;
		moved = now;
		before = movable(left, true);
	}
	return 0;
}

/* Drops the remaining page cache, most of it of files that no process maps or has open. */
static void drop_cache(struct drain *drain, int64_t *left)
{
	int64_t before = left[DAXPLUG_USE_CACHE];

	if (!reclaim_cache(drain, before))
		return;
	read_left(drain, left);
	if (left[DAXPLUG_USE_CACHE] >= 0 && left[DAXPLUG_USE_CACHE] < before)
		drain->dropped = before - left[DAXPLUG_USE_CACHE];
}

static int begin(struct drain *drain, int64_t *left)
{
	struct daxplug_change *change = drain->change;
	char words[64];
	int err;

	err = find_frames(drain);
	if (!err)
		err = targets_read(&drain->targets, change->daxplug, change->device->target_node,
				   &change->avoid);
	if (err)
		return fail(change, err, DAXPLUG_REASON_UNREADABLE,
			    "cannot tell where its pages could go: %s",
			    report_errno(err, words, sizeof(words)));
	err = check_room(drain, left);
	if (!err)
		drain->total = movable(left, true);
	return err;
}

static void drain_free(struct drain *drain)
{
	owners_free(drain);
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
		change->report.drained.done = true;
		err = run_passes(drain, left);
		if (!err && left[DAXPLUG_USE_CACHE] > (int64_t)LITTLE)
			drop_cache(drain, left);
	}
	if (change->report.drained.done)
		drain_report(drain, left, began);
	if (err)
		fail_untouched(change);
	return err;
}

/**
 * drain_device() - move the pages of a device to other nodes before its blocks go offline
 * @change: the change; its report gets the memory that was moved
 *
 * Pages that cannot be moved from user space are left to the unplug.
 *
 * Return: 0; -EINTR if the change is cancelled; -ENOSPC if other nodes have too little free
 * memory; or another negative errno, with a report.
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
