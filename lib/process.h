/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of the system and the memory that they have on a node. */
#ifndef DAXPLUG_PROCESS_H
#define DAXPLUG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdaxplug.h"

struct daxplug;

/**
 * struct process - a process
 * @pid: its PID
 * @name: its name; the kernel gives at most 64 characters of that of a kernel thread
 */
struct process {
	int pid;
	char name[72];
};

/* Called for each process; returns false to end. */
typedef bool process_visitor(const struct daxplug *daxplug, const struct process *process,
			     void *data);

/**
 * struct mapping - a mapping of a process
 * @start: its first address
 * @end: the address after its last one
 * @line: its line of numa_maps
 */
struct mapping {
	uint64_t start;
	uint64_t end;
	const char *line;
};

/* Called for each mapping; returns false to end. */
typedef bool mapping_visitor(const struct mapping *mapping, void *data);

bool process_each(const struct daxplug *daxplug, int64_t deadline, process_visitor *visit,
		  void *data);
uint64_t process_pinned(const struct daxplug *daxplug, int pid);
int process_cpuset(const struct daxplug *daxplug, int pid, char *list, size_t size);
int process_mappings(const struct daxplug *daxplug, int pid, mapping_visitor *visit, void *data);
enum daxplug_use process_line_use(const char *line);
uint64_t process_line_on_nodes(const char *line, bool (*counts)(int node, void *data), void *data);

#endif /* DAXPLUG_PROCESS_H */
