// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

const struct fixture_device fixture_hmem = {
	.name = "dax0.0",
	.place = "platform/hmem.0",
	.driver = "kmem",
	.node = 1,
	.first = 48,
	.blocks = 8,
};

static void die(const char *what, const char *path)
{
	fprintf(stderr, "fixture: cannot %s %s: %s\n", what, path, strerror(errno));
	abort();
}

/* Below the root; @full has FIXTURE_PATH_SIZE. */
void fixture_path(const struct fixture *fixture, const char *path, char *full)
{
	snprintf(full, FIXTURE_PATH_SIZE, "%s/%s", fixture->root, path);
}

static void make_parents(const char *path)
{
	char part[FIXTURE_PATH_SIZE];
	char *slash = part + 1;

	snprintf(part, sizeof(part), "%s", path);
	while ((slash = strchr(slash, '/'))) {
		*slash = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			die("make", part);
		*slash++ = '/';
	}
}

void fixture_create(struct fixture *fixture)
{
	/* Tens of thousands of small files: in memory if possible. */
	/* cppcheck-suppress ctuuninitvar ; it is only written to */
	snprintf(fixture->root, sizeof(fixture->root), "%s/daxplug-test.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(fixture->root))
		die("make", fixture->root);
	fixture_write(fixture, "sys/devices/system/memory/block_size_bytes", "%llx\n",
		      (unsigned long long)FIXTURE_BLOCK_SIZE);
	fixture_write(fixture, "sys/bus/dax/drivers_probe", "%s", "");
	fixture_write(fixture, "sys/bus/dax/drivers/kmem/bind", "%s", "");
	fixture_write(fixture, "sys/bus/dax/drivers/kmem/unbind", "%s", "");
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fixture_remove(struct fixture *fixture)
{
	remove_tree(fixture->root);
}

void fixture_delete(const struct fixture *fixture, const char *path)
{
	char full[FIXTURE_PATH_SIZE];

	fixture_path(fixture, path, full);
	remove_tree(full);
}

void fixture_write(const struct fixture *fixture, const char *path, const char *format, ...)
{
	char full[FIXTURE_PATH_SIZE];
	va_list arguments;
	FILE *file;

	fixture_path(fixture, path, full);
	file = fopen(full, "w");
	if (!file) {
		make_parents(full);
		file = fopen(full, "w");
	}
	if (!file)
		die("write", full);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fclose(file);
}

void fixture_link(const struct fixture *fixture, const char *path, const char *target)
{
	char full[FIXTURE_PATH_SIZE];

	fixture_path(fixture, path, full);
	make_parents(full);
	unlink(full);
	if (symlink(target, full))
		die("link", full);
}

bool fixture_exists(const struct fixture *fixture, const char *path)
{
	char full[FIXTURE_PATH_SIZE];
	struct stat status;

	fixture_path(fixture, path, full);
	return !lstat(full, &status);
}

/* Returns the first line of a file, or nothing if there is no such file. */
void fixture_read(const struct fixture *fixture, const char *path, char *text, int size)
{
	char full[FIXTURE_PATH_SIZE];
	FILE *file;

	text[0] = '\0';
	fixture_path(fixture, path, full);
	file = fopen(full, "r");
	if (!file)
		return;
	if (fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

void fixture_add_range(const struct fixture *fixture, const char *device, unsigned int range,
		       uint64_t start, uint64_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/mapping%u/start", device, range);
	fixture_write(fixture, path, "%#llx\n", (unsigned long long)start);
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/mapping%u/end", device, range);
	fixture_write(fixture, path, "%#llx\n", (unsigned long long)(start + size - 1));
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/mapping%u/page_offset", device, range);
	fixture_write(fixture, path, "%#x\n", 0);
}

static void add_attribute(const struct fixture *fixture, const char *place, const char *name,
			  long long value)
{
	char path[FIXTURE_PATH_SIZE];

	snprintf(path, sizeof(path), "sys/devices/%s/%s", place, name);
	fixture_write(fixture, path, "%lld\n", value);
}

void fixture_add_device(const struct fixture *fixture, const struct fixture_device *device)
{
	uint64_t start = device->first * FIXTURE_BLOCK_SIZE;
	uint64_t size = device->blocks * FIXTURE_BLOCK_SIZE;
	char place[200], path[FIXTURE_PATH_SIZE], target[FIXTURE_PATH_SIZE];

	snprintf(place, sizeof(place), "%s/%s", device->place, device->name);
	add_attribute(fixture, place, "size", size);
	add_attribute(fixture, place, "align", 2 << 20);
	add_attribute(fixture, place, "target_node", device->node);
	add_attribute(fixture, place, "numa_node", 0);
	add_attribute(fixture, place, "resource", start);

	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s", device->name);
	snprintf(target, sizeof(target), "../../../devices/%s", place);
	fixture_link(fixture, path, target);
	fixture_add_range(fixture, device->name, 0, start, size);
	if (device->driver) {
		snprintf(path, sizeof(path), "sys/devices/%s/driver", place);
		snprintf(target, sizeof(target), "../bus/dax/drivers/%s", device->driver);
		fixture_link(fixture, path, target);
	}
	if (device->state) {
		snprintf(path, sizeof(path), "sys/devices/%s/state", place);
		fixture_write(fixture, path, "%s\n", device->state);
	}
}

void fixture_add_block(const struct fixture *fixture, unsigned int number, const char *state,
		       const char *zones)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%u/state", number);
	fixture_write(fixture, path, "%s\n", state);
	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%u/valid_zones", number);
	fixture_write(fixture, path, "%s\n", zones);
}

void fixture_delete_block(const struct fixture *fixture, unsigned int number)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%u", number);
	fixture_delete(fixture, path);
}

void fixture_add_blocks(const struct fixture *fixture, unsigned int first, unsigned int count,
			const char *state, const char *zones)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		fixture_add_block(fixture, first + i, state, zones);
}

/* "PATH -> TARGET" or "PATH = TEXT", where TEXT has its newlines as \n. */
static void load_line(const struct fixture *fixture, char *line)
{
	char *arrow = strstr(line, " -> "), *equals = strstr(line, " = ");
	char *from, *to;

	line[strcspn(line, "\n")] = '\0';
	if (arrow && (!equals || arrow < equals)) {
		*arrow = '\0';
		fixture_link(fixture, line, arrow + 4);
		return;
	}
	if (!equals)
		return;
	*equals = '\0';
	for (from = to = equals + 3; *from; from++) {
		bool newline = from[0] == '\\' && from[1] == 'n';

		*to++ = newline ? '\n' : *from;
		from += newline;
	}
	*to = '\0';
	fixture_write(fixture, line, "%s", equals + 3);
}

/* Adds the files that tests/lib/record has written. */
void fixture_load(struct fixture *fixture, const char *record)
{
	FILE *file = fopen(record, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		die("read", record);
	fixture_create(fixture);
	while (getline(&line, &size, file) > 0)
		load_line(fixture, line);
	free(line);
	fclose(file);
}
