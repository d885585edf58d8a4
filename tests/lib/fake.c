// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "pagemap.h"

/* Global, so that a child process has a copy of it, with which it changes the fixture. */
struct fake fake;

void fake_reset(struct fixture *fixture, const struct fixture_device *device)
{
	fake = (struct fake){
		.fixture = fixture,
		.device = *device,
		.has_state = device->state,
		.policy = "offline",
		.fail_block = -1,
		.fail_leaves = -1,
		.hide_zone = -1,
		.lie_block = -1,
		.intruder = -1,
		.rival = -1,
		.binds_to = "kmem",
		.room = -1,
	};
}

static int take_time(int ms, bool deaf)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (ms && nanosleep(&time, &time))
		if (!deaf)
			return -EINTR;
	return 0;
}

/* Removes the free huge pages of a block that goes offline. */
static void dissolve(void)
{
	if (fake.pool)
		fixture_write(fake.fixture, fake.pool, "%u\n", fake.pool_left);
	if (fake.system_pool)
		fixture_write(fake.fixture, fake.system_pool, "%u\n", fake.system_pool_left);
}

static void hide_zone(void)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%lld/valid_zones",
		 (long long)fake.hide_zone);
	if (fake.hide_zone >= 0)
		fixture_delete(fake.fixture, path);
}

static void switch_block(unsigned int number, const char *word)
{
	if (!strcmp(word, "offline")) {
		dissolve();
		hide_zone();
	}
	if (!strcmp(word, "offline"))
		fixture_add_block(fake.fixture, number, "offline", "Normal Movable");
	else
		fixture_add_block(fake.fixture, number, "online",
				  strcmp(word, "online_movable") ? "Normal" : "Movable");
}

static bool block_is(unsigned int number, const char *wanted)
{
	char path[128], state[32];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%u/state", number);
	fixture_read(fake.fixture, path, state, sizeof(state));
	return !strcmp(state, wanted);
}

/* The kernel has nothing to do for a block that is online, or offline, already. */
static bool is_so(unsigned int number, const char *word)
{
	return block_is(number, "offline") == !strcmp(word, "offline");
}

static int write_block(unsigned int number, const char *word)
{
	if (number == fake.rival && !is_so(number, fake.rival_word))
		switch_block(number, fake.rival_word);
	if (number == fake.fail_block && !strcmp(word, fake.fail_word) && fake.fail_times > 0) {
		fake.fail_times--;
		return fake.fail_err;
	}
	if (block_is(number, ""))
		return -ENOENT;
	if (is_so(number, word))
		return -EINVAL;
	switch_block(number, word);
	if (fake.intruder >= 0 && number != fake.intruder && !strcmp(word, "offline") &&
	    block_is(fake.intruder, "offline"))
		switch_block(fake.intruder, "online_kernel");
	return 0;
}

static void write_word(const char *word)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/state", fake.device.name);
	fixture_write(fake.fixture, path, "%s\n", word);
}

void fake_add_blocks(const char *word)
{
	unsigned int i, number;

	for (i = 0; i < fake.device.blocks; i++) {
		number = fake.device.first + i;
		switch_block(number, number == fake.lie_block ? "offline" : word);
	}
}

static unsigned int present_blocks(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < fake.device.blocks; i++)
		count += !block_is(fake.device.first + i, "");
	return count;
}

/* Reports a failure like a driver with a file last_failure. */
static void count_failure(void)
{
	char failure[96], failures[96], text[64];
	unsigned int count = 0;

	snprintf(failure, sizeof(failure), "sys/bus/dax/devices/%s/kmem/last_failure",
		 fake.device.name);
	snprintf(failures, sizeof(failures), "sys/bus/dax/devices/%s/kmem/transitions_failed",
		 fake.device.name);
	fixture_read(fake.fixture, failure, text, sizeof(text));
	if (!*text)
		return;
	fixture_read(fake.fixture, failures, text, sizeof(text));
	sscanf(text, "refused %u", &count);
	fixture_write(fake.fixture, failures, "refused %u\nslab 3\n", count + 1);
}

