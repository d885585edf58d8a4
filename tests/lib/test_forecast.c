// SPDX-License-Identifier: GPL-2.0-or-later
/* Forecasts: the memory that must move, the room for it, losses, and findings. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "device.h"
#include "fake.h"
#include "fixture.h"
#include "forecast.h"
#include "libdaxplug.h"

#define MIB (UINT64_C(1) << 20)
#define NODE "sys/devices/system/node/"
#define POOL(node) NODE "node" #node "/hugepages/hugepages-2048kB/"

/* Bits of /proc/kpageflags. */
#define ON_LIST (UINT64_C(1) << 5)
#define SLAB (UINT64_C(1) << 7)
#define BUDDY (UINT64_C(1) << 10)
#define ANON (UINT64_C(1) << 12)
#define HUGE (UINT64_C(1) << 17)

struct context {
	struct fixture fixture;
	struct daxplug *daxplug;
	struct daxplug_forecast *forecast;
};

/* A node's meminfo in MiB; fields that are not given are 0. */
static void set_node(struct context *context, int node, unsigned int total, unsigned int free,
		     unsigned int anon, unsigned int shared, unsigned int cache)
{
	char path[64];

	snprintf(path, sizeof(path), NODE "node%d/meminfo", node);
	fixture_write(&context->fixture, path,
		      "Node %d MemTotal: %u kB\nNode %d MemFree: %u kB\nNode %d AnonPages: %u kB\n"
		      "Node %d Shmem: %u kB\nNode %d FilePages: %u kB\n",
		      node, total * 1024, node, free * 1024, node, anon * 1024, node, shared * 1024,
		      node, (shared + cache) * 1024);
}

static void set_pool(struct context *context, const char *pool, unsigned int pages,
		     unsigned int free)
{
	char path[128];

	snprintf(path, sizeof(path), "%snr_hugepages", pool);
	fixture_write(&context->fixture, path, "%u\n", pages);
	snprintf(path, sizeof(path), "%sfree_hugepages", pool);
	fixture_write(&context->fixture, path, "%u\n", free);
	snprintf(path, sizeof(path), "%ssurplus_hugepages", pool);
	fixture_write(&context->fixture, path, "0\n");
}

/* One device of 1 GiB in ZONE_MOVABLE, all the memory of node 1; 2 GiB on node 0. */
static int set_up(void **state)
{
	struct context *context = calloc(1, sizeof(*context));

	fixture_create(&context->fixture);
	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_add_blocks(&context->fixture, 48, 8, "online", "Movable");
	fixture_write(&context->fixture, NODE "has_memory", "0-1\n");
	set_node(context, 0, 2048, 500, 100, 0, 0);
	set_node(context, 1, 1024, 800, 150, 50, 20);
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	*state = context;
	return 0;
}

static int tear_down(void **state)
{
	struct context *context = *state;

	daxplug_forecast_unref(context->forecast);
	daxplug_unref(context->daxplug);
	fixture_remove(&context->fixture);
	free(context);
	return 0;
}

/* For all devices of the tree together. */
static const struct daxplug_forecast *
forecast_to(struct context *context, enum daxplug_action action, enum daxplug_state state)
{
	struct daxplug_device *devices[8], *device;
	unsigned int count = 0;

	daxplug_forecast_unref(context->forecast);
	context->forecast = NULL;
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	for (device = daxplug_first(context->daxplug); device; device = daxplug_next(device))
		devices[count++] = device;
	assert_int_equal(daxplug_forecast_new(devices, count, action, state, &context->forecast),
			 0);
	return context->forecast;
}

static const struct daxplug_forecast *forecast(struct context *context, enum daxplug_action action)
{
	return forecast_to(context, action, DAXPLUG_STATE_ONLINE_MOVABLE);
}

static int finding(const struct daxplug_forecast *forecast, const char *id)
{
	unsigned int i;

	for (i = 0; i < daxplug_forecast_findings(forecast); i++)
		if (!strcmp(daxplug_forecast_finding_id(forecast, i), id))
			return i;
	return -1;
}

static void assert_finding(const struct daxplug_forecast *forecast, const char *id,
			   enum daxplug_severity severity)
{
	int at = finding(forecast, id);

	if (at < 0)
		print_message("# no finding %s\n", id);
	assert_true(at >= 0);
	assert_int_equal(daxplug_forecast_finding_severity(forecast, at), severity);
	assert_true(*daxplug_forecast_finding_text(forecast, at));
}

#define ASSERT_MIB(value, mib) assert_int_equal((value) / (int64_t)MIB, mib)

