// SPDX-License-Identifier: GPL-2.0-or-later
/* Drains, on a kernel that moves pages of a fixture's processes or refuses to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Included before cmocka, which has a macro with the name of a function there. */
#include "change.h"
#include "cmocka_all.h"
#include "drain.h"
#include "fake.h"
#include "fixture.h"
#include "handle.h"
#include "pagemap.h"
#include "pressure.h"

#define FIRST 48
#define BLOCKS 8
#define PAGE 4096
#define MIB (UINT64_C(1) << 20)
#define FRAMES_A_BLOCK (FIXTURE_BLOCK_SIZE / PAGE)
#define NODE "sys/devices/system/node/"
#define STATE "sys/bus/dax/devices/dax0.0/state"
#define DEMOTION "sys/kernel/mm/numa/demotion_enabled"
#define BALANCING "proc/sys/kernel/numa_balancing"
#define WEIGHT "sys/kernel/mm/mempolicy/weighted_interleave/node1"
#define WEIGHTS_AUTO "sys/kernel/mm/mempolicy/weighted_interleave/auto"

/* Bits of /proc/kpageflags. */
#define LOCKED (UINT64_C(1) << 0)
#define ON_LIST (UINT64_C(1) << 5)
#define WRITEBACK (UINT64_C(1) << 8)
#define ANON (UINT64_C(1) << 12)
#define SWAPBACKED (UINT64_C(1) << 14)
#define HEAD (UINT64_C(1) << 15)
#define TAIL (UINT64_C(1) << 16)

struct context {
	struct fixture fixture;
	struct daxplug *daxplug;
	struct daxplug_device *device;
	struct daxplug_change *change;
};

/* In MiB. */
static void set_node(struct context *context, int node, unsigned int total, unsigned int free,
		     unsigned int anon)
{
	char path[64];

	snprintf(path, sizeof(path), NODE "node%d/meminfo", node);
	fixture_write(&context->fixture, path,
		      "Node %d MemTotal: %u kB\nNode %d MemFree: %u kB\nNode %d AnonPages: %u kB\n"
		      "Node %d Shmem: 0 kB\nNode %d FilePages: 0 kB\n",
		      node, total * 1024, node, free * 1024, node, anon * 1024, node, node);
}

/* Sets the free pages of node 0 and its high watermark. */
static void set_zone(struct context *context, unsigned int free, unsigned int high)
{
	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone   Normal\n  pages free     %u\n        min      1\n"
		      "        low      2\n        high     %u\n        managed  1000000\n"
		      "        protection: (0, 0, 0, 0)\n",
		      free, high);
}

static int set_up(void **state)
{
	struct context *context = calloc(1, sizeof(*context));
	struct fixture_device device = fixture_hmem;

	device.node = 1;
	device.state = "online_movable";
	fixture_create(&context->fixture);
	fixture_add_device(&context->fixture, &device);
	fake_reset(&context->fixture, &device);
	fixture_add_blocks(&context->fixture, FIRST, BLOCKS, "online", "Movable");
	fixture_write(&context->fixture, "sys/module/kmem/taint", "OE\n");
	fixture_write(&context->fixture, NODE "has_memory", "0-1\n");
	fixture_write(&context->fixture, NODE "online", "0-1\n");
	fixture_write(&context->fixture, NODE "node1/distance", "20 10\n");
	set_node(context, 0, 4096, 2048, 0);
	set_node(context, 1, 1024, 512, 100);
	set_zone(context, 500000, 100);
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	context->daxplug->system = &system_fake;
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	context->device = daxplug_first(context->daxplug);
	assert_non_null(context->device);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_ONLINE_MOVABLE);
	*state = context;
	return 0;
}

static int tear_down(void **state)
{
	struct context *context = *state;

	daxplug_change_unref(context->change);
	daxplug_unref(context->daxplug);
	fixture_remove(&context->fixture);
	free(context);
	return 0;
}

/* ---- processes ---- */

static uint64_t frame(unsigned int page)
{
	return FIRST * FRAMES_A_BLOCK + page;
}

static void write_at(const struct fixture *fixture, const char *path, uint64_t index,
		     uint64_t value)
{
	char full[FIXTURE_PATH_SIZE];
	int fd;

	if (!fixture_exists(fixture, path))
		fixture_write(fixture, path, "%s", "");
	fixture_path(fixture, path, full);
	fd = open(full, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &value, sizeof(value), index * sizeof(value)), sizeof(value));
	close(fd);
}

static uint64_t entry_at(const struct fixture *fixture, int pid, uint64_t page)
{
	char path[64], full[FIXTURE_PATH_SIZE];
	uint64_t entry = 0;
	int fd;

	snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	fixture_path(fixture, path, full);
	fd = open(full, O_RDONLY);
	if (fd < 0 || pread(fd, &entry, sizeof(entry), page * sizeof(entry)) != sizeof(entry))
		entry = 0;
	if (fd >= 0)
		close(fd);
	return entry;
}

static void map_page(struct context *context, int pid, uint64_t page, uint64_t at)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/pagemap", pid);
	write_at(&context->fixture, path, page, at | PAGEMAP_PRESENT);
}

/* Adds a process with one mapping of a number of pages at page 16, the first of them at a frame. */
static void add_process(struct context *context, int pid, const char *name, unsigned int pages,
			uint64_t first)
{
	const struct fixture *fixture = &context->fixture;
	char path[64];
	unsigned int i;

	snprintf(path, sizeof(path), "proc/%d/comm", pid);
	fixture_write(fixture, path, "%s\n", name);
	snprintf(path, sizeof(path), "proc/%d/numa_maps", pid);
	fixture_write(fixture, path, "10000 default anon=%u dirty=%u N1=%u kernelpagesize_kB=4\n",
		      pages, pages, pages);
	snprintf(path, sizeof(path), "proc/%d/maps", pid);
	fixture_write(fixture, path, "%x-%x rw-p 00000000 00:00 0\n", 16 * PAGE,
		      (16 + pages) * PAGE);
	for (i = 0; i < pages; i++)
		map_page(context, pid, 16 + i, first + i);
}

static void set_cpuset(struct context *context, int pid, const char *nodes)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/status", pid);
	fixture_write(&context->fixture, path, "Name:\tx\nMems_allowed_list:\t%s\nThreads:\t1\n",
		      nodes);
}

static bool reads(const struct context *context, const char *path, const char *value)
{
	char text[32];

	fixture_read(&context->fixture, path, text, sizeof(text));
	return !strcmp(text, value);
}

/* How many pages of a process are on the device. */
static unsigned int on_device(const struct context *context, int pid, unsigned int pages)
{
	unsigned int i, count = 0;

	for (i = 0; i < pages; i++)
		count += (entry_at(&context->fixture, pid, 16 + i) & PAGEMAP_FRAME) >= frame(0);
	return count;
}

/* ---- changes ---- */

static void prepare(struct context *context, unsigned int flags, int64_t timeout)
{
	daxplug_change_unref(context->change);
	assert_int_equal(daxplug_change_new(context->device, DAXPLUG_ACTION_UNPLUG,
					    &context->change),
			 0);
	assert_int_equal(daxplug_change_set_flags(context->change, flags), 0);
	assert_int_equal(daxplug_change_set_timeout(context->change, timeout), 0);
}

static int drain(struct context *context, unsigned int flags)
{
	int err;

	prepare(context, DAXPLUG_CHANGE_DRAIN | flags, -1);
	err = daxplug_change_start(context->change);
	return err ? err : daxplug_change_wait(context->change);
}

static int dry_run(struct context *context, unsigned int flags)
{
	prepare(context, DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_DRY_RUN | flags, -1);
	return daxplug_change_start(context->change);
}

static bool has_finding(struct context *context, const char *id)
{
	struct daxplug_forecast *forecast;
	bool found = false;
	unsigned int i;

	assert_int_equal(daxplug_forecast_changes(&context->change, 1, &forecast), 0);
	for (i = 0; i < daxplug_forecast_findings(forecast); i++)
		found |= !strcmp(daxplug_forecast_finding_id(forecast, i), id);
	daxplug_forecast_unref(forecast);
	return found;
}

static void expect(struct context *context, int err, int wanted, enum daxplug_outcome outcome,
		   enum daxplug_state state)
{
	if (err != wanted || daxplug_change_outcome(context->change) != outcome)
		print_message("# %s / %s\n", daxplug_change_message(context->change),
			      daxplug_change_hint(context->change));
	assert_int_equal(err, wanted);
	assert_int_equal(daxplug_change_outcome(context->change), outcome);
	assert_int_equal(daxplug_device_state(context->device), state);
}