static int write_device(const char *word)
{
	unsigned int i;

	if (fake.fail_state && !strcmp(fake.fail_state, word)) {
		if (!fake.waits)
			count_failure();
		if (fake.fail_leaves >= 0) {
			switch_block(fake.fail_leaves, "offline");
			write_word("mixed");
		}
		return fake.fail_state_err;
	}
	if (!strcmp(word, "unplugged")) {
		if (fake.node_setting)
			fixture_delete(fake.fixture, fake.node_setting);
		for (i = 0; i < fake.device.blocks; i++)
			fixture_delete_block(fake.fixture, fake.device.first + i);
	} else {
		if (present_blocks())
			return -EBUSY;
		fake_add_blocks(word);
	}
	write_word(word);
	return 0;
}

static int bind(const char *device)
{
	char path[128], driver[64];

	take_time(fake.bind_ms, true);
	if (fake.fail_bind)
		return fake.fail_bind;
	if (fake.needs_id && !fake.has_id)
		return -ENODEV;
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/driver", device);
	snprintf(driver, sizeof(driver), "../bus/dax/drivers/%s", fake.binds_to);
	fixture_link(fake.fixture, path, driver);
	if (strcmp(fake.binds_to, "kmem"))
		return fake.bind_lies;
	fake_add_blocks(fake.policy);
	if (fake.has_state)
		write_word(fake.policy);
	return fake.bind_lies;
}

/* Blocks that are online are never removed. */
static int unbind(const char *device)
{
	char path[128];
	unsigned int i;

	if (fake.fail_unbind)
		return fake.fail_unbind;
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/driver", device);
	fixture_delete(fake.fixture, path);
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/state", device);
	fixture_delete(fake.fixture, path);
	for (i = 0; i < fake.device.blocks; i++) {
		if (block_is(fake.device.first + i, "offline"))
			fixture_delete_block(fake.fixture, fake.device.first + i);
		else if (!block_is(fake.device.first + i, ""))
			fixture_write(fake.fixture, "stuck", "%u\n", fake.device.first + i);
	}
	return 0;
}

/* The driver binds a device whose name it knows at once, and does not report a failure. */
static int new_id(const char *device)
{
	fake.has_id = true;
	bind(device);
	return 0;
}

static int write_driver(const char *file, const char *device)
{
	if (!strcmp(file, "bind"))
		return bind(device);
	if (!strcmp(file, "unbind"))
		return unbind(device);
	if (!strcmp(file, "new_id"))
		return new_id(device);
	fake.has_id = false;
	return 0;
}

