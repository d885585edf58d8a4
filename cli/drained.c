// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the memory that a drain has moved and left, and its owners. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drained.h"
#include "json.h"
#include "safe.h"
#include "text.h"

static const enum daxplug_use uses[] = {
	DAXPLUG_USE_ANON,
	DAXPLUG_USE_SHARED,
	DAXPLUG_USE_HUGE,
	DAXPLUG_USE_CACHE,
};

/* The words are the IDs of the forecast's findings. */
static const struct {
	unsigned int flag;
	const char *id;
	const char *text;
	const char *off;
} refills[] = {
	{ DAXPLUG_REFILL_DEMOTION, "demotion", "demotion", "demotion was switched off" },
	{ DAXPLUG_REFILL_BALANCING, "numa-balancing", "NUMA balancing",
	  "NUMA balancing was switched off" },
	{ DAXPLUG_REFILL_INTERLEAVE, "interleave-weight", "weighted interleaving",
	  "its weight for weighted interleaving was lowered to 1" },
};

#define USE_COUNT (sizeof(uses) / sizeof(uses[0]))

/* Sums the bytes that a drain has moved, over all uses. */
uint64_t drained_bytes(const struct daxplug_change *change)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < USE_COUNT; i++)
		bytes += daxplug_change_moved(change, uses[i]);
	return bytes;
}

static void print_other(const struct daxplug_change *change, FILE *to)
{
	char size[TEXT_SIZE];

	if (daxplug_change_swapped(change)) {
		text_size(daxplug_change_swapped(change), false, size);
		fprintf(to, "; swapped out %s", size);
	}
	if (daxplug_change_dropped(change)) {
		text_size(daxplug_change_dropped(change), false, size);
		fprintf(to, "; dropped %s of page cache", size);
	}
}

/* "; left to the unplug: 12M shared, 3M cache" */
static void print_left(const struct daxplug_change *change, FILE *to)
{
	const char *between = "; left to the unplug: ";
	char size[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < USE_COUNT; i++) {
		int64_t left = daxplug_change_left(change, uses[i]);

		if (left <= 0)
			continue;
		text_size(left, false, size);
		fprintf(to, "%s%s %s", between, size, daxplug_use_name(uses[i]));
		between = ", ";
	}
}

static void print_moved(const struct daxplug_change *change, FILE *to)
{
	uint64_t bytes = drained_bytes(change);
	int64_t took = daxplug_change_drain_duration(change);
	const char *between = ": ";
	char size[TEXT_SIZE];
	unsigned int i;

	text_size(bytes, false, size);
	fprintf(to, "%s: drained %s in %.2f s", daxplug_change_name(change), size, took / 1000.0);
	for (i = 0; i < USE_COUNT; i++) {
		uint64_t moved = daxplug_change_moved(change, uses[i]);

		if (!moved)
			continue;
		text_size(moved, false, size);
		fprintf(to, "%s%s %s", between, size, daxplug_use_name(uses[i]));
		between = ", ";
	}
}

static const char *error_text(int err)
{
	return err == -EACCES ? "its cpuset has no other node" : "the kernel does not allow it";
}

static void print_evacuees(const struct daxplug_change *change, FILE *to)
{
	char size[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < daxplug_change_evacuees(change); i++) {
		char *name = safe_text(daxplug_change_evacuee_name(change, i));
		int err = daxplug_change_evacuee_error(change, i);

		text_size(daxplug_change_evacuee_bytes(change, i), false, size);
		fprintf(to, "    %s %s ", size, err ? "cannot be moved from" : "from");
		fprintf(to, "%s (PID %d)", name ? name : "?",
			daxplug_change_evacuee_pid(change, i));
		free(name);
		if (err)
			fprintf(to, ": %s", error_text(err));
		fputc('\n', to);
	}
}

static void print_refills(const struct daxplug_change *change, FILE *to)
{
	bool off = daxplug_change_refills_off(change);
	unsigned int i;

	for (i = 0; i < sizeof(refills) / sizeof(refills[0]); i++) {
		if (daxplug_change_refills_unknown(change) & refills[i].flag)
			fprintf(to, "    %s: its setting cannot be read\n", refills[i].text);
		if (!(daxplug_change_refills(change) & refills[i].flag))
			continue;
		if (off)
			fprintf(to, "    %s meanwhile\n", refills[i].off);
		else
			fprintf(to, "    %s may have refilled it meanwhile: see --no-refill\n",
				refills[i].text);
	}
}

/* Prints the result of a drain to a stream, if there was one. */
void drained_print(const struct daxplug_change *change, FILE *to)
{
	if (!daxplug_change_drained(change))
		return;
	print_moved(change, to);
	print_other(change, to);
	print_left(change, to);
	fputc('\n', to);
	print_evacuees(change, to);
	print_refills(change, to);
}

static struct json_object *bytes_json(const struct daxplug_change *change, bool left)
{
	struct json_object *object = json_new_object();
	unsigned int i;

	for (i = 0; i < USE_COUNT; i++)
		json_add_if_known(object, daxplug_use_name(uses[i]),
				  left ? daxplug_change_left(change, uses[i])
				       : (int64_t)daxplug_change_moved(change, uses[i]));
	return object;
}

static struct json_object *evacuee_json(const struct daxplug_change *change, unsigned int at)
{
	struct json_object *object = json_new_object();
	int err = daxplug_change_evacuee_error(change, at);

	json_add_number(object, "pid", daxplug_change_evacuee_pid(change, at));
	json_add_text(object, "name", daxplug_change_evacuee_name(change, at));
	json_add_number(object, "bytes", daxplug_change_evacuee_bytes(change, at));
	if (err)
		json_add_text(object, "error", err == -EACCES ? "cpuset" : "permission");
	return object;
}

static struct json_object *refill_json(unsigned int ways)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < sizeof(refills) / sizeof(refills[0]); i++)
		if (ways & refills[i].flag)
			json_append(array, json_new_text(refills[i].id));
	return array;
}

/* Adds the result of a drain to that of a change, if there was one. */
void drained_add_json(struct json_object *object, const struct daxplug_change *change)
{
	struct json_object *drain, *processes;
	unsigned int i;

	if (!daxplug_change_drained(change))
		return;
	drain = json_new_object();
	processes = json_new_array();
	json_add_if_known(drain, "duration_ms", daxplug_change_drain_duration(change));
	json_add(drain, "moved_bytes", bytes_json(change, false));
	json_add_number(drain, "swapped_bytes", daxplug_change_swapped(change));
	json_add_number(drain, "dropped_bytes", daxplug_change_dropped(change));
	json_add(drain, "left_bytes", bytes_json(change, true));
	json_add(drain, "refill", refill_json(daxplug_change_refills(change)));
	if (daxplug_change_refills_unknown(change))
		json_add(drain, "refill_unknown",
			 refill_json(daxplug_change_refills_unknown(change)));
	if (daxplug_change_refills(change))
		json_add_flag(drain, "refill_off", daxplug_change_refills_off(change));
	for (i = 0; i < daxplug_change_evacuees(change); i++)
		json_append(processes, evacuee_json(change, i));
	json_add(drain, "processes", processes);
	json_add(object, "drain", drain);
}