static void by_kind(void **state)
{
	const struct daxplug_forecast *result = forecast(*state, DAXPLUG_ACTION_UNPLUG);

	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_GO);
	assert_int_equal(daxplug_forecast_is_exact(result), 1);
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_ANON), 150);
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_SHARED), 50);
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_CACHE), 20);
	ASSERT_MIB(daxplug_forecast_must_move(result), 200);
	/* The 800 MiB that are free on its own node are no room. */
	ASSERT_MIB(daxplug_forecast_room(result), 500);
	assert_int_equal(daxplug_forecast_duration(result), -1);
}

static void no_room(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	set_node(context, 0, 2048, 150, 100, 0, 0);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_REFUSED);
	assert_int_equal(daxplug_forecast_reason(result), DAXPLUG_REASON_NO_ROOM);
	assert_finding(result, "no-room", DAXPLUG_SEVERITY_ERROR);
	assert_string_equal(daxplug_forecast_finding_text(result, 0),
			    "200 MiB must move, and other nodes have room for 150 MiB");

	/* Cache can be dropped, but not all of it. */
	fixture_write(&context->fixture, NODE "node0/meminfo",
		      "Node 0 MemTotal: 2097152 kB\nNode 0 MemFree: 153600 kB\n"
		      "Node 0 Active(file): 102400 kB\n");
	assert_int_equal(daxplug_forecast_verdict(forecast(context, DAXPLUG_ACTION_UNPLUG)),
			 DAXPLUG_VERDICT_GO);
}

/* Memory below the watermarks, or reserved from movable memory, is no room. */
static void watermarks(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone      DMA\n  pages free     1000\n        low      2000\n"
		      "        managed  3840\n        protection: (0, 9, 9, 9)\n"
		      "Node 0, zone   Normal\n  pages free     51200\n        low      5120\n"
		      "        managed  500000\n        protection: (0, 0, 20480, 0)\n"
		      "Node 1, zone  Movable\n  pages free     204800\n        low      1\n"
		      "        managed  262144\n        protection: (0, 0, 0, 0)\n");
	/* 51200 - 5120 - 20480 pages of 4 KiB. */
	ASSERT_MIB(daxplug_forecast_room(forecast(context, DAXPLUG_ACTION_UNPLUG)), 100);
}

static void swap(void **state)
{
	struct context *context = *state;

	set_node(context, 0, 2048, 150, 100, 0, 0);
	fixture_write(&context->fixture, "proc/swaps",
		      "Filename Type Size Used Priority\n/dev/vda2 partition 40960 0 -2\n"
		      "/dev/zram0 partition 102400 0 100\n");
	/* zram is empty, so its compression ratio is unknown. */
	ASSERT_MIB(daxplug_forecast_room(forecast(context, DAXPLUG_ACTION_UNPLUG)), 190);
	/* zram keeps 40 MiB in 10 MiB: three quarters are room. */
	fixture_write(&context->fixture, "sys/block/zram0/mm_stat", "%llu %llu %llu 0 0 0 0 0\n",
		      (unsigned long long)(40 * MIB), (unsigned long long)(9 * MIB),
		      (unsigned long long)(10 * MIB));
	ASSERT_MIB(daxplug_forecast_room(forecast(context, DAXPLUG_ACTION_UNPLUG)), 265);
}

/* A free page of a pool need not move; it is lost, and a finding says so. */
static void huge_pages(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	set_node(context, 1, 1024, 200, 0, 0, 0);
	set_pool(context, POOL(1), 400, 380);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_GO);
	ASSERT_MIB(daxplug_forecast_must_move(result), 40);
	assert_finding(result, "huge-pages", DAXPLUG_SEVERITY_WARNING);
	assert_int_equal(daxplug_forecast_pools(result), 1);
	assert_int_equal(daxplug_forecast_pool_node(result, 0), 1);
	assert_int_equal(daxplug_forecast_pool_page_size(result, 0), 2 * MIB);
	assert_int_equal(daxplug_forecast_pool_lost(result, 0), 380);
	/* Out of range. */
	assert_int_equal(daxplug_forecast_pool_node(result, 1), -1);
	assert_int_equal(daxplug_forecast_pool_lost(result, 99), 0);
}

/* Fills a block of the device. */
static void set_flags(struct context *context, unsigned int block, uint64_t flags)
{
	uint64_t pages = FIXTURE_BLOCK_SIZE / sysconf(_SC_PAGESIZE), i, *text;
	char path[FIXTURE_PATH_SIZE];
	int fd;

	text = malloc(pages * sizeof(*text));
	for (i = 0; i < pages; i++)
		text[i] = flags;
	if (!fixture_exists(&context->fixture, "proc/kpageflags"))
		fixture_write(&context->fixture, "proc/kpageflags", "%s", "");
	fixture_path(&context->fixture, "proc/kpageflags", path);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, text, pages * sizeof(*text), block * pages * sizeof(*text)),
			 pages * sizeof(*text));
	close(fd);
	free(text);
}