#define EXPECT(call, err, outcome, state)                                                          \
	expect(context, call, err, DAXPLUG_OUTCOME_##outcome, DAXPLUG_STATE_##state)

static uint64_t moved_anon(const struct context *context)
{
	return daxplug_change_moved(context->change, DAXPLUG_USE_ANON);
}

/* ---- the memory that is moved ---- */

static void moves_processes(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "small", 10, frame(0));
	add_process(context, 42, "large", 20000, frame(100));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_true(daxplug_change_drained(context->change));
	assert_int_equal(on_device(context, 41, 10), 0);
	assert_int_equal(on_device(context, 42, 20000), 0);
	assert_int_equal(moved_anon(context), 20010 * PAGE);
	assert_int_equal(daxplug_change_evacuees(context->change), 2);
	assert_string_equal(daxplug_change_evacuee_name(context->change, 0), "large");
	assert_int_equal(daxplug_change_evacuee_pid(context->change, 0), 42);
	assert_int_equal(daxplug_change_evacuee_bytes(context->change, 0), 20000 * PAGE);
	assert_int_equal(daxplug_change_evacuee_error(context->change, 0), 0);
	/* The fixture's meminfo does not change when the fake kernel moves pages. */
	assert_int_equal(daxplug_change_left(context->change, DAXPLUG_USE_ANON), 100 * MIB);
	assert_true(daxplug_change_drain_duration(context->change) >= 0);
}

static void without_the_flag(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "small", 10, frame(0));
	prepare(context, 0, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_false(daxplug_change_drained(context->change));
	assert_int_equal(on_device(context, 41, 10), 10);
	assert_int_equal(daxplug_change_left(context->change, DAXPLUG_USE_ANON), -1);
}

/* The node may have other memory, too. */
static void leaves_other_memory(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "other", 10, frame(BLOCKS * FRAMES_A_BLOCK));
	add_process(context, 42, "below", 10, frame(0) - 10);
	map_page(context, 42, 25, frame(0));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(moved_anon(context), PAGE);
	assert_int_equal(entry_at(&context->fixture, 41, 16) & PAGEMAP_FRAME,
			 frame(BLOCKS * FRAMES_A_BLOCK));
}

/* One address is enough to move a large folio, and all its pages count. */
static void large_folio(void **state)
{
	struct context *context = *state;
	unsigned int i;

	add_process(context, 41, "large", 512, frame(0));
	for (i = 0; i < 512; i++)
		write_at(&context->fixture, "proc/kpageflags", frame(i),
			 ON_LIST | ANON | (i ? TAIL : HEAD));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(moved_anon(context), 2 * MIB);
	assert_int_equal(on_device(context, 41, 512), 511);
}

/* The kernel would wait for these pages. */
static void busy_pages(void **state)
{
	struct context *context = *state;
	static const uint64_t busy[] = { LOCKED, WRITEBACK, LOCKED | HEAD, TAIL };
	unsigned int i;

	add_process(context, 41, "writer", 10, frame(0));
	for (i = 0; i < 4; i++)
		write_at(&context->fixture, "proc/kpageflags", frame(i), ON_LIST | ANON | busy[i]);
	for (; i < 10; i++)
		write_at(&context->fixture, "proc/kpageflags", frame(i), ON_LIST | ANON);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 4), 4);
	assert_int_equal(on_device(context, 41, 10), 4);
}

static void huge_pages(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "huge", 1024, frame(0));
	fixture_write(&context->fixture, "proc/41/numa_maps",
		      "200000 default anon=1 N1=1 kernelpagesize_kB=2048 huge\n");
	fixture_write(&context->fixture, "proc/41/maps", "200000-400000 rw-p 0 00:00 0\n");
	for (unsigned int i = 0; i < 512; i++)
		map_page(context, 41, 512 + i, frame(i));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_moved(context->change, DAXPLUG_USE_HUGE), 2 * MIB);
	assert_int_equal(moved_anon(context), 0);
}

/* Adds a process with @count mappings of one page; the last @inside of them are on the device. */
static void add_mappings(struct context *context, unsigned int count, unsigned int inside)
{
	char full[FIXTURE_PATH_SIZE];
	FILE *numa_maps, *maps;
	unsigned int i, first = count - inside;

	add_process(context, 41, "small", 1, frame(0));
	fixture_path(&context->fixture, "proc/41/numa_maps", full);
	numa_maps = fopen(full, "w");
	fixture_path(&context->fixture, "proc/41/maps", full);
	maps = fopen(full, "w");
	assert_true(numa_maps && maps);
	for (i = 0; i < count; i++) {
		unsigned int start = (16 + 2 * i) * PAGE;

		fprintf(numa_maps, "%x default anon=1 dirty=1 N%u=1 kernelpagesize_kB=4\n", start,
			i >= first);
		fprintf(maps, "%x-%x rw-p 00000000 00:00 0\n", start, start + PAGE);
		if (i >= first)
			map_page(context, 41, 16 + 2 * i, frame(2 * (i - first)));
	}
	fclose(numa_maps);
	fclose(maps);
}

/* Each call of move_pages() is expensive, whatever it moves. */
static void small_mappings(void **state)
{
	struct context *context = *state;
	struct drain drain = { 0 };
	pthread_t mover;

	add_mappings(context, 1000, 1000);
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	context->change->task.caller = -1;
	drain.change = context->change;
	drain.frames = &(struct frames){ frame(0), frame(BLOCKS * FRAMES_A_BLOCK) };
	drain.frames_count = 1;
	assert_int_equal(targets_read(&drain.targets, context->daxplug, 1, &(struct node_set){ 0 }),
			 0);
	evacuees_find(&drain, INT64_MAX);
	assert_int_equal(drain.piece_count, 1000);
	assert_int_equal(movers_start(&drain, 1, &mover), 1);
	pthread_join(mover, NULL);
	assert_int_equal(atomic_load(&drain.moved[DAXPLUG_USE_ANON]), 1000 * PAGE);
	assert_in_range(fake.moves, 1, 10);
	owners_free(&drain);
	free(drain.pieces);
}

/* The process has so many mappings that the text of all of them exceeds 8 MiB. */
static void many_mappings(void **state)
{
	struct context *context = *state;

	add_mappings(context, 200000, 1);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(moved_anon(context), PAGE);
}

/* The kernel ends a call at a page that it cannot move. */
static void pinned_page(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "pinned", 100, frame(0));
	fake.stuck_page = (16 + 50) * PAGE;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 100), 1);
	assert_int_equal(moved_anon(context), 99 * PAGE);
}

static void process_ends(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "gone", 100, frame(0));
	fake.move_err = -ESRCH;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_evacuees(context->change), 0);
}

/* Pages that move_pages() moved before it failed are counted. */
static void call_fails_midway(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "part", 100, frame(0));
	fake.move_err = -EIO;
	fake.move_first = 40;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 100), 60);
	assert_int_equal(moved_anon(context), 40 * PAGE);
}

static void cpuset_without_target(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "bound", 100, frame(0));
	set_cpuset(context, 41, "1");
	add_process(context, 42, "free", 10, frame(200));
	set_cpuset(context, 42, "0-1");
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 100), 100);
	assert_int_equal(on_device(context, 42, 10), 0);
	assert_int_equal(daxplug_change_evacuees(context->change), 2);
	assert_string_equal(daxplug_change_evacuee_name(context->change, 0), "bound");
	assert_int_equal(daxplug_change_evacuee_error(context->change, 0), -EACCES);
	assert_int_equal(daxplug_change_evacuee_bytes(context->change, 0), 100 * PAGE);
}

/* Its memory on the node may be none of the device's. */
static void cpuset_without_memory_of_device(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "bound", 100, frame(BLOCKS * FRAMES_A_BLOCK));
	set_cpuset(context, 41, "1");
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_evacuees(context->change), 0);
}

/* The cpuset may have become smaller since it was read. */
static void kernel_says_cpuset(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "bound", 100, frame(0));
	fake.move_err = -EACCES;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_evacuee_error(context->change, 0), -EACCES);
}

static void no_other_node(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, NODE "has_memory", "1\n");
	add_process(context, 41, "alone", 10, frame(0));
	EXPECT(dry_run(context, DAXPLUG_CHANGE_FORCE), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_true(has_finding(context, "no-target"));
	EXPECT(drain(context, DAXPLUG_CHANGE_FORCE), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 10), 10);
}

#define POOL_OF_NODE NODE "node1/hugepages/hugepages-2048kB/nr_hugepages"
#define RESERVED "sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages"

/* Sets the huge pages of a node of one size, in KiB. */
static void set_pool_of(struct context *context, int node, const char *size, unsigned int pages,
			unsigned int free)
{
	const struct {
		const char *name;
		unsigned int value;
	} files[] = {
		{ "nr_hugepages", pages },
		{ "free_hugepages", free },
		{ "surplus_hugepages", 0 },
	};
	char path[128];
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), NODE "node%d/hugepages/hugepages-%skB/%s", node, size,
			 files[i].name);
		fixture_write(&context->fixture, path, "%u\n", files[i].value);
	}
	snprintf(path, sizeof(path), "sys/kernel/mm/hugepages/hugepages-%skB/resv_hugepages", size);
	fixture_write(&context->fixture, path, "0\n");
}

static void set_pool(struct context *context, int node, unsigned int pages, unsigned int free)
{
	set_pool_of(context, node, "2048", pages, free);
}

/* ---- where to ---- */

