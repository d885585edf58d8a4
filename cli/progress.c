// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

/* What takes less needs no line, in ms. */
#define PATIENCE 1000

/* CLOCK_MONOTONIC in ms. */
int64_t progress_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void print(struct daxplug_device *device, const struct progress *progress, unsigned int done,
		  unsigned int total, int64_t spent)
{
	fprintf(stderr, "\r\033[K%s: %s", daxplug_device_name(device),
		daxplug_phase_name(progress->phase));
	if (progress->phase != DAXPLUG_PHASE_WAIT)
		fprintf(stderr, ", %u of %u memory blocks", done, total);
	if (done && done < total && progress->phase != DAXPLUG_PHASE_BACK)
		fprintf(stderr, ", %lld s left",
			(long long)((spent * (total - done) / done + 999) / 1000));
	fflush(stderr);
}

static void update(struct daxplug_device *device, enum daxplug_phase phase, unsigned int done,
		   unsigned int total, void *data)
{
	struct progress *progress = data;
	int64_t now = progress_now();

	if (!progress->began || progress->phase != phase)
		progress->began = now;
	progress->phase = phase;
	if (!progress->shown && now - progress->began < PATIENCE)
		return;
	progress->shown = true;
	print(device, progress, done, total, now - progress->began);
}

/* From now on changes are shown, if standard error is a terminal. */
void progress_show(struct daxplug *daxplug, struct progress *progress)
{
	if (isatty(STDERR_FILENO))
		daxplug_set_progress(daxplug, update, progress);
}

/* The line makes place for the result. */
void progress_wipe(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	*progress = (struct progress){ 0 };
}