/* If the node has other memory, too, the forecast is from a sample of the device's pages. */
static void by_sample(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;
	unsigned int i;

	set_node(context, 1, 3072, 2500, 500, 0, 0);
	/* 25 are in use, 5 of them surplus pages. */
	set_pool(context, POOL(1), 100, 75);
	fixture_write(&context->fixture, POOL(1) "surplus_hugepages", "5\n");
	set_flags(context, 48, ANON | ON_LIST);
	set_flags(context, 49, ON_LIST);
	set_flags(context, 50, HUGE);
	for (i = 51; i < 56; i++)
		set_flags(context, i, BUDDY);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_is_exact(result), 0);
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_ANON), 128);
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_CACHE), 128);
	/* A quarter of the huge pages is in use. */
	ASSERT_MIB(daxplug_forecast_use(result, DAXPLUG_USE_HUGE), 32);
	ASSERT_MIB(daxplug_forecast_must_move(result), 160);
	/* Other memory of the device's own node is no room. */
	ASSERT_MIB(daxplug_forecast_room(result), 500);
	assert_int_equal(daxplug_forecast_pool_lost(result, 0), 25);

	/* If that is the only node with memory, its other memory is room. */
	fixture_write(&context->fixture, NODE "has_memory", "1\n");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	ASSERT_MIB(daxplug_forecast_room(result), 2500 - 5 * 128 - 96);
}

static void cannot_tell(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	set_node(context, 1, 3072, 2500, 500, 0, 0);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_UNKNOWN);
	assert_finding(result, "use-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_must_move(result), -1);

	set_node(context, 1, 1024, 800, 100, 0, 0);
	fixture_delete(&context->fixture, NODE "has_memory");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_UNKNOWN);
	assert_finding(result, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_room(result), -1);

	fixture_add_block(&context->fixture, 50, "going-offline", "Movable Normal");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "state-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
}

static void add_second(struct context *context)
{
	struct fixture_device second = fixture_hmem;

	second.name = "dax1.0";
	second.node = 2;
	second.first = 64;
	fixture_add_device(&context->fixture, &second);
	fixture_add_blocks(&context->fixture, 64, 8, "online", "Movable");
	fixture_write(&context->fixture, NODE "has_memory", "0-2\n");
}

/* Each fits by itself; with both, the memory that is free on one of them is no room. */
static void together(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	add_second(context);
	set_node(context, 1, 1024, 600, 400, 0, 0);
	set_node(context, 2, 1024, 600, 400, 0, 0);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	ASSERT_MIB(daxplug_forecast_must_move(result), 800);
	ASSERT_MIB(daxplug_forecast_room(result), 500);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_REFUSED);
	assert_string_equal(daxplug_forecast_finding_device(result, 0), "");

	set_node(context, 0, 2048, 900, 100, 0, 0);
	assert_int_equal(daxplug_forecast_verdict(forecast(context, DAXPLUG_ACTION_UNPLUG)),
			 DAXPLUG_VERDICT_GO);
}

static void set_zones(struct context *context, unsigned int mib)
{
	fixture_write(&context->fixture, "proc/zoneinfo",
		      "Node 0, zone Normal\n  pages free %u\n  low 50\n  high 100\n  managed 9\n"
		      "Node 1, zone Movable\n  pages free 153600\n  low 0\n  high 0\n  managed 9\n"
		      "Node 2, zone Movable\n  pages free 153600\n  low 0\n  high 0\n  managed 9\n",
		      mib * 256 + 100);
}

static enum daxplug_verdict drain_verdict(struct context *context, unsigned int flags,
					  int64_t *room)
{
	struct daxplug_device *device = daxplug_first(context->daxplug);
	struct daxplug_change *changes[2];
	enum daxplug_verdict verdict;
	unsigned int i;

	for (i = 0; i < 2; i++, device = daxplug_next(device)) {
		assert_int_equal(daxplug_change_new(device, DAXPLUG_ACTION_UNPLUG, &changes[i]), 0);
		assert_int_equal(daxplug_change_set_flags(changes[i], flags), 0);
	}
	assert_int_equal(daxplug_change_avoid_node(changes[0], 2), 0);
	daxplug_forecast_unref(context->forecast);
	assert_int_equal(daxplug_forecast_changes(changes, 0, &context->forecast), -EINVAL);
	assert_int_equal(daxplug_forecast_changes(changes, 2, &context->forecast), 0);
	verdict = daxplug_forecast_verdict(context->forecast);
	*room = daxplug_forecast_room(context->forecast);
	daxplug_forecast_unref(context->forecast);
	assert_int_equal(daxplug_change_set_flags(changes[1], DAXPLUG_CHANGE_DRY_RUN), 0);
	assert_int_equal(daxplug_forecast_changes(changes, 2, &context->forecast), -EINVAL);
	context->forecast = NULL;
	daxplug_change_unref(changes[0]);
	daxplug_change_unref(changes[1]);
	return verdict;
}