/* Adds node 2 with a number of free pages, farther from the device than node 0. */
static void add_node_2(struct context *context, unsigned int pages)
{
	fixture_write(&context->fixture, NODE "has_memory", "0-2\n");
	fixture_write(&context->fixture, NODE "online", "0-2\n");
	fixture_write(&context->fixture, NODE "node1/distance", "20 10 30\n");
	set_node(context, 2, 4096, 2048, 0);
	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone Normal\n  pages free 500000\n  low 1\n  high 2\n  managed 9\n"
		      "Node 2, zone Normal\n  pages free %u\n  low 1\n  high 2\n  managed 9\n",
		      pages);
}

static void nearest_target(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500000);
	fixture_write(&context->fixture, NODE "node1/distance", "30 10 20\n");
	add_process(context, 41, "small", 10, frame(0));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	/* The fake kernel puts moved pages at a frame that identifies the node. */
	assert_int_equal(entry_at(&context->fixture, 41, 16) & PAGEMAP_FRAME, FAKE_FRAME + 2);
}

/* A batch may find room only in parts. */
static void room_on_several_nodes(void **state)
{
	struct context *context = *state;

	add_node_2(context, 0);
	fixture_write(&context->fixture, NODE "has_memory", "0-3\n");
	fixture_write(&context->fixture, NODE "online", "0-3\n");
	set_node(context, 1, 1024, 512, 20);
	set_node(context, 3, 4096, 2048, 0);
	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone Normal\n  pages free 3074\n  low 1\n  high 2\n  managed 9\n"
		      "Node 2, zone Normal\n  pages free 3074\n  low 1\n  high 2\n  managed 9\n"
		      "Node 3, zone Normal\n  pages free 3074\n  low 1\n  high 2\n  managed 9\n");
	add_process(context, 41, "large", 20 * 256, frame(0));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 20 * 256), 0);
}

static void no_room(void **state)
{
	struct context *context = *state;

	/* 100 MiB must move, and 90 MiB lie above the watermark. */
	set_zone(context, 90 * 256 + 100000, 100000);
	add_process(context, 41, "small", 10, frame(0));
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_ROOM);
	assert_non_null(strstr(daxplug_change_message(context->change), "10 MiB too little"));
	assert_int_equal(on_device(context, 41, 10), 10);
	EXPECT(drain(context, DAXPLUG_CHANGE_FORCE), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 10), 0);
}

static void set_swap(struct context *context, unsigned int mib)
{
	fixture_write(&context->fixture, "proc/swaps",
		      "Filename Type Size Used Priority\n/dev/vda2 partition %u 0 -2\n",
		      mib * 1024);
}

/* During the drain processes allocate more than node 1 has room for. Swap is not asked for. */
static void room_runs_out(void **state)
{
	struct context *context = *state;

	set_node(context, 1, 1024, 512, 8);
	fake.room = 8 * 256 + 100;
	set_zone(context, fake.room, 100);
	set_swap(context, 200);
	add_process(context, 41, "growing", 20000, frame(0));
	EXPECT(drain(context, 0), -ENOSPC, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_ROOM);
	assert_true(daxplug_change_retry(context->change));
	assert_non_null(strstr(daxplug_change_message(context->change), "8 MiB must"));
	assert_true(moved_anon(context) <= 8 * MIB);
	assert_int_equal(daxplug_change_swapped(context->change), 0);
}

/* While the drain searches for processes, or gives up huge pages, others take all free memory. */
static void room_goes_before_first_move(void **state)
{
	struct context *context = *state;

	set_pool(context, 1, 50, 30);
	fake.pool_takes_room = true;
	add_process(context, 41, "small", 10, frame(0));
	EXPECT(drain(context, 0), -ENOSPC, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(on_device(context, 41, 10), 10);
}

/* Another device, which was a target, has been unplugged meanwhile. */
static void target_goes(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, NODE "has_memory", "0-2\n");
	add_process(context, 41, "small", 10, frame(0));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 10), 0);
}

static void room_unreadable(void **state)
{
	struct context *context = *state;

	fixture_delete(&context->fixture, "proc/zoneinfo");
	EXPECT(drain(context, DAXPLUG_CHANGE_FORCE), -ENODATA, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);
}

/* ---- a dry run predicts the drain ---- */

static const char *predicted(struct context *context, enum daxplug_verdict *verdict)
{
	static char text[256];
	struct daxplug_forecast *forecast;

	assert_int_equal(daxplug_forecast_changes(&context->change, 1, &forecast), 0);
	*verdict = daxplug_forecast_verdict(forecast);
	snprintf(text, sizeof(text), "%s", daxplug_forecast_finding_text(forecast, 0));
	daxplug_forecast_unref(forecast);
	return text;
}

/* Page cache that other nodes could drop, and swap, are room for an unplug and not for a drain. */
static void dry_run_lacks_room(void **state)
{
	struct context *context = *state;
	enum daxplug_verdict verdict;
	char message[320];

	set_zone(context, 90 * 256 + 100000, 100000);
	set_swap(context, 400);
	add_process(context, 41, "small", 10, frame(0));
	EXPECT(dry_run(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	snprintf(message, sizeof(message), "%s", daxplug_change_message(context->change));
	assert_non_null(strstr(message, predicted(context, &verdict)));
	assert_int_equal(verdict, DAXPLUG_VERDICT_REFUSED);
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_string_equal(daxplug_change_message(context->change), message);
	prepare(context, DAXPLUG_CHANGE_DRY_RUN, -1);
	EXPECT(daxplug_change_start(context->change), 0, DRY_RUN, ONLINE_MOVABLE);
	/* One page more than is needed. */
	set_zone(context, 100 * 256 + 100001, 100000);
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	predicted(context, &verdict);
	assert_int_equal(verdict, DAXPLUG_VERDICT_GO);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
}

static void dry_run_names_confined(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "bound", 100, frame(0));
	set_cpuset(context, 41, "0-1");
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_false(has_finding(context, "confined"));
	set_cpuset(context, 41, "1");
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_true(has_finding(context, "confined"));
	/* An unplug without a drain moves the pages despite the cpuset. */
	prepare(context, DAXPLUG_CHANGE_DRY_RUN, -1);
	EXPECT(daxplug_change_start(context->change), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_false(has_finding(context, "confined"));
}

static void dry_run_names_pinned(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "rdma", 100, frame(0));
	fixture_write(&context->fixture, "proc/41/status",
		      "Name:\tx VmPin: 9 kB\nVmPin:\t       0 kB\n");
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_false(has_finding(context, "pinned-memory"));
	fixture_write(&context->fixture, "proc/41/status", "Name:\trdma\nVmPin:\t      64 kB\n");
	assert_true(has_finding(context, "pinned-memory"));
}

/* Node 0 has room, but the cpuset of the process has only node 2, which has too little. */
static void cpuset_without_room(void **state)
{
	struct context *context = *state;
	enum daxplug_verdict verdict;

	add_node_2(context, 500);
	add_process(context, 41, "bound", 1000, frame(0));
	set_cpuset(context, 41, "1-2");
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_non_null(strstr(predicted(context, &verdict), "bound (PID 41)"));
	assert_int_equal(verdict, DAXPLUG_VERDICT_REFUSED);
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), "bound (PID 41)"));
	assert_int_equal(on_device(context, 41, 1000), 1000);
	/* Node 2 has enough room. */
	add_node_2(context, 2000);
	predicted(context, &verdict);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
}

/* A process needs no more room than the device has memory of processes. */
static void cpuset_with_room_for_device(void **state)
{
	struct context *context = *state;

	add_node_2(context, 5000);
	set_node(context, 1, 1024, 512, 8);
	add_process(context, 41, "bound", 10000, frame(0));
	set_cpuset(context, 41, "1-2");
	fake.emptied = 41;
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_false(has_finding(context, "no-room"));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
}

/* In the second pass the process has no memory left, and node 0 has no room for that much again. */
static void cpuset_filled_by_first_pass(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500000);
	add_process(context, 41, "bound", 10000, frame(0));
	set_cpuset(context, 41, "0-1");
	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone Normal\n  pages free 12000\n  low 1\n  high 100\n  managed 9\n"
		      "Node 2, zone Normal\n  pages free 500000\n  low 1\n  high 2\n  managed 9\n");
	fake.room = 12000;
	fake.emptied = 41;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 10000), 0);
}

static void set_own_cpuset(struct context *context, const char *nodes)
{
	fixture_write(&context->fixture, "proc/self/status", "Name:\tx\nMems_allowed_list:\t%s\n",
		      nodes);
}

/* The kernel allocates as the cpuset of the mover allows. */
static void own_cpuset(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500000);
	add_process(context, 41, "small", 10, frame(0));
	set_own_cpuset(context, "1");
	EXPECT(dry_run(context, 0), -EACCES, REFUSED, ONLINE_MOVABLE);
	EXPECT(drain(context, 0), -EACCES, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_PERMISSION);
	assert_non_null(strstr(daxplug_change_message(context->change), "cpuset of this process"));
	assert_false(daxplug_change_retry(context->change));
	/* Node 0 is nearer. */
	set_own_cpuset(context, "1-2");
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(entry_at(&context->fixture, 41, 16) & PAGEMAP_FRAME, FAKE_FRAME + 2);
}

static void own_cpuset_unreadable(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500000);
	fixture_link(&context->fixture, "proc/self/status", "status");
	EXPECT(drain(context, DAXPLUG_CHANGE_FORCE), -ELOOP, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);
}