/* nr_hugepages reads as all pages, surplus ones included; a write sets the persistent ones. */
static unsigned int beside(const char *path, const char *name, char *file, size_t size)
{
	char text[32];

	snprintf(file, size, "%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
	fixture_read(fake.fixture, file, text, sizeof(text));
	return strtoul(text, NULL, 10);
}

/* A pool grows and shrinks by free pages. */
static void set_free(const char *path, unsigned int before, unsigned int now)
{
	char file[160];
	unsigned int free = beside(path, "free_hugepages", file, sizeof(file)) + now;

	fixture_write(fake.fixture, file, "%u\n", free > before ? free - before : 0);
}

static void set_room(int64_t pages)
{
	fixture_write(fake.fixture, "proc/zoneinfo",
		      "Node 0, zone Normal\n  pages free %lld\n  low 2\n  high 100\n"
		      "  managed 1000000\n",
		      (long long)pages);
}

/* The pages of a pool are in the first block, and the pool can grow again up to @fail_pool. */
static int write_pool(const char *path, const char *text)
{
	char file[160];
	unsigned int surplus = beside(path, "surplus_hugepages", file, sizeof(file));
	unsigned int before = beside(path, "nr_hugepages", file, sizeof(file));
	unsigned int wanted = strtoul(text, NULL, 10) + surplus;

	if (fake.fail_pool && wanted > fake.fail_pool)
		wanted = fake.fail_pool;
	fixture_write(fake.fixture, path, "%u\n", wanted);
	set_free(path, before, wanted);
	if (fake.pool_takes_room)
		set_room(0);
	return 0;
}

static int write_reclaim(const char *text)
{
	if (fake.fail_reclaim && fake.fail_leaves >= 0)
		fixture_write(fake.fixture, STRANDED "/180000000-1bfffffff/blocks_online", "6\n");
	if (fake.fail_reclaim)
		return fake.fail_reclaim;
	if (strcmp(text, "1"))
		return -EINVAL;
	fixture_delete(fake.fixture, "sys/bus/dax/drivers/kmem/stranded/180000000-1bfffffff");
	return 0;
}

static int write_setting(const char *path, const char *text)
{
	if (fake.fail_setting)
		return fake.fail_setting;
	if (fake.node_setting && !strcmp(path, fake.node_setting) &&
	    !fixture_exists(fake.fixture, path))
		return -ENOENT;
	if (fake.keep_setting && !strcmp(path, fake.keep_setting) && strcmp(text, "0"))
		return -EINVAL;
	fixture_write(fake.fixture, path, "%s\n", text);
	return 0;
}

static bool is_setting_of_kernel(const char *path)
{
	return strstr(path, "demotion_enabled") || strstr(path, "numa_balancing") ||
	       strstr(path, "weighted_interleave");
}

/* "BYTES swappiness=0": drops that much of the 100 MiB of page cache on node 1. */
static int write_node_reclaim(const char *path, const char *text)
{
	static unsigned long long left = 100ULL << 20;
	unsigned long long bytes = strtoull(text, NULL, 10);

	if (fake.busy_reclaims) {
		fake.busy_reclaims--;
		return -EBUSY;
	}
	left -= bytes < left ? bytes : left;
	fixture_write(fake.fixture, NODES "/node1/meminfo",
		      "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 900000 kB\n"
		      "Node 1 AnonPages: 0 kB\nNode 1 Shmem: 0 kB\nNode 1 FilePages: %llu kB\n",
		      left / 1024);
	return write_setting(path, text);
}

/* Like the driver, adds to the list. */
static int write_faulty_pages(const char *path, const char *text)
{
	char list[256];

	if (fake.fail_setting)
		return fake.fail_setting;
	fixture_read(fake.fixture, path, list, sizeof(list));
	fixture_write(fake.fixture, path, "%s%s%s\n", list, *list ? "," : "", text);
	return 0;
}

static int write_file(const char *path, const char *text)
{
	unsigned int number;

	if (sscanf(path, MEMORY_BLOCKS "/memory%u/state", &number) == 1)
		return write_block(number, text);
	if (strstr(path, NODES "/node1/reclaim"))
		return write_node_reclaim(path, text);
	if (is_setting_of_kernel(path))
		return write_setting(path, text);
	if (strstr(path, "/reclaim"))
		return write_reclaim(text);
	if (strstr(path, "nr_hugepages"))
		return write_pool(path, text);
	if (strstr(path, "/faulty_pages"))
		return write_faulty_pages(path, text);
	if (strstr(path, "/kmem/") || strstr(path, "memmap_on_memory"))
		return write_setting(path, text);
	return write_device(text);
}

static int fake_write(struct daxplug *daxplug, const char *path, const char *text)
{
	int err;

	(void)daxplug;
	if (!strncmp(path, KMEM_DRIVER "/", strlen(KMEM_DRIVER) + 1) && !strstr(path, "reclaim"))
		return write_driver(strrchr(path, '/') + 1, text);
	take_time(fake.late_ms, true);
	err = take_time(fake.slow_ms, fake.deaf);
	if (err)
		return err;
	return write_file(path, text);
}

static int fake_load(struct daxplug *daxplug, const char *module)
{
	(void)daxplug, (void)module;
	if (fake.no_driver)
		return -ENOENT;
	fixture_write(fake.fixture, KMEM_DRIVER "/bind", "%s", "");
	fixture_write(fake.fixture, KMEM_DRIVER "/unbind", "%s", "");
	return 0;
}

static int fake_find(struct daxplug *daxplug, const char *module)
{
	(void)daxplug, (void)module;
	return fake.no_driver ? -ENOENT : 0;
}

/* ---- pages of processes, as in their pagemap ---- */

static int open_pagemap(int pid)
{
	char path[64], full[FIXTURE_PATH_SIZE];

	snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	fixture_path(fake.fixture, path, full);
	return open(full, O_RDWR);
}

static int node_of(uint64_t entry)
{
	uint64_t frame = entry & PAGEMAP_FRAME;

	if (!(entry & PAGEMAP_PRESENT))
		return -ENOENT;
	return frame >= FAKE_FRAME + 16 ? fake.device.node : (int)(frame - FAKE_FRAME);
}

/* Like the kernel, stops at a page that cannot be moved, and reports nothing about the rest. */
static long move_in(int pagemap, unsigned long count, void **pages, const int *nodes, int *status)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		uint64_t page = (uintptr_t)pages[i] / 4096, entry = 0;

		if (pread(pagemap, &entry, sizeof(entry), page * sizeof(entry)) != sizeof(entry))
			entry = 0;
		if (nodes && fake.stuck_page == (uintptr_t)pages[i])
			return count - i;
		status[i] = nodes ? nodes[i] : node_of(entry);
		entry = PAGEMAP_PRESENT | (FAKE_FRAME + (nodes ? nodes[i] : 0));
		if (nodes && pwrite(pagemap, &entry, sizeof(entry), page * sizeof(entry)) < 0)
			return -EIO;
	}
	return 0;
}