/* A drain of both counts the memory above the high watermarks of the other nodes, once. */
static void drained_together(void **state)
{
	struct context *context = *state;
	int64_t room;

	add_second(context);
	set_node(context, 1, 1024, 600, 400, 0, 0);
	set_node(context, 2, 1024, 600, 400, 0, 0);
	set_zones(context, 700);
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	assert_int_equal(drain_verdict(context, DAXPLUG_CHANGE_DRAIN, &room),
			 DAXPLUG_VERDICT_REFUSED);
	ASSERT_MIB(room, 700);
	set_zones(context, 800);
	assert_int_equal(drain_verdict(context, DAXPLUG_CHANGE_DRAIN, &room), DAXPLUG_VERDICT_GO);
	ASSERT_MIB(room, 800);
}

/* A node whose figures cannot be read is not full. */
static void drain_to_unreadable_node(void **state)
{
	struct context *context = *state;
	int64_t room;

	add_second(context);
	set_node(context, 1, 1024, 600, 400, 0, 0);
	set_node(context, 2, 1024, 600, 400, 0, 0);
	set_zones(context, 800);
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	fixture_link(&context->fixture, NODE "node0/hugepages", "hugepages");
	assert_int_equal(drain_verdict(context, DAXPLUG_CHANGE_DRAIN, &room),
			 DAXPLUG_VERDICT_UNKNOWN);
	fixture_delete(&context->fixture, NODE "node0/hugepages");
	fixture_link(&context->fixture, NODE "node0/meminfo", "meminfo");
	assert_int_equal(drain_verdict(context, DAXPLUG_CHANGE_DRAIN, &room),
			 DAXPLUG_VERDICT_UNKNOWN);
}

static int verdict_for_nobody(struct context *context, unsigned int flags, int64_t *room)
{
	int verdict;

	if (!geteuid()) {
		assert_int_equal(chmod(context->fixture.root, 0755), 0);
		assert_int_equal(seteuid(65534), 0);
		verdict = drain_verdict(context, flags, room);
		assert_int_equal(seteuid(0), 0);
		return verdict;
	}
	return drain_verdict(context, flags, room);
}

/* --no-refill has to write to the settings that are on, and only to these. */
static void refill_unwritable(void **state)
{
	struct context *context = *state;
	char path[FIXTURE_PATH_SIZE];
	int64_t room;

	add_second(context);
	set_node(context, 2, 1024, 1024, 0, 0, 0);
	fixture_write(&context->fixture, "proc/sys/kernel/numa_balancing", "2\n");
	fixture_path(&context->fixture, "proc/sys/kernel/numa_balancing", path);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	assert_int_equal(verdict_for_nobody(context, 0, &room), DAXPLUG_VERDICT_GO);
	assert_int_equal(verdict_for_nobody(context, DAXPLUG_CHANGE_NO_REFILL, &room),
			 DAXPLUG_VERDICT_REFUSED);
}

/* Two devices of one node: values of the node are not counted twice. */
static void one_node(void **state)
{
	struct context *context = *state;
	struct fixture_device second = fixture_hmem;
	const struct daxplug_forecast *result;

	second.name = "dax0.1";
	second.first = 64;
	fixture_add_device(&context->fixture, &second);
	fixture_add_blocks(&context->fixture, 64, 8, "online", "Movable");
	set_node(context, 1, 2048, 1800, 200, 0, 0);
	set_pool(context, POOL(1), 10, 10);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	ASSERT_MIB(daxplug_forecast_must_move(result), 200);
	assert_int_equal(daxplug_forecast_pools(result), 1);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_GO);

	/* The figures of the node belong to the device that is online. */
	fixture_add_blocks(&context->fixture, 48, 8, "offline", "Normal Movable");
	set_node(context, 1, 1024, 800, 200, 0, 0);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	ASSERT_MIB(daxplug_forecast_must_move(result), 200);
	assert_int_equal(daxplug_forecast_pools(result), 1);
}