static void own_cpuset_without_room(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500);
	set_own_cpuset(context, "1-2");
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), "cpuset of this process"));
	assert_non_null(strstr(daxplug_change_hint(context->change), "cpuset"));
}

/* ---- nodes to avoid ---- */

static void avoids_nodes(void **state)
{
	struct context *context = *state;

	add_node_2(context, 500000);
	add_process(context, 41, "small", 10, frame(0));
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_avoid_node(context->change, -1), -EINVAL);
	assert_int_equal(daxplug_change_avoid_node(context->change, 1024), -EINVAL);
	assert_int_equal(daxplug_change_avoid_node(context->change, 0), 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	assert_int_equal(daxplug_change_avoid_node(context->change, 2), -EBUSY);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_int_equal(entry_at(&context->fixture, 41, 16) & PAGEMAP_FRAME, FAKE_FRAME + 2);
}

/* Where no other node is left, a drain into the node is better than none. */
static void avoids_no_last_node(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "small", 10, frame(0));
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_avoid_node(context->change, 0), 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 10), 0);
}

/* Free memory of a node to avoid is no room. */
static void avoided_room(void **state)
{
	struct context *context = *state;
	enum daxplug_verdict verdict;

	add_node_2(context, 500);
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_avoid_node(context->change, 0), 0);
	predicted(context, &verdict);
	assert_int_equal(verdict, DAXPLUG_VERDICT_REFUSED);
	EXPECT(daxplug_change_start(context->change), -ENOSPC, REFUSED, ONLINE_MOVABLE);
}

/* ---- swap ---- */

static void swaps_when_asked(void **state)
{
	struct context *context = *state;

	/* 100 MiB must move, by the fixture; node 0 has room for 8 MiB, and the process has 78. */
	fake.room = 8 * 256 + 100;
	set_zone(context, fake.room, 100);
	set_swap(context, 200);
	add_process(context, 41, "large", 20000, frame(0));
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_swapped(context->change), 0);
	EXPECT(dry_run(context, DAXPLUG_CHANGE_SWAP), 0, DRY_RUN, ONLINE_MOVABLE);
	EXPECT(drain(context, DAXPLUG_CHANGE_SWAP), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 20000), 0);
	assert_true(daxplug_change_swapped(context->change) >= 20000 * PAGE - 8 * MIB);
	assert_int_equal(daxplug_change_swapped(context->change) + moved_anon(context),
			 20000 * PAGE);
}

static void swap_is_too_small(void **state)
{
	struct context *context = *state;

	set_zone(context, 8 * 256 + 100, 100);
	set_swap(context, 50);
	EXPECT(dry_run(context, DAXPLUG_CHANGE_SWAP), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	EXPECT(drain(context, DAXPLUG_CHANGE_SWAP), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), "and in swap"));
}

/* Pages that cannot be swapped out are left to the unplug. */
static void swap_fails(void **state)
{
	struct context *context = *state;

	fake.room = 8 * 256 + 100;
	set_zone(context, fake.room, 100);
	set_swap(context, 200);
	fake.page_out_err = -EPERM;
	add_process(context, 41, "large", 20000, frame(0));
	EXPECT(drain(context, DAXPLUG_CHANGE_SWAP), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_swapped(context->change), 0);
	assert_true(on_device(context, 41, 20000) > 0);
}

/* A page that cannot be swapped out does not keep those behind it. */
static void swap_skips_page(void **state)
{
	struct context *context = *state;

	set_zone(context, 100, 100);
	set_swap(context, 200);
	add_process(context, 41, "large", 2000, frame(0));
	fake.kept_page = (16 + 20) * PAGE;
	EXPECT(drain(context, DAXPLUG_CHANGE_SWAP), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 41, 2000), 1);
	assert_int_equal(daxplug_change_swapped(context->change), 1999 * PAGE);
}

/* ---- how a drain ends ---- */

static void wait_for_drain(struct context *context)
{
	uint64_t moved = 0, total = 0;

	while (!moved && daxplug_change_process(context->change)) {
		if (daxplug_change_drain_progress(context->change, &moved, &total))
			moved = 0;
		usleep(1000);
	}
	assert_true(moved > 0);
	assert_true(total >= moved);
	assert_int_equal(daxplug_change_phase(context->change), DAXPLUG_PHASE_DRAIN);
	assert_string_equal(daxplug_phase_name(DAXPLUG_PHASE_DRAIN), "draining");
}

static void cancelled(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	wait_for_drain(context);
	/* daxplug_change_left() has to report these 60 MiB, read after the cancel. */
	set_node(context, 1, 1024, 512, 60);
	daxplug_change_cancel(context->change);
	EXPECT(daxplug_change_wait(context->change), -ECANCELED, ROLLED_BACK, ONLINE_MOVABLE);
	assert_true(moved_anon(context) > 0);
	assert_true(moved_anon(context) < UINT64_C(50000) * PAGE);
	assert_int_equal(daxplug_change_left(context->change, DAXPLUG_USE_ANON), 60 * MIB);
	assert_int_equal(daxplug_device_blocks_movable(context->device), BLOCKS);
}

/* A parent that does not read must not stop the worker. */
static void parent_does_not_read(void **state)
{
	struct context *context = *state;
	unsigned int i;

	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	while (fcntl(context->change->worker.messages, F_SETPIPE_SZ, PAGE) < 0)
		assert_int_equal(daxplug_change_process(context->change), 1);
	for (i = 0; i < 1000 && !reads(context, STATE, "unplugged"); i++)
		usleep(10000);
	assert_true(reads(context, STATE, "unplugged"));
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
}

/* One timeout covers the drain and the unplug. */
static void timed_out(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 300;
	prepare(context, DAXPLUG_CHANGE_DRAIN, 500);
	assert_int_equal(daxplug_change_start(context->change), 0);
	EXPECT(daxplug_change_wait(context->change), -ETIMEDOUT, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_TIMEOUT);
	assert_in_range(daxplug_change_duration(context->change), 450, 2500);
}