static void take_room(unsigned long count)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	if (fake.room < 0)
		return;
	pthread_mutex_lock(&lock);
	fake.room -= (int64_t)count < fake.room ? (int64_t)count : fake.room;
	set_room(fake.room);
	pthread_mutex_unlock(&lock);
}

static void empty(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/numa_maps", pid);
	fixture_write(fake.fixture, path, "\n");
}

static long fake_move_pages(struct daxplug *daxplug, int pid, unsigned long count, void **pages,
			    const int *nodes, int *status)
{
	int pagemap = open_pagemap(pid);
	long left;

	(void)daxplug;
	if (pagemap < 0)
		return -ESRCH;
	if (nodes) {
		fake.moves++;
		take_time(fake.move_ms, true);
	}
	if (nodes && fake.move_err) {
		if (fake.move_first < count)
			move_in(pagemap, fake.move_first, pages, nodes, status);
		left = fake.move_err;
	} else {
		left = move_in(pagemap, count, pages, nodes, status);
	}
	close(pagemap);
	if (nodes && !left)
		take_room(count);
	if (nodes && !left && fake.freed_pool)
		fixture_write(fake.fixture, fake.freed_pool, "%lu\n", count);
	if (nodes && pid == fake.emptied)
		empty(pid);
	return left;
}

/* Swapped pages have no page frame. Like the kernel, stops at a range that it cannot swap out. */
static long fake_page_out(struct daxplug *daxplug, int pid, const struct iovec *ranges,
			  unsigned int count)
{
	int pagemap = open_pagemap(pid);
	const uint64_t none = 0;
	long done = 0;
	unsigned int i;

	(void)daxplug;
	if (pagemap < 0)
		return -ESRCH;
	for (i = 0; i < count && !fake.page_out_err; i++) {
		uint64_t page = (uintptr_t)ranges[i].iov_base / 4096;

		if (page * 4096 == fake.kept_page ||
		    pwrite(pagemap, &none, sizeof(none), page * sizeof(none)) < 0)
			break;
		done += ranges[i].iov_len;
	}
	close(pagemap);
	if (fake.page_out_err)
		return fake.page_out_err;
	return done ? done : -ENOMEM;
}

const struct system_ops system_fake = {
	.write = fake_write,
	.load = fake_load,
	.can_load = fake_find,
	.move_pages = fake_move_pages,
	.page_out = fake_page_out,
};