/* The worker of a driver without a thread of its own allocates as its cpuset allows. */
static void cpuset(void **state)
{
	struct context *context = *state;

	add_second(context);
	set_node(context, 2, 1024, 1000, 0, 0, 0);
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax1.0");
	ASSERT_MIB(daxplug_forecast_room(forecast(context, DAXPLUG_ACTION_UNPLUG)), 1500);
	fixture_write(&context->fixture, "proc/self/status",
		      "Name:\tx\nMems_allowed:\t3\nMems_allowed_list:\t0-1\n");
	ASSERT_MIB(daxplug_forecast_room(forecast(context, DAXPLUG_ACTION_UNPLUG)), 500);
}

static void unreadable_cpuset(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	fixture_link(&context->fixture, "proc/self/status", "status");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_room(result), -1);
}

/* A file that exists but cannot be read hides how much memory the kernel keeps free. */
static void unreadable_zoneinfo(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	fixture_link(&context->fixture, "proc/zoneinfo", "zoneinfo");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_room(result), -1);
}

static void commit_limit(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	fixture_write(&context->fixture, "proc/sys/vm/overcommit_memory", "2\n");
	fixture_write(&context->fixture, "proc/sys/vm/overcommit_kbytes", "0\n");
	fixture_write(&context->fixture, "proc/sys/vm/overcommit_ratio", "50\n");
	fixture_write(&context->fixture, "proc/meminfo",
		      "CommitLimit: 1572864 kB\nCommitted_AS: 1100000 kB\n");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "commit-limit", DAXPLUG_SEVERITY_ERROR);
	assert_int_equal(daxplug_forecast_reason(result), DAXPLUG_REASON_COMMIT_LIMIT);

	fixture_write(&context->fixture, "proc/meminfo",
		      "CommitLimit: 1572864 kB\nCommitted_AS: 1000000 kB\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "commit-limit"), -1);

	fixture_write(&context->fixture, "proc/sys/vm/admin_reserve_kbytes/is-a-directory", "%s",
		      "");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "commit-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
	fixture_delete(&context->fixture, "proc/sys/vm/admin_reserve_kbytes/is-a-directory");
	fixture_delete(&context->fixture, "proc/sys/vm/admin_reserve_kbytes");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "commit-unknown"), -1);

	fixture_delete(&context->fixture, "proc/meminfo");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "commit-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
	fixture_write(&context->fixture, "proc/sys/vm/overcommit_memory", "0\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "commit-unknown"), -1);
}

static void kernel_zone(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;
	unsigned int i;

	fixture_add_blocks(&context->fixture, 48, 8, "online", "Normal");
	for (i = 48; i < 56; i++)
		set_flags(context, i, BUDDY);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "kernel-zone", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_unmovable(result), 8);
	assert_int_equal(daxplug_forecast_unmovable_reason(result, 0), DAXPLUG_REASON_OTHER);

	set_flags(context, 50, SLAB);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "unmovable", DAXPLUG_SEVERITY_ERROR);
	assert_int_equal(daxplug_forecast_unmovable_block(result, 2), 50);
	assert_int_equal(daxplug_forecast_unmovable_reason(result, 2), DAXPLUG_REASON_SLAB);
	assert_string_equal(daxplug_forecast_unmovable_device(result, 2), "dax0.0");
}

static void pushed_back(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	fixture_write(&context->fixture, "sys/kernel/mm/numa/demotion_enabled", "true\n");
	fixture_write(&context->fixture, "proc/sys/kernel/numa_balancing", "2\n");
	fixture_write(&context->fixture, "sys/kernel/mm/mempolicy/weighted_interleave/node1",
		      "4\n");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "demotion", DAXPLUG_SEVERITY_WARNING);
	assert_finding(result, "numa-balancing", DAXPLUG_SEVERITY_INFO);
	assert_finding(result, "interleave-weight", DAXPLUG_SEVERITY_INFO);
	/* The most severe comes first. */
	assert_string_equal(daxplug_forecast_finding_id(result, 0), "demotion");
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_GO);

	fixture_link(&context->fixture, "sys/kernel/mm/numa/demotion_enabled", "demotion_enabled");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "refill-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
}

