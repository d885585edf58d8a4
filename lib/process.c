// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "handle.h"
#include "parse.h"
#include "process.h"

static int read_name(const struct daxplug *daxplug, struct process *process)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "proc/%d/comm", process->pid);
	return sysfs_read(daxplug, path, process->name, sizeof(process->name));
}

/**
 * process_each() - look at each process
 * @daxplug: the handle
 * @deadline: when to stop, by clock_now()
 * @visit: called for each
 * @data: for it
 *
 * Return: false if the time was up before all were looked at, or one cannot be read.
 */
bool process_each(const struct daxplug *daxplug, int64_t deadline, process_visitor *visit,
		  void *data)
{
	struct dirent *entry;
	bool in_time = true, readable = true;
	DIR *dir;
	int err;

	if (sysfs_open_dir(daxplug, "proc", &dir))
		return false;
	while (in_time && (entry = readdir(dir))) {
		struct process process;
		uint64_t pid;

		if (parse_number(entry->d_name, &pid) || !pid || pid > INT_MAX)
			continue;
		process.pid = pid;
		err = read_name(daxplug, &process);
		/* One that has ended meanwhile is none. */
		if (err && err != -ENOENT && err != -ESRCH)
			readable = false;
		if (!err && !visit(daxplug, &process, data))
			break;
		in_time = clock_now() < deadline;
	}
	closedir(dir);
	return in_time && readable;
}

/**
 * process_line_on_nodes() - what a mapping has on some nodes
 * @line: a line of numa_maps: "7f00 default anon=3 N0=1 N1=2 kernelpagesize_kB=4"
 * @counts: called with a node: does it count
 * @data: for it
 *
 * Return: bytes.
 */
uint64_t process_line_on_nodes(const char *line, bool (*counts)(int node, void *data), void *data)
{
	uint64_t pages = 0, kilobytes = 4;
	unsigned long long value;
	const char *word;
	int node;

	for (word = strchr(line, ' '); word; word = strchr(word + 1, ' ')) {
		if (sscanf(word, " N%d=%llu", &node, &value) == 2 && counts(node, data))
			pages += value;
		else if (sscanf(word, " kernelpagesize_kB=%llu", &value) == 1)
			kilobytes = value;
	}
	return pages * kilobytes * 1024;
}
