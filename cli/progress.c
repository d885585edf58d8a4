// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "progress.h"
#include "terminal.h"
#include "text.h"

/* A phase shorter than this, in ms, gets no line. */
#define PATIENCE 1000

/* The minimum interval between JSON lines, in ms. */
#define JSON_INTERVAL 200

/* The maximum width of a line. */
#define MOST_COLUMNS 200

/* CLOCK_MONOTONIC in ms. */
int64_t progress_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Parses the argument of --progress. */
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

/**
 * struct speed - the speed of a phase
 * @spent: its duration so far, in ms
 * @left: the remaining time at this speed, in ms; -1 if unknown
 * @rate: the amount per second
 */
struct speed {
	int64_t spent;
	int64_t left;
	uint64_t rate;
};

static struct speed speed_of(const struct progress_amount *amount, int64_t spent)
{
	struct speed speed = { .spent = spent, .left = -1 };

	if (spent > 0)
		speed.rate = (double)amount->done * 1000 / spent;
	if (amount->finite && amount->done && amount->done < amount->total)
		speed.left = (double)spent * (amount->total - amount->done) / amount->done;
	return speed;
}

/* " (PID 42)", ", 3 of 8 memory blocks", ", 1.2G of 3G, 340M/s" */
static void amount_text(const struct progress_amount *amount, const struct speed *speed, char *text,
			size_t size)
{
	char done[TEXT_SIZE], total[TEXT_SIZE], rate[TEXT_SIZE];

	text[0] = '\0';
	if (amount->waits_for)
		snprintf(text, size, " (PID %d)", amount->waits_for);
	if (!amount->total)
		return;
	if (!amount->bytes) {
		snprintf(text, size, ", %llu of %llu memory blocks",
			 (unsigned long long)amount->done, (unsigned long long)amount->total);
		return;
	}
	text_size(amount->done, false, done);
	text_size(amount->total, false, total);
	text_size(speed->rate, false, rate);
	snprintf(text, size, ", %.20s of %.20s, %.20s/s", done, total, rate);
}

/*
 * Prints the line by one write(), no wider than the terminal, so that "\r" returns to its
 * beginning.
 */
static void print_line(const struct progress *progress, const struct progress_amount *amount,
		       const struct speed *speed)
{
	char text[MOST_COLUMNS + 1], line[MOST_COLUMNS + 16], much[MOST_COLUMNS], left[40] = "";
	unsigned int width = terminal_width(STDERR_FILENO);
	int length;

	amount_text(amount, speed, much, sizeof(much));
	if (speed->left >= 0)
		snprintf(left, sizeof(left), ", %lld s left",
			 (long long)(speed->left + 999) / 1000);
	snprintf(text, sizeof(text), "%s: %s%s%s", progress->device, progress->phase, much, left);
	length = snprintf(line, sizeof(line), "\r\033[K%.*s", (int)width - 1, text);
	if (write(STDERR_FILENO, line, length) != length)
		return;
}

static void print_json(const struct progress *progress, const struct progress_amount *amount,
		       const struct speed *speed)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "chardev", progress->device);
	json_add_text(object, "phase", progress->phase);
	if (amount->waits_for)
		json_add_number(object, "waits_for", amount->waits_for);
	json_add_number(object, "done_memblocks", amount->bytes ? 0 : amount->done);
	json_add_number(object, "total_memblocks", amount->bytes ? 0 : amount->total);
	if (amount->bytes) {
		json_add_number(object, "done_bytes", amount->done);
		json_add_number(object, "total_bytes", amount->total);
		json_add_number(object, "bytes_per_s", speed->rate);
	}
	json_add_number(object, "elapsed_ms", speed->spent);
	json_add_if_known(object, "left_ms", speed->left);
	json_print_line(object, stderr);
}

/**
 * progress_update() - show the progress of a change
 * @progress: the progress of the change
 * @phase: its phase
 * @amount: the completed part of the phase
 */
void progress_update(struct progress *progress, const char *phase,
		     const struct progress_amount *amount)
{
	bool begins = !progress->phase || strcmp(progress->phase, phase);
	int64_t now = progress_now();
	struct speed speed;

	if (begins)
		progress->began = now;
	progress->phase = phase;
	speed = speed_of(amount, now - progress->began);

	switch (progress->style) {
	case PROGRESS_NEVER:
		return;
	case PROGRESS_JSON:
		if (!begins && now - progress->last < JSON_INTERVAL)
			return;
		progress->last = now;
		print_json(progress, amount, &speed);
		return;
	case PROGRESS_AUTO:
		if (!terminal_is_smart(STDERR_FILENO) ||
		    (!progress->line && speed.spent < PATIENCE))
			return;
		progress->line = true;
		print_line(progress, amount, &speed);
	}
}

/* Clears the line of progress, to make way for the result. */
void progress_wipe(struct progress *progress)
{
	if (progress->line && write(STDERR_FILENO, "\r\033[K", 4) == 4)
		progress->line = false;
}