static void users(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	const struct daxplug_forecast *result;

	fixture_write(fixture, "sys/fs/cgroup/system.slice/memory.numa_stat", "anon N0=1 N1=99\n");
	fixture_write(fixture, "sys/fs/cgroup/system.slice/db.service/memory.numa_stat",
		      "anon N0=5 N1=4096\nfile N0=0 N1=4096\nshmem N0=0 N1=4096\n");
	fixture_write(fixture, "sys/fs/cgroup/system.slice/web.service/memory.numa_stat",
		      "anon N0=5 N1=100\n");
	fixture_write(fixture, "proc/41/comm", "small\n");
	fixture_write(fixture, "proc/41/numa_maps", "1000 default anon=9 N0=9 N1=1\n");
	fixture_write(fixture, "proc/42/comm", "perl\n");
	fixture_write(fixture, "proc/42/numa_maps",
		      "1000 default anon=9 N0=9\n"
		      "2000 bind:1 anon=3 N1=3 kernelpagesize_kB=2048\n");
	/* A kernel thread may have a name of 64 characters. */
	fixture_write(fixture, "proc/43/comm", "%064d\n", 0);
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_users(result), 4);
	assert_true(daxplug_forecast_users_complete(result));
	assert_string_equal(daxplug_forecast_user_name(result, 0), "/system.slice/db.service");
	assert_int_equal(daxplug_forecast_user_pid(result, 0), 0);
	assert_int_equal(daxplug_forecast_user_bytes(result, 0), 8192);
	assert_string_equal(daxplug_forecast_user_name(result, 2), "perl");
	assert_int_equal(daxplug_forecast_user_pid(result, 2), 42);
	assert_int_equal(daxplug_forecast_user_bytes(result, 2), 6 * MIB);
	assert_int_equal(daxplug_forecast_user_pid(result, 3), 41);
	assert_finding(result, "bound", DAXPLUG_SEVERITY_WARNING);
	assert_string_equal(daxplug_forecast_user_name(result, 4), "");

	/* Node 0 is not the device's, so pages may move there. */
	fixture_write(fixture, "proc/42/numa_maps",
		      "1000 default anon=9 N0=9\n2000 bind:0-1 anon=3 N1=3\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "bound"), -1);
	fixture_write(fixture, "proc/42/numa_maps",
		      "1000 default anon=9 N0=9\n2000 bind=static:1-1 anon=3 N1=3\n");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "bound", DAXPLUG_SEVERITY_WARNING);
}

static void make_absent(struct context *context, int node)
{
	struct fixture_device device = fixture_hmem;
	unsigned int i;

	device.node = node;
	device.driver = NULL;
	fixture_delete(&context->fixture, "sys/devices/platform/hmem.0");
	fixture_add_device(&context->fixture, &device);
	for (i = 48; i < 56; i++)
		fixture_delete_block(&context->fixture, i);
}

static void plug(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	const struct daxplug_forecast *result;

	make_absent(context, 1);
	fixture_write(fixture, NODE "has_memory", "0\n");
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory", "1\n");
	fixture_write(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "N\n");
	fixture_write(fixture, "proc/zoneinfo",
		      "Node 0, zone   Normal\n  pages free     5000\n        low      100\n"
		      "        managed  40000\n        protection: (0, 0, 0, 0)\n");
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_GO);
	ASSERT_MIB(daxplug_forecast_page_structs(result), 16);
	assert_int_equal(daxplug_forecast_page_structs_on_device(result), 0);
	assert_int_equal(daxplug_device_memmap_wanted(daxplug_first(context->daxplug)), 1);
	/* 1 GiB of movable memory for 156 MiB of other. */
	assert_finding(result, "zone-ratio", DAXPLUG_SEVERITY_WARNING);

	fixture_write(fixture, "proc/zoneinfo",
		      "Node 0, zone   Normal\n  pages free     500\n        low      100\n"
		      "        managed  40000\n        protection: (0, 0, 0, 0)\n");
	set_node(context, 0, 160, 2, 0, 0, 0);
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_finding(result, "page-structs", DAXPLUG_SEVERITY_ERROR);

	/* The place of the page structs is unknown, so the lack of room is not certain. */
	fixture_delete(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory");
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_int_equal(daxplug_forecast_page_structs_on_device(result), -1);
	assert_finding(result, "page-structs", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_verdict(result), DAXPLUG_VERDICT_UNKNOWN);

	/* As on Linux 6.1. */
	fixture_delete(fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory");
	assert_finding(forecast(context, DAXPLUG_ACTION_PLUG), "page-structs",
		       DAXPLUG_SEVERITY_ERROR);
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory", "1\n");

	fixture_write(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "Y\n");
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_int_equal(daxplug_forecast_page_structs_on_device(result), 1);
	assert_int_equal(finding(result, "page-structs"), -1);
}

/* Without a driver a plug fails, as does the unplug of memory that an unbind has left. */
static void no_driver(void **state)
{
	struct context *context = *state;

	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0/driver");
	fixture_delete(&context->fixture, "sys/bus/dax/drivers/kmem");
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "driver-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
	fake_reset(&context->fixture, &fixture_hmem);
	context->daxplug->system = &system_fake;
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "driver-unknown"), -1);
	fake.no_driver = true;
	assert_finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "no-driver",
		       DAXPLUG_SEVERITY_ERROR);
	make_absent(context, 1);
	assert_finding(forecast(context, DAXPLUG_ACTION_PLUG), "no-driver", DAXPLUG_SEVERITY_ERROR);
	assert_int_equal(daxplug_forecast_reason(context->forecast), DAXPLUG_REASON_NO_DRIVER);
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_UNPLUG), "no-driver"), -1);
}

