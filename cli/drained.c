// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the memory that a drain has moved and left, and its owners. */
#include <errno.h>
#include <stdio.h>

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
} refills[] = {
	{ DAXPLUG_REFILL_DEMOTION, "demotion", "demotion" },
	{ DAXPLUG_REFILL_BALANCING, "numa-balancing", "NUMA balancing" },
	{ DAXPLUG_REFILL_INTERLEAVE, "interleave-weight", "weighted interleaving" },
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

static void print_other(const struct daxplug_change *change)
{
	char size[TEXT_SIZE];

	if (daxplug_change_swapped(change)) {
		text_size(daxplug_change_swapped(change), false, size);
		printf("; swapped out %s", size);
	}
	if (daxplug_change_dropped(change)) {
		text_size(daxplug_change_dropped(change), false, size);
		printf("; dropped %s of page cache", size);
	}
}

/* "; left to the unplug: 12M shared, 3M cache" */
static void print_left(const struct daxplug_change *change)
{
	const char *between = "; left to the unplug: ";
	char size[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < USE_COUNT; i++) {
		int64_t left = daxplug_change_left(change, uses[i]);

		if (left <= 0)
			continue;
		text_size(left, false, size);
		printf("%s%s %s", between, size, daxplug_use_name(uses[i]));
		between = ", ";
	}
}

static void print_moved(const struct daxplug_change *change)
{
	uint64_t bytes = drained_bytes(change);
	int64_t took = daxplug_change_drain_duration(change);
	const char *between = ": ";
	char size[TEXT_SIZE];
	unsigned int i;

	text_size(bytes, false, size);
	printf("%s: drained %s in %.2f s", daxplug_change_name(change), size, took / 1000.0);
	for (i = 0; i < USE_COUNT; i++) {
		uint64_t moved = daxplug_change_moved(change, uses[i]);

		if (!moved)
			continue;
		text_size(moved, false, size);
		printf("%s%s %s", between, size, daxplug_use_name(uses[i]));
		between = ", ";
	}
}

static const char *error_text(int err)
{
	return err == -EACCES ? "its cpuset has no other node" : "the kernel does not allow it";
}

static void print_evacuees(const struct daxplug_change *change)
{
	char size[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < daxplug_change_evacuees(change); i++) {
		int err = daxplug_change_evacuee_error(change, i);

		text_size(daxplug_change_evacuee_bytes(change, i), false, size);
		printf("    %s %s ", size, err ? "cannot be moved from" : "from");
		print_safe(daxplug_change_evacuee_name(change, i));
		printf(" (PID %d)", daxplug_change_evacuee_pid(change, i));
		if (err)
			printf(": %s", error_text(err));
		putchar('\n');
	}
}

static void print_refills(const struct daxplug_change *change)
{
	bool off = daxplug_change_refills_off(change);
	unsigned int i;

	for (i = 0; i < sizeof(refills) / sizeof(refills[0]); i++)
		if (daxplug_change_refills(change) & refills[i].flag)
			printf("    %s %s\n", refills[i].text,
			       off ? "was switched off meanwhile"
				   : "may have refilled it meanwhile: see --no-refill");
}

/* Prints the result of a drain, if there was one. */
void drained_print(const struct daxplug_change *change)
{
	if (!daxplug_change_drained(change))
		return;
	print_moved(change);
	print_other(change);
	print_left(change);
	putchar('\n');
	print_evacuees(change);
	print_refills(change);
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

static struct json_object *refill_json(const struct daxplug_change *change)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < sizeof(refills) / sizeof(refills[0]); i++)
		if (daxplug_change_refills(change) & refills[i].flag)
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
	json_add(drain, "refill", refill_json(change));
	if (daxplug_change_refills(change))
		json_add_flag(drain, "refill_off", daxplug_change_refills_off(change));
	for (i = 0; i < daxplug_change_evacuees(change); i++)
		json_append(processes, evacuee_json(change, i));
	json_add(drain, "processes", processes);
	json_add(object, "drain", drain);
}