static void unplug_fails(void **state)
{
	struct context *context = *state;

	add_process(context, 41, "small", 10, frame(0));
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(drain(context, 0), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(moved_anon(context), 10 * PAGE);
}

/* ---- huge pages that are free ---- */

/* Huge pages in use move to free huge pages, or to room for new ones; both count as room. */
static void pools_of_targets(void **state)
{
	struct context *context = *state;
	enum daxplug_verdict verdict;

	/* 40 MiB of huge pages are in use, and 8 MiB are free above the watermark. */
	set_node(context, 1, 1024, 512, 0);
	set_pool(context, 1, 20, 0);
	set_zone(context, 8 * 256 + 100, 100);
	EXPECT(dry_run(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	/* The kernel cannot swap out huge pages. */
	set_swap(context, 400);
	EXPECT(dry_run(context, DAXPLUG_CHANGE_SWAP), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	set_pool(context, 0, 30, 16);
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	/* Reserved pages are for the processes that reserved them. */
	fixture_write(&context->fixture, RESERVED, "1\n");
	EXPECT(dry_run(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	predicted(context, &verdict);
	assert_int_equal(verdict, DAXPLUG_VERDICT_REFUSED);
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	/* If resv_hugepages cannot be read, all free pages may be reserved. */
	fixture_write(&context->fixture, RESERVED, "?\n");
	EXPECT(dry_run(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
}

/* The kernel moves a gigantic page only to a free one, and makes none for a migration. */
static void gigantic_pages(void **state)
{
	struct context *context = *state;
	const struct fixture *fixture = &context->fixture;

	set_node(context, 1, 1024, 0, 0);
	set_pool_of(context, 1, "1048576", 1, 0);
	set_pool_of(context, 0, "1048576", 1, 0);
	EXPECT(dry_run(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	EXPECT(drain(context, 0), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), "huge pages of 1 GiB"));
	add_process(context, 41, "gigantic", 1, frame(0));
	fixture_write(fixture, "proc/41/numa_maps",
		      "40000000 default anon=1 N1=1 kernelpagesize_kB=1048576 huge\n");
	fixture_write(fixture, "proc/41/maps", "40000000-80000000 rw-p 0 00:00 0\n");
	map_page(context, 41, 1 << 18, frame(0));
	/* The drain goes on with memory that has room. */
	add_process(context, 42, "small", 16, frame(0));
	EXPECT(drain(context, DAXPLUG_CHANGE_FORCE), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_moved(context->change, DAXPLUG_USE_HUGE), 0);
	assert_int_equal(daxplug_change_moved(context->change, DAXPLUG_USE_ANON), 16 * PAGE);
}

/* Gigantic pages in use on a node with other memory need not be on the device. */
static void gigantic_pages_of_others(void **state)
{
	struct context *context = *state;

	set_node(context, 1, 2048, 0, 0);
	set_pool_of(context, 1, "1048576", 1, 0);
	set_pool_of(context, 0, "1048576", 1, 0);
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
}

/* With a free gigantic page, free memory need not have room. */
static void gigantic_pages_with_room(void **state)
{
	struct context *context = *state;

	set_node(context, 1, 1024, 0, 0);
	set_zone(context, 100, 100);
	set_pool_of(context, 1, "1048576", 1, 0);
	set_pool_of(context, 0, "1048576", 1, 1);
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
}

/* A drain moves huge pages to the free ones of a node, even with no room above the watermark. */
static void moves_to_pool(void **state)
{
	struct context *context = *state;
	const struct fixture *fixture = &context->fixture;
	unsigned int i;

	set_node(context, 1, 1024, 512, 0);
	set_pool(context, 1, 4, 0);
	set_zone(context, 100, 100);
	set_pool(context, 0, 4, 4);
	add_process(context, 41, "huge", 1, frame(0));
	fixture_write(fixture, "proc/41/numa_maps",
		      "200000 default anon=4 N1=4 kernelpagesize_kB=2048 huge\n");
	fixture_write(fixture, "proc/41/maps", "200000-a00000 rw-p 0 00:00 0\n");
	for (i = 0; i < 4; i++)
		map_page(context, 41, 512 + i * 512, frame(i * 512));
	fake.freed_pool = NODE "node1/hugepages/hugepages-2048kB/free_hugepages";
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_moved(context->change, DAXPLUG_USE_HUGE), 8 * MIB);
	/* The pages that were left behind are given up too. */
	assert_true(reads(context, POOL_OF_NODE, "0"));
}

static void pool_is_given_up(void **state)
{
	char text[32];
	struct context *context = *state;

	set_pool(context, 1, 50, 30);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	fixture_read(&context->fixture, NODE "node1/hugepages/hugepages-2048kB/nr_hugepages", text,
		     sizeof(text));
	assert_string_equal(text, "20");
}

static void pool_comes_back(void **state)
{
	char text[32];
	struct context *context = *state;

	set_pool(context, 1, 50, 30);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(drain(context, 0), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
	fixture_read(&context->fixture, NODE "node1/hugepages/hugepages-2048kB/nr_hugepages", text,
		     sizeof(text));
	assert_string_equal(text, "50");
}

/* ---- page cache ---- */

static void cache_is_dropped(void **state)
{
	struct context *context = *state;
	char text[64];

	fixture_write(&context->fixture, NODE "node1/meminfo",
		      "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 900000 kB\n"
		      "Node 1 AnonPages: 0 kB\nNode 1 Shmem: 0 kB\nNode 1 FilePages: 102400 kB\n");
	fixture_write(&context->fixture, NODE "node1/reclaim", "%s", "");
	/* Another task reclaims memory at the same time. */
	fake.busy_reclaims = 2;
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_dropped(context->change), 100 * MIB);
	fixture_read(&context->fixture, NODE "node1/reclaim", text, sizeof(text));
	assert_string_equal(text, "37748736 swappiness=0");
}

/* Writes the same flags for all pages of the device. */
static void set_flags_of_device(struct context *context, uint64_t flags)
{
	static uint64_t block[FRAMES_A_BLOCK];
	char full[FIXTURE_PATH_SIZE];
	unsigned int i;
	int fd;

	for (i = 0; i < FRAMES_A_BLOCK; i++)
		block[i] = flags;
	fixture_write(&context->fixture, "proc/kpageflags", "%s", "");
	fixture_path(&context->fixture, "proc/kpageflags", full);
	fd = open(full, O_WRONLY);
	for (i = 0; i < BLOCKS; i++)
		assert_int_equal(pwrite(fd, block, sizeof(block), (FIRST + i) * sizeof(block)),
				 sizeof(block));
	close(fd);
}

/* The kernel drops page cache of the whole node. */
static void cache_of_others_is_kept(void **state)
{
	struct context *context = *state;

	set_node(context, 1, 4096, 512, 0);
	set_flags_of_device(context, ON_LIST);
	fixture_write(&context->fixture, NODE "node1/reclaim", "%s", "");
	EXPECT(dry_run(context, 0), 0, DRY_RUN, ONLINE_MOVABLE);
	assert_true(has_finding(context, "cache-left"));
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_left(context->change, DAXPLUG_USE_CACHE), 1024 * MIB);
	assert_true(reads(context, NODE "node1/reclaim", ""));
}

/* Sets the shared memory and the page cache of node 1, in MiB. */
static void set_shared_and_cache(struct context *context, unsigned int shared, unsigned int cache)
{
	fixture_write(&context->fixture, NODE "node1/meminfo",
		      "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 900000 kB\n"
		      "Node 1 AnonPages: 0 kB\nNode 1 Shmem: %u kB\nNode 1 FilePages: %u kB\n",
		      shared * 1024, (shared + cache) * 1024);
}

/* Adds a process that maps a file, as numa_maps names it, the first page at a frame. */
static void add_file_process(struct context *context, int pid, const char *file, unsigned int pages,
			     unsigned int first, uint64_t flags)
{
	char path[64];
	unsigned int i;

	add_process(context, pid, "files", pages, frame(first));
	snprintf(path, sizeof(path), "proc/%d/numa_maps", pid);
	fixture_write(&context->fixture, path,
		      "10000 default file=%s dirty=%u N1=%u kernelpagesize_kB=4\n", file, pages,
		      pages);
	for (i = 0; i < pages; i++)
		write_at(&context->fixture, "proc/kpageflags", frame(first + i), flags);
}

/* Page cache may be dropped: it leaves the room to the memory that must move. */
static void cache_leaves_room(void **state)
{
	struct context *context = *state;

	set_shared_and_cache(context, 16, 64);
	fake.room = 32 * 256 + 100;
	set_zone(context, fake.room, 100);
	add_file_process(context, 41, "/usr/lib/large", 64 * 256, 0, ON_LIST);
	add_file_process(context, 42, "/dev/zero\\040(deleted)", 16 * 256, 64 * 256,
			 ON_LIST | SWAPBACKED);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(on_device(context, 42, 16 * 256), 0);
	assert_int_equal(daxplug_change_moved(context->change, DAXPLUG_USE_SHARED), 16 * MIB);
}

/* A private mapping of a file has a few pages of the process itself. */
static void cache_starves_alone(void **state)
{
	struct context *context = *state;
	unsigned int i;

	set_shared_and_cache(context, 0, 64);
	fake.room = 60 * 256 + 100;
	set_zone(context, fake.room, 100);
	add_file_process(context, 41, "/usr/lib/large", 64 * 256, 0, ON_LIST);
	for (i = 0; i < 64 * 256; i += 4096)
		write_at(&context->fixture, "proc/kpageflags", frame(i), ON_LIST | ANON);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(moved_anon(context), 4 * PAGE);
	assert_true(on_device(context, 41, 64 * 256) > 0);
}

/* ---- settings that refill the node ---- */

static void set_refills(struct context *context)
{
	fixture_write(&context->fixture, DEMOTION, "true\n");
	fixture_write(&context->fixture, BALANCING, "2\n");
	fixture_write(&context->fixture, WEIGHT, "7\n");
	fixture_write(&context->fixture, WEIGHTS_AUTO, "true\n");
}

static bool refills_are_back(const struct context *context)
{
	return reads(context, DEMOTION, "true") && reads(context, BALANCING, "2") &&
	       reads(context, WEIGHT, "7") && reads(context, WEIGHTS_AUTO, "true");
}

static bool refills_are_off(const struct context *context)
{
	return reads(context, DEMOTION, "0") && reads(context, BALANCING, "0") &&
	       reads(context, WEIGHT, "1");
}

static void refills_are_named(void **state)
{
	struct context *context = *state;

	set_refills(context);
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_refills(context->change),
			 DAXPLUG_REFILL_DEMOTION | DAXPLUG_REFILL_BALANCING |
				 DAXPLUG_REFILL_INTERLEAVE);
	assert_false(daxplug_change_refills_off(context->change));
	assert_true(refills_are_back(context));
}

/* A setting that cannot be read does not hide the others. */
static void other_refills_are_named(void **state)
{
	struct context *context = *state;

	set_refills(context);
	fixture_delete(&context->fixture, DEMOTION);
	fixture_write(&context->fixture, DEMOTION "/is-a-directory", "%s", "");
	EXPECT(drain(context, 0), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_change_refills(context->change),
			 DAXPLUG_REFILL_BALANCING | DAXPLUG_REFILL_INTERLEAVE);
}

static void start_without_refill(struct context *context)
{
	set_refills(context);
	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	prepare(context, DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_NO_REFILL, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	wait_for_drain(context);
}

static void no_refill(void **state)
{
	struct context *context = *state;

	start_without_refill(context);
	assert_true(refills_are_off(context));
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_true(daxplug_change_refills_off(context->change));
	assert_true(refills_are_back(context));
}

static void wait_until_back(const struct context *context)
{
	unsigned int i;

	for (i = 0; i < 500 && !refills_are_back(context); i++)
		usleep(10000);
	assert_true(refills_are_back(context));
}

static void worker_is_killed(void **state)
{
	struct context *context = *state;

	start_without_refill(context);
	assert_int_equal(kill(context->change->worker.pid, SIGKILL), 0);
	EXPECT(daxplug_change_wait(context->change), -EIO, INCOMPLETE, ONLINE_MOVABLE);
	wait_until_back(context);
}

/* The child of the worker whose name is daxplug:keeper. */
static pid_t find_keeper(pid_t worker)
{
	char path[64], name[32] = "";
	pid_t found = 0;
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", worker, worker);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (!found && fscanf(file, "%d", &pid) == 1) {
		FILE *comm;

		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		comm = fopen(path, "r");
		if (comm && fgets(name, sizeof(name), comm) && !strcmp(name, "daxplug:keeper\n"))
			found = pid;
		if (comm)
			fclose(comm);
	}
	fclose(file);
	return found;
}

static void keeper_is_killed(void **state)
{
	struct context *context = *state;
	pid_t keeper;

	start_without_refill(context);
	keeper = find_keeper(context->change->worker.pid);
	if (!keeper)
		SKIP("the kernel has no CONFIG_PROC_CHILDREN");
	assert_int_equal(kill(keeper, SIGKILL), 0);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_true(refills_are_back(context));
}

static void caller_is_killed(void **state)
{
	struct context *context = *state;
	unsigned int i;
	pid_t pid;

	set_refills(context);
	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	pid = fork();
	if (!pid) {
		(void)!drain(context, DAXPLUG_CHANGE_NO_REFILL);
		_exit(0);
	}
	for (i = 0; i < 500 && !refills_are_off(context); i++)
		usleep(10000);
	assert_true(refills_are_off(context));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	wait_until_back(context);
	assert_int_equal(daxplug_device_refresh(context->device), 0);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_ONLINE_MOVABLE);
}

static void cannot_switch_off(void **state)
{
	struct context *context = *state;

	set_refills(context);
	fake.fail_setting = -EPERM;
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), -EPERM, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), DEMOTION));
	assert_true(refills_are_back(context));
}