/* The driver keeps page structs elsewhere if they would be in a page that has had a fault. */
static void plug_with_faulty_page(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	unsigned int i;

	for (i = 48; i < 56; i++)
		fixture_delete_block(fixture, i);
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/state", "unplugged\n");
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory", "1\n");
	fixture_write(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "Y\n");
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/kmem/pages_poisoned", "0\n");
	assert_int_equal(daxplug_forecast_page_structs_on_device(
				 forecast(context, DAXPLUG_ACTION_PLUG)),
			 1);
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/kmem/pages_poisoned", "1\n");
	assert_int_equal(daxplug_forecast_page_structs_on_device(
				 forecast(context, DAXPLUG_ACTION_PLUG)),
			 -1);
}

static void assert_unknown_room(const struct daxplug_forecast *forecast)
{
	assert_finding(forecast, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_verdict(forecast), DAXPLUG_VERDICT_UNKNOWN);
}

/* A plug needs free memory; these files say how much there is. */
static void plug_without_figures(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;

	make_absent(context, 1);
	fixture_write(fixture, NODE "has_memory", "0\n");
	assert_unknown_room(forecast(context, DAXPLUG_ACTION_PLUG));

	fixture_write(fixture, "proc/zoneinfo",
		      "Node 0, zone   Normal\n  pages free     500000\n        low      100\n"
		      "        managed  500000\n        protection: (0, 0, 0, 0)\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_PLUG), "room-unknown"), -1);
	fixture_write(fixture, NODE "has_memory", "0,?\n");
	assert_unknown_room(forecast(context, DAXPLUG_ACTION_PLUG));
	fixture_delete(fixture, NODE "has_memory");
	assert_unknown_room(forecast(context, DAXPLUG_ACTION_PLUG));
}

/* Memory for the kernel needs no room elsewhere if its page structs are on the device. */
static void plug_needs_no_figures(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;

	make_absent(context, 1);
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory", "1\n");
	fixture_write(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "Y\n");
	assert_unknown_room(forecast(context, DAXPLUG_ACTION_PLUG));
	assert_int_equal(finding(forecast_to(context, DAXPLUG_ACTION_PLUG,
					     DAXPLUG_STATE_ONLINE_KERNEL),
				 "room-unknown"),
			 -1);
}

static void no_node(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	make_absent(context, -1);
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_finding(result, "no-node", DAXPLUG_SEVERITY_ERROR);
	assert_int_equal(daxplug_forecast_reason(result), DAXPLUG_REASON_NO_NODE);

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/target_node", "?\n");
	result = forecast(context, DAXPLUG_ACTION_PLUG);
	assert_finding(result, "node-unknown", DAXPLUG_SEVERITY_UNSURE);

	/* Its own node is not counted as room for its pages. */
	fixture_add_blocks(&context->fixture, fixture_hmem.first, fixture_hmem.blocks, "online",
			   "Movable");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "node-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_finding(result, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_room(result), -1);
}

/* A file that cannot be read is not an empty one. */
static void unreadable_proc(void **state)
{
	struct context *context = *state;
	const struct daxplug_forecast *result;

	fixture_write(&context->fixture, "proc/swaps/is-a-directory", "%s", "");
	fixture_write(&context->fixture, "proc/sys/vm/overcommit_memory", "?\n");
	fixture_write(&context->fixture, "proc/41/comm", "perl\n");
	fixture_write(&context->fixture, "proc/41/numa_maps/is-a-directory", "%s", "");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_finding(result, "room-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_finding(result, "commit-unknown", DAXPLUG_SEVERITY_UNSURE);
	assert_int_equal(daxplug_forecast_room(result), -1);
	assert_false(daxplug_forecast_users_complete(result));
}

/* A full list of findings still contains the error. */
static void many_findings(void **state)
{
	struct daxplug_forecast many = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < MOST_FINDINGS; i++)
		find(&many, "info", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, NULL, "", "x");
	find(&many, "no-room", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_NO_ROOM, NULL, "", "y");
	find(&many, "info", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, NULL, "", "z");
	assert_int_equal(daxplug_forecast_findings(&many), MOST_FINDINGS);
	assert_int_equal(daxplug_forecast_verdict(&many), DAXPLUG_VERDICT_REFUSED);
	assert_int_equal(daxplug_forecast_finding_reason(&many, 0), DAXPLUG_REASON_NO_ROOM);
	assert_string_equal(daxplug_forecast_finding_text(&many, MOST_FINDINGS - 1), "x");
}

/* More blocks in a kernel zone than the list has room for. */
static void many_unmovable(void **state)
{
	struct context *context = *state;
	struct fixture_device device = fixture_hmem;
	const struct daxplug_forecast *result;

	device.blocks = MOST_UNMOVABLE + 16;
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0");
	fixture_add_device(&context->fixture, &device);
	fixture_add_blocks(&context->fixture, device.first, device.blocks, "online", "Normal");
	result = forecast(context, DAXPLUG_ACTION_UNPLUG);
	assert_int_equal(daxplug_forecast_unmovable(result), MOST_UNMOVABLE);
	assert_string_equal(daxplug_forecast_finding_text(result, finding(result, "kernel-zone")),
			    "80 memory blocks in a kernel zone may hold pages that cannot be moved");
}

static void other_modes(void **state)
{
	struct context *context = *state;

	make_absent(context, 1);
	fixture_link(&context->fixture, "sys/bus/dax/devices/dax0.0/driver", "x/fsdev_dax");
	assert_finding(forecast(context, DAXPLUG_ACTION_PLUG), "mode", DAXPLUG_SEVERITY_ERROR);
}

static void nonsense(void **state)
{
	struct context *context = *state;
	struct daxplug_forecast *result;
	struct daxplug_device *device;

	assert_int_equal(daxplug_scan(context->daxplug), 0);
	device = daxplug_first(context->daxplug);
	assert_int_equal(daxplug_forecast_new(&device, 0, DAXPLUG_ACTION_UNPLUG,
					      DAXPLUG_STATE_UNKNOWN, &result),
			 -EINVAL);
	assert_int_equal(daxplug_forecast_new(&device, 1, DAXPLUG_ACTION_RECLAIM,
					      DAXPLUG_STATE_UNKNOWN, &result),
			 -EINVAL);
	assert_int_equal(daxplug_forecast_new(&device, 1, DAXPLUG_ACTION_UNKNOWN,
					      DAXPLUG_STATE_UNKNOWN, &result),
			 -EINVAL);
}

/* A finding if bad blocks of the device would be used, or if that cannot be told. */
static void bad_blocks(void **state)
{
	static const char badblocks[] = "sys/devices/LNXSYSTM:00/ndbus0/region1/badblocks";
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device pmem = fixture_hmem;

	pmem.name = "dax1.0";
	pmem.place = "LNXSYSTM:00/ndbus0/region1/dax1.1";
	pmem.first = 64;
	fixture_add_device(fixture, &pmem);
	fixture_write(fixture, "sys/devices/LNXSYSTM:00/ndbus0/region1/resource", "0x1fffff000\n");
	fixture_write(fixture, "sys/bus/dax/drivers/kmem/bind", "%s", "");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_PLUG), "bad-blocks"), -1);
	/* Before the device. */
	fixture_write(fixture, badblocks, "0 8\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_PLUG), "bad-blocks"), -1);
	/* Partly in the device. */
	fixture_write(fixture, badblocks, "0 9\n");
	assert_finding(forecast(context, DAXPLUG_ACTION_PLUG), "bad-blocks",
		       DAXPLUG_SEVERITY_WARNING);
	/* The driver keeps them out of use. */
	fixture_write(fixture, "sys/module/kmem/parameters/faulty_pages", "\n");
	assert_int_equal(finding(forecast(context, DAXPLUG_ACTION_PLUG), "bad-blocks"), -1);
	fixture_write(fixture, badblocks, "none\n");
	assert_finding(forecast(context, DAXPLUG_ACTION_PLUG), "bad-blocks-unknown",
		       DAXPLUG_SEVERITY_UNSURE);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(by_kind),
		WITH(no_room),
		WITH(watermarks),
		WITH(swap),
		WITH(huge_pages),
		WITH(by_sample),
		WITH(cannot_tell),
		WITH(together),
		WITH(drained_together),
		WITH(drain_to_unreadable_node),
		WITH(refill_unwritable),
		WITH(one_node),
		WITH(cpuset),
		WITH(unreadable_zoneinfo),
		WITH(unreadable_cpuset),
		WITH(commit_limit),
		WITH(bad_blocks),
		WITH(kernel_zone),
		WITH(pushed_back),
		WITH(users),
		WITH(plug),
		WITH(no_driver),
		WITH(no_node),
		WITH(other_modes),
		WITH(nonsense),
		WITH(unreadable_proc),
		WITH(many_findings),
		WITH(many_unmovable),
		WITH(plug_with_faulty_page),
		WITH(plug_without_figures),
		WITH(plug_needs_no_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
