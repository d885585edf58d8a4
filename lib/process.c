// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
 * process_each() - call a function for each process
 * @daxplug: the handle
 * @deadline: when to stop, by clock_now()
 * @visit: called for each
 * @data: passed to @visit
 *
 * Return: false if the deadline passed first, or a process cannot be read.
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
		/* Ignore a process that has ended meanwhile. */
		if (err && err != -ENOENT && err != -ESRCH)
			readable = false;
		if (!err && !visit(daxplug, &process, data))
			break;
		in_time = clock_now() < deadline;
	}
	closedir(dir);
	return in_time && readable;
}

/*
 * Bytes that a process has pinned for a long time, such as for RDMA; 0 if unknown. No file tells
 * on which nodes they are, nor which pages are pinned briefly for I/O.
 */
uint64_t process_pinned(const struct daxplug *daxplug, int pid)
{
	char path[SYSFS_PATH_SIZE], *text, *line;
	uint64_t bytes = 0;
	int err;

	snprintf(path, sizeof(path), "proc/%d/status", pid);
	text = sysfs_read_long(daxplug, path, &err);
	/* The first line has the name of the process, which may be anything but a newline. */
	line = text ? strstr(text, "\nVmPin:") : NULL;
	if (line)
		parse_meminfo(line + 1, "VmPin", &bytes);
	free(text);
	return bytes;
}

/**
 * process_cpuset() - the nodes that the cpuset of a process has
 * @daxplug: the handle
 * @pid: the PID of the process; 0 for this one
 * @list: set to the nodes, such as "0,2-3"
 * @size: the size of @list
 *
 * Return: 0; -ENOENT or -ESRCH if there is no such process; -ENOENT if the kernel has no
 * cpusets; or the negative errno of reading /proc/PID/status.
 */
int process_cpuset(const struct daxplug *daxplug, int pid, char *list, size_t size)
{
	static const char key[] = "\nMems_allowed_list:\t";
	char path[SYSFS_PATH_SIZE] = "proc/self/status", *text, *found;
	int err;

	if (pid)
		snprintf(path, sizeof(path), "proc/%d/status", pid);
	text = sysfs_read_long(daxplug, path, &err);
	if (!text)
		return err;
	found = strstr(text, key);
	if (found) {
		found += strlen(key);
		snprintf(list, size, "%.*s", (int)strspn(found, "0123456789,-"), found);
	}
	free(text);
	return found && *list ? 0 : -ENOENT;
}

/**
 * struct lines - a file of a process that is read line by line, because it may be of any length
 * @file: the file; NULL if it cannot be opened
 * @text: the current line, without its newline
 * @size: the size of the buffer of @text
 */
struct lines {
	FILE *file;
	char *text;
	size_t size;
	int err;
};

static int open_lines(struct lines *lines, const struct daxplug *daxplug, int pid, const char *name)
{
	char path[SYSFS_PATH_SIZE];
	int fd;

	*lines = (struct lines){ 0 };
	snprintf(path, sizeof(path), "proc/%d/%s", pid, name);
	fd = root_open(daxplug, path, O_RDONLY);
	if (fd < 0)
		return fd;
	lines->file = fdopen(fd, "r");
	if (lines->file)
		return 0;
	close(fd);
	return -ENOMEM;
}

static void close_lines(struct lines *lines)
{
	if (lines->file)
		fclose(lines->file);
	free(lines->text);
}

/* Returns 1; 0 at the end of the file; or a negative errno. */
static int read_line(struct lines *lines)
{
	ssize_t length;

	errno = 0;
	length = getline(&lines->text, &lines->size, lines->file);
	if (length < 0 && !feof(lines->file))
		lines->err = errno ? -errno : -EIO;
	if (length < 0)
		return lines->err;
	if (lines->text[length - 1] == '\n')
		lines->text[length - 1] = '\0';
	return 1;
}

/* A mapping in maps. */
struct extent {
	unsigned long long start, end;
};

/*
 * numa_maps has the start of a mapping, maps its end; both are in ascending order. Reads on in maps
 * from the mapping @at.
 */
static uint64_t end_of(struct lines *maps, struct extent *at, uint64_t start)
{
	while (at->start < start)
		if (read_line(maps) <= 0 ||
		    sscanf(maps->text, "%llx-%llx", &at->start, &at->end) != 2)
			at->start = ULLONG_MAX;
	return at->start == start ? at->end : 0;
}

static int visit_mappings(struct lines *numa_maps, struct lines *maps, mapping_visitor *visit,
			  void *data)
{
	struct extent at = { 0 };
	int more;

	while ((more = read_line(numa_maps)) > 0 && !maps->err) {
		struct mapping mapping = {
			.start = strtoull(numa_maps->text, NULL, 16),
			.line = numa_maps->text,
		};

		mapping.end = end_of(maps, &at, mapping.start);
		if (mapping.end && !visit(&mapping, data))
			break;
	}
	return maps->err ? maps->err : more < 0 ? more : 0;
}

/**
 * process_mappings() - call a function for each mapping of a process
 * @daxplug: the handle
 * @pid: the PID of the process
 * @visit: called for each mapping that /proc/PID/numa_maps and /proc/PID/maps agree on
 * @data: passed to @visit
 *
 * Return: 0; or the negative errno of reading either file. A kernel thread, or a process
 * that has ended, has no mappings.
 */
int process_mappings(const struct daxplug *daxplug, int pid, mapping_visitor *visit, void *data)
{
	struct lines numa_maps, maps = { 0 };
	int err;

	err = open_lines(&numa_maps, daxplug, pid, "numa_maps");
	if (!err)
		err = open_lines(&maps, daxplug, pid, "maps");
	if (!err)
		err = visit_mappings(&numa_maps, &maps, visit, data);
	close_lines(&numa_maps);
	close_lines(&maps);
	return err == -ESRCH || err == -ENOENT ? 0 : err;
}

/* Whether the kernel gives this name to shared memory, or programs put shared memory there. */
static bool is_shared_memory(const char *file)
{
	static const char *const starts[] = { "/dev/zero", "/memfd:", "/SYSV", "/dev/shm/" };
	unsigned int i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(file, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Derives the use of a mapping from its line of numa_maps, by the words " file=" and " huge". */
enum daxplug_use process_line_use(const char *line)
{
	const char *file = strstr(line, " file=");

	if (strstr(line, " huge"))
		return DAXPLUG_USE_HUGE;
	if (!file)
		return DAXPLUG_USE_ANON;
	return is_shared_memory(file + strlen(" file=")) ? DAXPLUG_USE_SHARED : DAXPLUG_USE_CACHE;
}

/**
 * process_line_on_nodes() - sum the memory of a mapping on some nodes
 * @line: a line of numa_maps: "7f00 default anon=3 N0=1 N1=2 kernelpagesize_kB=4"
 * @counts: returns whether to include a node
 * @data: passed to @counts
 *
 * Return: the sum, in bytes.
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