/* A setting that cannot be read may be on. */
static void cannot_read_setting(void **state)
{
	struct context *context = *state;
	static const struct {
		const char *path, *as_directory;
	} files[] = {
		{ DEMOTION, DEMOTION "/is-a-directory" },
		{ WEIGHTS_AUTO, WEIGHTS_AUTO "/is-a-directory" },
	};
	unsigned int i;

	for (i = 0; i < 2; i++) {
		set_refills(context);
		fixture_delete(&context->fixture, files[i].path);
		fixture_write(&context->fixture, files[i].as_directory, "%s", "");
		EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), -EISDIR, REFUSED, ONLINE_MOVABLE);
		assert_non_null(strstr(daxplug_change_message(context->change), files[i].path));
		fixture_delete(&context->fixture, files[i].as_directory);
		fixture_delete(&context->fixture, files[i].path);
	}
}

/* A setting that could not be restored is reported, also after an unplug that is done. */
static void cannot_restore(void **state)
{
	struct context *context = *state;

	set_refills(context);
	fake.keep_setting = BALANCING;
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), -EIO, INCOMPLETE, UNPLUGGED);
	assert_non_null(strstr(daxplug_change_message(context->change), BALANCING " back to 2"));
}

/* The weight of a node goes with the node's last memory, and there is nothing to restore. */
static void setting_goes_with_node(void **state)
{
	struct context *context = *state;

	set_refills(context);
	fake.node_setting = WEIGHT;
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), 0, DONE, UNPLUGGED);
	assert_false(fixture_exists(&context->fixture, WEIGHT));
	assert_true(reads(context, DEMOTION, "true"));
	assert_true(reads(context, WEIGHTS_AUTO, "true"));
}

/* Another change has switched the settings off, and may restore them too early for this one. */
static void settings_are_locked(void **state)
{
	struct context *context = *state;
	char full[FIXTURE_PATH_SIZE];
	int fd;

	set_refills(context);
	fixture_write(&context->fixture, "proc/kpageflags", "%s", "");
	fixture_path(&context->fixture, "proc/kpageflags", full);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL | DAXPLUG_CHANGE_NO_WAIT), -EAGAIN, REFUSED,
	       ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_LOCKED);
	prepare(context, DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_NO_REFILL, 300);
	assert_int_equal(daxplug_change_start(context->change), 0);
	EXPECT(daxplug_change_wait(context->change), -ETIMEDOUT, REFUSED, ONLINE_MOVABLE);
	assert_string_equal(daxplug_change_message(context->change),
			    "dax0.0: timed out; another daxplug has changed the settings that "
			    "refill nodes");
	assert_true(refills_are_back(context));
	close(fd);
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), 0, DONE, UNPLUGGED);
}

/* Starts a drain that has to wait for the lock on the settings, which the caller frees. */
static int start_locked(struct context *context)
{
	char full[FIXTURE_PATH_SIZE];
	struct pollfd polled;
	int fd;

	fixture_write(&context->fixture, "proc/kpageflags", "%s", "");
	fixture_path(&context->fixture, "proc/kpageflags", full);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	prepare(context, DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_NO_REFILL, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	while (daxplug_change_process(context->change) &&
	       daxplug_change_phase(context->change) != DAXPLUG_PHASE_WAIT) {
		polled = (struct pollfd){ daxplug_change_fd(context->change), POLLIN, 0 };
		assert_true(poll(&polled, 1, 30000) > 0);
	}
	return fd;
}

/* Closing fd is not enough, because the worker has a copy of it. */
static void unlock(int fd)
{
	assert_int_equal(flock(fd, LOCK_UN), 0);
	close(fd);
}

/* A rollback restores the state that another process has left during the wait, not an older one. */
static void blocks_change_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	fixture_delete(&context->fixture, STATE);
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	context->device = daxplug_first(context->daxplug);
	fake.fail_block = FIRST;
	fake.fail_word = "offline";
	fake.fail_err = -EIO;
	fake.fail_times = 99;
	fd = start_locked(context);
	fixture_add_block(&context->fixture, FIRST + 1, "offline", "Normal Movable");
	fixture_add_block(&context->fixture, FIRST + 7, "offline", "Normal Movable");
	unlock(fd);
	EXPECT(daxplug_change_wait(context->change), -EIO, ROLLED_BACK, MIXED);
	assert_int_equal(daxplug_device_block_state(context->device, 1), DAXPLUG_BLOCK_OFFLINE);
	assert_int_equal(daxplug_device_block_state(context->device, 7), DAXPLUG_BLOCK_OFFLINE);
	assert_int_equal(daxplug_device_blocks_movable(context->device), BLOCKS - 2);
}

