// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "progress.h"
#include "terminal.h"

/* A phase that is over sooner gets no line, in ms. */
#define PATIENCE 1000

/* How often JSON is printed at most, in ms. */
#define JSON_INTERVAL 200

/* No line is longer, nor a device's name with its phase. */
#define MOST_COLUMNS 200

/* CLOCK_MONOTONIC in ms. */
int64_t progress_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The argument of --progress. */
bool progress_parse(const char *text, enum progress_style *style)
{
	if (!strcmp(text, "auto"))
		*style = PROGRESS_AUTO;
	else if (!strcmp(text, "never"))
		*style = PROGRESS_NEVER;
	else if (!strcmp(text, "json"))
		*style = PROGRESS_JSON;
	else
		return false;
	return true;
}

/* How long the rest takes at the present speed, in ms, or -1. */
static int64_t time_left(int64_t spent, unsigned int done, unsigned int total)
{
	return done && done < total ? spent * (total - done) / done : -1;
}

/* One write(), no wider than the terminal, so that "\r" gets back to its beginning. */
static void print_line(const struct progress *progress, unsigned int done, unsigned int total,
		       int64_t left)
{
	char text[MOST_COLUMNS + 1], line[MOST_COLUMNS + 16];
	unsigned int width = terminal_width(STDERR_FILENO);
	int length = snprintf(text, sizeof(text), "%s: %s", progress->device, progress->phase);

	if (total && length < (int)sizeof(text))
		length += snprintf(text + length, sizeof(text) - length, ", %u of %u memory blocks",
				   done, total);
	if (left >= 0 && length < (int)sizeof(text))
		snprintf(text + length, sizeof(text) - length, ", %lld s left",
			 (long long)(left + 999) / 1000);
	length = snprintf(line, sizeof(line), "\r\033[K%.*s", (int)width - 1, text);
	if (write(STDERR_FILENO, line, length) != length)
		return;
}

static void print_json(const struct progress *progress, unsigned int done, unsigned int total,
		       int64_t spent, int64_t left)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "chardev", progress->device);
	json_add_text(object, "phase", progress->phase);
	json_add_number(object, "done_memblocks", done);
	json_add_number(object, "total_memblocks", total);
	json_add_number(object, "elapsed_ms", spent);
	json_add_if_known(object, "left_ms", left);
	json_print_line(object, stderr);
}

/**
 * progress_update() - show how far a change is
 * @progress: of that change
 * @phase: what it does now
 * @done: of how many blocks that is done
 * @total: how many there are; 0 if they do not matter
 * @finite: whether it makes sense to say how long it will take
 */
void progress_update(struct progress *progress, const char *phase, unsigned int done,
		     unsigned int total, bool finite)
{
	int64_t now = progress_now(), spent, left;
	bool begins = !progress->phase || strcmp(progress->phase, phase);

	if (begins)
		progress->began = now;
	progress->phase = phase;
	spent = now - progress->began;
	left = finite ? time_left(spent, done, total) : -1;

	switch (progress->style) {
	case PROGRESS_NEVER:
		return;
	case PROGRESS_JSON:
		if (!begins && now - progress->last < JSON_INTERVAL)
			return;
		progress->last = now;
		print_json(progress, done, total, spent, left);
		return;
	case PROGRESS_AUTO:
		if (!terminal_is_smart(STDERR_FILENO) || (!progress->line && spent < PATIENCE))
			return;
		progress->line = true;
		print_line(progress, done, total, left);
	}
}

/* Makes place for the result. */
void progress_wipe(struct progress *progress)
{
	if (progress->line && write(STDERR_FILENO, "\r\033[K", 4) == 4)
		progress->line = false;
}
