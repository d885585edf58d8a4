// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finds the programs that have most memory on the nodes of the devices. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "confined.h"
#include "forecast.h"
#include "handle.h"
#include "parse.h"
#include "process.h"

#define CGROUPS "sys/fs/cgroup"

/* The time limits of the search for control groups, and of the whole search, in ms. */
#define PATIENCE_CGROUPS 200
#define PATIENCE 500

/* The maximum number of users of each kind. */
#define MOST_OF_A_KIND (MOST_USERS / 2)
#define DEEPEST 12

/**
 * struct search - a search for programs
 * @forecast: the forecast
 * @deadline: when to give up, by clock_now()
 * @kind: the first user of the current kind
 * @unreadable: whether the memory of a user could not be read
 * @bound: number of programs that are bound to the nodes of the devices
 * @bound_name: the name of the first of these
 * @confined: processes that a drain could not move
 */
struct search {
	struct daxplug_forecast *forecast;
	int64_t deadline;
	unsigned int kind;
	bool unreadable;
	unsigned int bound;
	char bound_name[128];
	struct confined confined;
};

/* Adds a user to its kind, of which the largest are kept, in order. */
static void add_user(struct search *search, const char *name, int pid, uint64_t bytes)
{
	struct daxplug_forecast *forecast = search->forecast;
	unsigned int at = forecast->user_count;

	if (!bytes)
		return;
	if (at - search->kind == MOST_OF_A_KIND) {
		if (forecast->users[at - 1].bytes >= bytes)
			return;
		at = --forecast->user_count;
	}
	for (; at > search->kind && forecast->users[at - 1].bytes < bytes; at--)
		forecast->users[at] = forecast->users[at - 1];
	forecast->users[at] = (struct user){ .pid = pid, .bytes = bytes };
	snprintf(forecast->users[at].name, sizeof(forecast->users[at].name), "%s", name);
	forecast->user_count++;
}

/* Ignores a process or group that has ended meanwhile. */
static void note_error(struct search *search, int err)
{
	if (err && err != -ENOENT && err != -ESRCH && err != -ENODEV)
		search->unreadable = true;
}

static bool counts(int node, void *data)
{
	const struct search *search = data;

	return forecast_has_node(search->forecast, node);
}

/* ---- control groups ---- */

/* Parses lines such as "anon N0=4096 N1=8192"; "file" includes shared memory. */
static uint64_t bytes_of_group(struct search *search, const char *path)
{
	char file[PATH_MAX], *text, *line, *rest;
	uint64_t bytes = 0;
	int err;

	snprintf(file, sizeof(file), "%s/memory.numa_stat", path);
	text = sysfs_read_long(search->forecast->daxplug, file, &err);
	note_error(search, err);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		unsigned long long value;
		const char *word;
		int node;

		if (strncmp(line, "anon ", 5) && strncmp(line, "file ", 5))
			continue;
		for (word = strchr(line, ' '); word; word = strchr(word + 1, ' '))
			if (sscanf(word, " N%d=%llu", &node, &value) == 2 && counts(node, search))
				bytes += value;
	}
	free(text);
	return bytes;
}

static void note_bound(struct search *search, const char *name)
{
	if (!search->bound++)
		snprintf(search->bound_name, sizeof(search->bound_name), "%s", name);
}

/* Walks down to the groups without subgroups; returns false when the time is up. */
static bool walk_groups(struct search *search, const char *path, unsigned int depth)
{
	struct dirent *entry;
	bool is_leaf = true, complete = clock_now() < search->deadline;
	DIR *dir;
	int err;

	if (!complete)
		return false;
	err = sysfs_open_dir(search->forecast->daxplug, path, &dir);
	note_error(search, err);
	if (err)
		return true;
	while (complete && (entry = readdir(dir))) {
		char below[PATH_MAX];

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || depth == DEEPEST)
			continue;
		is_leaf = false;
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
		    (int)sizeof(below))
			complete = walk_groups(search, below, depth + 1);
	}
	closedir(dir);
	if (complete && is_leaf && depth)
		add_user(search, path + strlen(CGROUPS), 0, bytes_of_group(search, path));
	return complete;
}

/* ---- processes ---- */

/* Whether a policy such as " bind:1" or " bind:static:1-2,4" has only nodes of the devices. */
static bool is_bound(struct search *search, const char *line)
{
	const char *bind = strstr(line, " bind");
	char nodes[128];
	const char *list = nodes;
	unsigned int node, last;
	int more;

	if (!bind)
		return false;
	bind += strcspn(bind + 1, "0123456789 ") + 1;
	if (sscanf(bind, "%127[0-9,-]", nodes) != 1)
		return false;
	while ((more = parse_list_next(&list, &node, &last)) == 1)
		for (; node <= last; node++)
			if (!counts(node, search))
				return false;
	return !more;
}

static bool add_process(const struct daxplug *daxplug, const struct process *process, void *data)
{
	struct search *search = data;
	char path[SYSFS_PATH_SIZE], *text, *line, *rest;
	uint64_t bytes = 0, anon = 0;
	bool bound = false;
	int err;

	snprintf(path, sizeof(path), "proc/%d/numa_maps", process->pid);
	text = sysfs_read_long(daxplug, path, &err);
	note_error(search, err);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		uint64_t here = process_line_on_nodes(line, counts, search);

		bytes += here;
		anon += process_line_use(line) == DAXPLUG_USE_ANON ? here : 0;
		bound |= is_bound(search, line);
	}
	free(text);
	add_user(search, process->name, process->pid, bytes);
	confined_note(&search->confined, process, bytes, anon);
	if (bound)
		note_bound(search, process->name);
	return true;
}

/**
 * forecast_users() - find the programs that have most memory on the nodes of the devices
 * @forecast: the forecast
 */
void forecast_users(struct daxplug_forecast *forecast)
{
	struct search search = {
		.forecast = forecast,
		.deadline = clock_now() + PATIENCE_CGROUPS,
	};
	bool complete;

	complete = walk_groups(&search, CGROUPS, 0);
	search.deadline = clock_now() + PATIENCE;
	search.kind = forecast->user_count;
	confined_init(&search.confined, forecast);
	complete &= process_each(forecast->daxplug, search.deadline, add_process, &search);
	forecast->users_complete = complete && !search.unreadable;
	confined_find(&search.confined);
	if (search.bound)
		find(forecast, "bound", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN, NULL, "",
		     "%u process%s, such as %s, bound memory to the node alone; the kernel will "
		     "bind it to other nodes for good",
		     search.bound, search.bound == 1 ? "" : "es", search.bound_name);
}