/* The same for a rollback of the pools; and the worker gives up no pages that are in use. */
static void pools_change_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	set_pool(context, 1, 50, 30);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	fd = start_locked(context);
	set_pool(context, 1, 40, 20);
	unlock(fd);
	EXPECT(daxplug_change_wait(context->change), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
	assert_true(reads(context, POOL_OF_NODE, "40"));

	fake.fail_state = NULL;
	set_pool(context, 1, 50, 30);
	fd = start_locked(context);
	set_pool(context, 1, 50, 10);
	unlock(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
	assert_true(reads(context, POOL_OF_NODE, "40"));
}

/* The unplug is refused, for a reason that has nothing to do with the drain. */
static void commit_limit_while_locked(void **state)
{
	struct context *context = *state;
	const struct fixture *fixture = &context->fixture;
	int fd = start_locked(context);

	fixture_write(fixture, "proc/sys/vm/overcommit_memory", "2\n");
	fixture_write(fixture, "proc/sys/vm/overcommit_ratio", "50\n");
	fixture_write(fixture, "proc/meminfo", "CommitLimit: 1000 kB\nCommitted_AS: 900 kB\n");
	unlock(fd);
	EXPECT(daxplug_change_wait(context->change), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_COMMIT_LIMIT);
	assert_non_null(strstr(daxplug_change_message(context->change), "dax0.0: 900 KiB of"));
}

/* The caller gives back the pages that a killed worker has given up. */
static void pool_comes_back_if_worker_is_killed(void **state)
{
	struct context *context = *state;

	set_pool(context, 1, 50, 30);
	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	assert_int_equal(daxplug_change_start(context->change), 0);
	wait_for_drain(context);
	assert_true(reads(context, POOL_OF_NODE, "20"));
	assert_int_equal(kill(context->change->worker.pid, SIGKILL), 0);
	EXPECT(daxplug_change_wait(context->change), -EIO, INCOMPLETE, ONLINE_MOVABLE);
	assert_true(reads(context, POOL_OF_NODE, "50"));
	assert_int_equal(daxplug_change_huge_pages_lost(context->change), 0);
}

static void settings_cannot_be_locked(void **state)
{
	struct context *context = *state;

	set_refills(context);
	fixture_link(&context->fixture, "proc/kpageflags", "kpageflags");
	EXPECT(drain(context, DAXPLUG_CHANGE_NO_REFILL), -ELOOP, REFUSED, ONLINE_MOVABLE);
	assert_non_null(strstr(daxplug_change_message(context->change), "cannot lock"));
	assert_true(refills_are_back(context));
}

/* ---- pressure ---- */

static bool is_pressed(const struct context *context, struct pressure *pressure, int64_t now,
		       unsigned int stall_us)
{
	fixture_write(&context->fixture, "proc/pressure/memory",
		      "some avg10=0.00 avg60=0.00 avg300=0.00 total=999999999\n"
		      "full avg10=0.00 avg60=0.00 avg300=0.00 total=%u\n",
		      stall_us);
	return pressure_is_high(context->daxplug, pressure, now);
}

/* More than a tenth of the time since the last look. */
static void pressure(void **state)
{
	struct context *context = *state;
	struct pressure pressure = { 0 };

	assert_false(is_pressed(context, &pressure, 1000, 700000));
	assert_false(is_pressed(context, &pressure, 1100, 705000));
	assert_true(is_pressed(context, &pressure, 1200, 720000));
	assert_false(is_pressed(context, &pressure, 1300, 720000));
	fixture_delete(&context->fixture, "proc/pressure/memory");
	assert_false(pressure_is_high(context->daxplug, &pressure, 1400));
}

/* A process that makes all others wait for memory half of the time, for a minute at most. */
static pid_t press(const struct context *context)
{
	char path[FIXTURE_PATH_SIZE], next[FIXTURE_PATH_SIZE];
	unsigned int ms;
	pid_t pid;

	fixture_path(&context->fixture, "proc/pressure/memory", path);
	fixture_path(&context->fixture, "proc/pressure/next", next);
	pid = fork();
	if (pid)
		return pid;
	(void)!setpriority(PRIO_PROCESS, 0, -20); /* the drain checks every 100 ms */
	for (ms = 0; ms < 30000; ms += 20) {
		fixture_write(&context->fixture, "proc/pressure/next", "full total=%u\n",
			      ms * 1000);
		/* No reader sees a part of the text. */
		if (rename(next, path))
			_exit(1);
		usleep(40000);
	}
	_exit(0);
}

/* For 10 s. */
static void expect_under_pressure(struct context *context, unsigned int flags, int err)
{
	pid_t pid;

	add_process(context, 41, "large", 50000, frame(0));
	fake.move_ms = 200;
	pid = press(context);
	if (err)
		EXPECT(drain(context, flags), err, ROLLED_BACK, ONLINE_MOVABLE);
	else
		EXPECT(drain(context, flags), 0, DONE, UNPLUGGED);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(on_device(context, 41, 50000) > 0);
}

static void long_pressure(void **state)
{
	struct context *context = *state;

	expect_under_pressure(context, 0, -ENOSPC);
	assert_true(daxplug_change_retry(context->change));
	assert_non_null(strstr(daxplug_change_message(context->change), "must still move"));
	assert_non_null(strstr(daxplug_change_hint(context->change), "free memory"));
}

static void forced_under_pressure(void **state)
{
	expect_under_pressure(*state, DAXPLUG_CHANGE_FORCE, 0);
}

/* ---- which files ---- */

static bool has_owner(const struct drain *drain, const char *path)
{
	unsigned int i;

	for (i = 0; i < drain->owner_count; i++)
		if (drain->owners[i].path && !strcmp(drain->owners[i].path, path))
			return true;
	return false;
}

static bool opens(const struct context *context, const struct owner *owner)
{
	int fd = reach_owner(context->daxplug, owner);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#define MOUNT "proc/41/root/tmp"
#define REPLACED MOUNT "/dir/file"

/* A user replaces a file, or a directory above it, after it was found. */
static void replaced_file(void **state)
{
	struct context *context = *state;
	struct owner owner = { .path = REPLACED, .mount = strlen(MOUNT) };
	const struct fixture *fixture = &context->fixture;
	char full[FIXTURE_PATH_SIZE];
	struct stat file;

	fixture_write(fixture, REPLACED, "content\n");
	fixture_path(fixture, REPLACED, full);
	assert_int_equal(stat(full, &file), 0);
	owner.device = file.st_dev;
	owner.inode = file.st_ino;
	assert_true(opens(context, &owner));
	fixture_write(fixture, MOUNT "/other", "content\n");
	owner.path = MOUNT "/other";
	assert_int_equal(reach_owner(context->daxplug, &owner), -ESTALE);
	fixture_link(fixture, MOUNT "/link", "dir");
	owner.path = MOUNT "/link/file";
	assert_int_equal(reach_owner(context->daxplug, &owner), -ELOOP);
	fixture_link(fixture, MOUNT "/link2", "dir/file");
	owner.path = MOUNT "/link2";
	assert_false(opens(context, &owner));
	owner.path = MOUNT "/fifo";
	fixture_path(fixture, MOUNT "/fifo", full);
	assert_int_equal(mkfifo(full, 0600), 0);
	assert_int_equal(stat(full, &file), 0);
	owner.inode = file.st_ino;
	assert_int_equal(reach_owner(context->daxplug, &owner), -ESTALE);
}

static void finds_files(void **state)
{
	struct context *context = *state;
	struct drain drain = { 0 };
	char full[FIXTURE_PATH_SIZE];
	const struct fixture *fixture = &context->fixture;
	struct stat root;
	unsigned int i;

	fixture_write(fixture, "proc/41/comm", "one\n");
	fixture_write(fixture, "proc/41/ns/mnt", "x\n");
	fixture_write(fixture, "proc/41/root/tmp of it/deep/file", "content\n");
	fixture_write(fixture, "proc/41/root/tmp of it/empty", "%s", "");
	fixture_write(fixture, "proc/41/root/tmp of it/sparse", "content\n");
	fixture_path(fixture, "proc/41/root/tmp of it/sparse", full);
	assert_int_equal(truncate(full, INT64_C(1) << 40), 0);
	fixture_write(fixture, "disk/open", "content\n");
	fixture_write(fixture, "disk/closed", "content\n");
	fixture_path(fixture, "disk/open", full);
	assert_int_equal(stat(full, &root), 0);
	fixture_link(fixture, "proc/41/fd/3", "/disk/open");
	fixture_link(fixture, "proc/41/fd/4", "/dev/null");
	fixture_link(fixture, "proc/41/fd/5", "pipe:[1]");
	fixture_write(fixture, "proc/41/mountinfo",
		      "20 1 %u:%u / /tmp\\040of\\040it rw - tmpfs tmpfs rw\n"
		      "21 1 99:99 / /nfs rw - nfs4 server:/ rw\n"
		      "22 1 %u:%u / / rw - ext4 /dev/vda rw\n",
		      major(root.st_dev), minor(root.st_dev), major(root.st_dev),
		      minor(root.st_dev));
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	context->change->task.caller = -1;
	drain.change = context->change;
	files_find(&drain, INT64_MAX);
	assert_true(has_owner(&drain, "proc/41/root/tmp of it/deep/file"));
	assert_true(has_owner(&drain, "proc/41/fd/3"));
	assert_int_equal(drain.owner_count, 2);
	assert_int_equal(drain.piece_count, 2);
	/* The file is shorter than a page, which is moved as a whole. */
	assert_int_equal(drain.pieces[0].end, PAGE);
	for (i = 0; i < drain.owner_count; i++)
		free(drain.owners[i].path);
	free(drain.owners);
	free(drain.pieces);
}

/* The type of the file system decides, not the name of the file: a server may not answer. */
static void false_memfd(void **state)
{
	struct context *context = *state;
	struct drain drain = { 0 };

	fixture_write(&context->fixture, "proc/41/comm", "one\n");
	fixture_write(&context->fixture, "memfd:x", "content\n");
	fixture_link(&context->fixture, "proc/41/fd/3", "/memfd:x");
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	context->change->task.caller = -1;
	drain.change = context->change;
	files_find(&drain, INT64_MAX);
	assert_int_equal(drain.owner_count, 0);
}

static unsigned int open_files_found(struct context *context, const char *mounts)
{
	struct drain drain = { .change = context->change };
	unsigned int count;

	fixture_write(&context->fixture, "proc/41/mountinfo", "%s", mounts);
	files_find(&drain, INT64_MAX);
	count = drain.owner_count;
	owners_free(&drain);
	free(drain.pieces);
	return count;
}

/*
 * A process serves FUSE, a layer of an overlay may be on a server, and files of btrfs have another
 * device than its mount.
 */
static void other_file_systems(void **state)
{
	struct context *context = *state;
	const struct fixture *fixture = &context->fixture;
	static const char *const types[] = { "fuse", "fuseblk", "overlay", "nfs4" };
	char full[FIXTURE_PATH_SIZE], mount[128];
	struct stat file;
	unsigned int i;

	fixture_write(fixture, "proc/41/comm", "one\n");
	fixture_write(fixture, "proc/41/ns/mnt", "x\n");
	fixture_write(fixture, "disk/open", "content\n");
	fixture_path(fixture, "disk/open", full);
	assert_int_equal(stat(full, &file), 0);
	fixture_link(fixture, "proc/41/fd/3", "/disk/open");
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	context->change->task.caller = -1;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		snprintf(mount, sizeof(mount), "22 1 %u:%u / / rw - %s %s rw\n", major(file.st_dev),
			 minor(file.st_dev), types[i], i < 2 ? "/dev/vda" : "source");
		assert_int_equal(open_files_found(context, mount), 0);
	}
	snprintf(mount, sizeof(mount), "22 1 %u:%u / / rw - btrfs /dev/vda rw\n",
		 major(file.st_dev), minor(file.st_dev) + 1);
	assert_int_equal(open_files_found(context, mount), 0);
	snprintf(mount, sizeof(mount), "22 1 %u:%u / / rw - xfs /dev/vda rw\n", major(file.st_dev),
		 minor(file.st_dev));
	assert_int_equal(open_files_found(context, mount), 1);
}

/* ---- segments of shared memory ---- */

#define SHM                                                                                        \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime                   rss                  swap\n"

static void find_segments(struct context *context, struct drain *drain, const char *forced)
{
	*drain = (struct drain){ .change = context->change };
	fixture_write(&context->fixture, "proc/sys/kernel/shm_rmid_forced", "%s\n", forced);
	segments_find(drain);
}

static void free_found(struct drain *drain)
{
	owners_free(drain);
	free(drain->pieces);
}

static void finds_segments(void **state)
{
	struct context *context = *state;
	struct drain drain;

	fixture_write(&context->fixture, "proc/sysvipc/shm",
		      SHM "0 7 600 8193 1 1 0 0 0 0 0 0 0 9 4096 0\n"
			  "0 8 600 4096 1 1 0 0 0 0 0 0 0 9 0 4096\n"
			  "-5 9 600 4096 1 1 2 0 0 0 0 0 0 9 4096 0\n");
	prepare(context, DAXPLUG_CHANGE_DRAIN, -1);
	find_segments(context, &drain, "0");
	/* The second segment has no page in memory. */
	assert_int_equal(drain.owner_count, 2);
	assert_int_equal(drain.owners[0].segment, 7);
	assert_int_equal(drain.owners[1].segment, 9);
	assert_int_equal(drain.pieces[0].end, 3 * PAGE);
	free_found(&drain);
	/* The kernel would destroy the first when the drain detaches it. */
	find_segments(context, &drain, "1");
	assert_int_equal(drain.owner_count, 1);
	assert_int_equal(drain.owners[0].segment, 9);
	free_found(&drain);
}

static bool attaches(const struct context *context, const struct owner *owner, uint64_t end)
{
	char *memory = segment_attach(context->daxplug, owner, end);
	bool same = memory && !strcmp(memory, "content");

	if (memory)
		assert_int_equal(shmdt(memory), 0);
	return same;
}

static void attaches_segment(void **state)
{
	struct context *context = *state;
	struct owner owner = { .segment = shmget(IPC_PRIVATE, 100, 0600) };
	struct shmid_ds status;
	char *memory;

	assert_true(owner.segment >= 0);
	memory = shmat(owner.segment, NULL, 0);
	strcpy(memory, "content");
	fixture_write(&context->fixture, "proc/sys/kernel/shm_rmid_forced", "1\n");
	assert_true(attaches(context, &owner, PAGE));
	assert_false(attaches(context, &owner, 2 * PAGE));
	shmdt(memory);
	assert_false(attaches(context, &owner, PAGE));
	fixture_write(&context->fixture, "proc/sys/kernel/shm_rmid_forced", "0\n");
	assert_true(attaches(context, &owner, PAGE));
	assert_int_equal(shmctl(owner.segment, IPC_STAT, &status), 0);
	assert_int_equal(status.shm_nattch, 0);
	assert_int_equal(shmctl(owner.segment, IPC_RMID, NULL), 0);
	assert_false(attaches(context, &owner, PAGE));
}

/* ---- bounds ---- */

/* The owner of a process is kept from pass to pass; each pass searches for files again. */
static void owners(void **state)
{
	struct owner key = { .pid = 42, .name = "b" }, *owner;
	struct drain drain = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		owner = i == 1 ? owners_add_file(&drain, "proc/1/fd/1") : owners_add(&drain);
		assert_non_null(owner);
		owner->pid = i == 1 ? 0 : 42 - i;
		snprintf(owner->name, sizeof(owner->name), "b");
	}
	assert_null(owners_find(&drain, &key));
	owners_begin_pass(&drain);
	assert_int_equal(drain.owner_count, 2);
	assert_ptr_equal(owners_find(&drain, &key), &drain.owners[1]);
	key.name[0] = 'c';
	assert_null(owners_find(&drain, &key));
	for (i = 2; !owners_are_full(&drain); i++)
		assert_non_null(owners_add(&drain));
	assert_null(owners_add(&drain));
	assert_int_equal(drain.owner_count, i);
	/* As docs/design.md has it: with 2^20 pieces, less than 150 MiB. */
	assert_true(i * sizeof(struct owner) + (UINT64_C(1) << 20) * sizeof(struct piece) <
		    80 * MIB);
	owners_free(&drain);
}

/* Long paths count by their length. */
static void long_paths(void **state)
{
	struct drain drain = { 0 };
	char path[4000];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	while (!owners_are_full(&drain))
		assert_non_null(owners_add_file(&drain, path));
	assert_in_range(drain.owner_count, 4000, 4300);
	owners_begin_pass(&drain);
	assert_false(owners_are_full(&drain));
	owners_free(&drain);
}

static unsigned int count_pieces(uint64_t start, uint64_t end, uint64_t *covered)
{
	const struct piece all = { .start = start, .end = end, .page_size = PAGE };
	struct drain drain = { 0 };
	unsigned int i;

	*covered = 0;
	assert_int_equal(pieces_add(&drain, &all), 0);
	for (i = 0; i < drain.piece_count; i++)
		*covered += drain.pieces[i].end - drain.pieces[i].start;
	free(drain.pieces);
	return i;
}

static void sparse_run(void **state)
{
	uint64_t covered;

	(void)state;
	assert_int_equal(count_pieces(PAGE, 128 * MIB + PAGE, &covered), 3);
	assert_int_equal(covered, 128 * MIB);
	assert_in_range(count_pieces(PAGE, UINT64_C(7) << 60, &covered), 2, 4098);
	assert_int_equal(covered, (UINT64_C(7) << 60) - PAGE);
}

static void flags(void **state)
{
	struct context *context = *state;
	struct daxplug_change *change;

	assert_int_equal(daxplug_change_new(context->device, DAXPLUG_ACTION_PLUG, &change), 0);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_DRAIN), -EINVAL);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_NO_REFILL), -EINVAL);
	daxplug_change_unref(change);
	assert_int_equal(daxplug_change_new(context->device, DAXPLUG_ACTION_REPLUG, &change), 0);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_DRAIN), 0);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_SWAP), -EINVAL);
	assert_int_equal(daxplug_change_set_flags(change,
						  DAXPLUG_CHANGE_SWAP | DAXPLUG_CHANGE_DRAIN),
			 0);
	daxplug_change_unref(change);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moves_processes),
		TEST(without_the_flag),
		TEST(leaves_other_memory),
		TEST(large_folio),
		TEST(busy_pages),
		TEST(huge_pages),
		TEST(small_mappings),
		TEST(many_mappings),
		TEST(pinned_page),
		TEST(process_ends),
		TEST(cpuset_without_target),
		TEST(cpuset_without_memory_of_device),
		TEST(call_fails_midway),
		TEST(kernel_says_cpuset),
		TEST(no_other_node),
		TEST(nearest_target),
		TEST(room_on_several_nodes),
		TEST(no_room),
		TEST(room_runs_out),
		TEST(room_goes_before_first_move),
		TEST(room_unreadable),
		TEST(target_goes),
		TEST(dry_run_lacks_room),
		TEST(dry_run_names_confined),
		TEST(dry_run_names_pinned),
		TEST(cpuset_without_room),
		TEST(cpuset_with_room_for_device),
		TEST(cpuset_filled_by_first_pass),
		TEST(own_cpuset),
		TEST(own_cpuset_unreadable),
		TEST(own_cpuset_without_room),
		TEST(avoids_nodes),
		TEST(avoids_no_last_node),
		TEST(avoided_room),
		TEST(swaps_when_asked),
		TEST(swap_is_too_small),
		TEST(swap_fails),
		TEST(swap_skips_page),
		TEST(pools_of_targets),
		TEST(moves_to_pool),
		TEST(gigantic_pages),
		TEST(gigantic_pages_of_others),
		TEST(gigantic_pages_with_room),
		TEST(cancelled),
		TEST(timed_out),
		TEST(parent_does_not_read),
		TEST(unplug_fails),
		TEST(pool_is_given_up),
		TEST(pool_comes_back),
		TEST(cache_is_dropped),
		TEST(cache_of_others_is_kept),
		TEST(cache_leaves_room),
		TEST(cache_starves_alone),
		TEST(refills_are_named),
		TEST(other_refills_are_named),
		TEST(no_refill),
		TEST(worker_is_killed),
		TEST(keeper_is_killed),
		TEST(caller_is_killed),
		TEST(cannot_switch_off),
		TEST(cannot_read_setting),
		TEST(cannot_restore),
		TEST(setting_goes_with_node),
		TEST(settings_are_locked),
		TEST(blocks_change_while_locked),
		TEST(commit_limit_while_locked),
		TEST(pools_change_while_locked),
		TEST(pool_comes_back_if_worker_is_killed),
		TEST(settings_cannot_be_locked),
		TEST(pressure),
		TEST(long_pressure),
		TEST(forced_under_pressure),
		TEST(replaced_file),
		TEST(finds_files),
		TEST(other_file_systems),
		TEST(finds_segments),
		TEST(attaches_segment),
		TEST(owners),
		TEST(long_paths),
		TEST(sparse_run),
		TEST(false_memfd),
		TEST(flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
