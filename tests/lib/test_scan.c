// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading devices from intact trees. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "device.h"
#include "fixture.h"
#include "libdaxplug.h"
#include "use.h"

struct context {
	struct fixture fixture;
	struct daxplug *daxplug;
};

static int set_up(void **state)
{
	struct context *context = calloc(1, sizeof(*context));

	fixture_create(&context->fixture);
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	*state = context;
	return 0;
}

static int tear_down(void **state)
{
	struct context *context = *state;

	daxplug_unref(context->daxplug);
	fixture_remove(&context->fixture);
	free(context);
	return 0;
}

static struct daxplug_device *scan_one(struct context *context)
{
	struct daxplug_device *device;

	assert_int_equal(daxplug_scan(context->daxplug), 0);
	device = daxplug_find(context->daxplug, "dax0.0");
	assert_non_null(device);
	return device;
}

static void nothing(void **state)
{
	struct context *context = *state;

	assert_int_equal(daxplug_scan(context->daxplug), 0);
	assert_null(daxplug_first(context->daxplug));
	assert_null(daxplug_find(context->daxplug, "dax0.0"));
}

static void no_root(void **state)
{
	struct daxplug *daxplug;

	(void)state;
	assert_int_equal(daxplug_new("/nonexistent", &daxplug), -ENOENT);
	assert_int_equal(daxplug_new("/dev/null", &daxplug), -ENOTDIR);
}

static void one_device(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_add_blocks(&context->fixture, 48, 8, "online", "Movable");
	fixture_write(&context->fixture, "sys/devices/virtual/memory_tiering/memory_tier4/nodelist",
		      "0\n");
	fixture_write(&context->fixture,
		      "sys/devices/virtual/memory_tiering/memory_tier22/nodelist", "1-2\n");
	device = scan_one(context);

	assert_ptr_equal(daxplug_first(context->daxplug), device);
	assert_null(daxplug_next(device));
	assert_string_equal(daxplug_device_name(device), "dax0.0");
	assert_string_equal(daxplug_device_region_name(device), "hmem.0");
	assert_int_equal(daxplug_device_region(device), 0);
	assert_int_equal(daxplug_device_kind(device), DAXPLUG_KIND_HMEM);
	assert_int_equal(daxplug_device_mode(device), DAXPLUG_MODE_SYSTEM_RAM);
	assert_int_equal(daxplug_device_backend(device), DAXPLUG_BACKEND_PER_BLOCK);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_ONLINE_MOVABLE);
	assert_int_equal(daxplug_device_size(device), 8 * FIXTURE_BLOCK_SIZE);
	assert_int_equal(daxplug_device_align(device), 2 << 20);
	assert_int_equal(daxplug_device_target_node(device), 1);
	assert_int_equal(daxplug_device_numa_node(device), 0);
	assert_int_equal(daxplug_device_tier(device), -1);
	assert_int_equal(daxplug_read_tiers(context->daxplug), 0);
	assert_int_equal(daxplug_device_tier(device), 22);
	assert_int_equal(daxplug_device_memmap_wanted(device), -1);
	assert_int_equal(daxplug_device_memmap_on_memory(device), -1);
	assert_int_equal(daxplug_device_ranges(device), 1);
	assert_int_equal(daxplug_device_range_start(device, 0), 48 * FIXTURE_BLOCK_SIZE);
	assert_int_equal(daxplug_device_range_end(device, 0), 56 * FIXTURE_BLOCK_SIZE - 1);
	assert_int_equal(daxplug_device_block_size(device), FIXTURE_BLOCK_SIZE);
	assert_int_equal(daxplug_device_blocks(device), 8);
	assert_int_equal(daxplug_device_blocks_online(device), 8);
	assert_int_equal(daxplug_device_blocks_movable(device), 8);
	assert_int_equal(daxplug_device_block_number(device, 7), 55);
	assert_string_equal(daxplug_device_block_zone(device, 7), "Movable");
	assert_int_equal(daxplug_device_block_use(device, 7), -1);
}

/* A tier goes with its last memory. */
static void tiers_gone(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_write(&context->fixture,
		      "sys/devices/virtual/memory_tiering/memory_tier22/nodelist", "1-2\n");
	device = scan_one(context);
	assert_int_equal(daxplug_read_tiers(context->daxplug), 0);
	assert_int_equal(daxplug_device_tier(device), 22);
	fixture_delete(&context->fixture, "sys/devices/virtual/memory_tiering/memory_tier22");
	assert_int_equal(daxplug_read_tiers(context->daxplug), 0);
	assert_int_equal(daxplug_device_tier(device), -1);
}

/* Tiers are not read while a daxplug changes a device: see lib/tier.c. */
static void tiers_during_a_change(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;
	char path[FIXTURE_PATH_SIZE];
	int fd;

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_write(&context->fixture,
		      "sys/devices/virtual/memory_tiering/memory_tier22/nodelist", "1-2\n");
	device = scan_one(context);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(daxplug_read_tiers(context->daxplug), -EBUSY);
	assert_int_equal(daxplug_device_tier(device), -1);
	close(fd);
	assert_int_equal(daxplug_read_tiers(context->daxplug), 0);
	assert_int_equal(daxplug_device_tier(device), 22);
}

/* A caller other than root cannot tell whether one does, and is refused. */
static void tiers_not_as_root(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;
	char path[FIXTURE_PATH_SIZE];
	uid_t user = geteuid();

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_write(&context->fixture,
		      "sys/devices/virtual/memory_tiering/memory_tier22/nodelist", "1-2\n");
	device = scan_one(context);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	assert_int_equal(chmod(path, 0), 0);
	if (!user)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(daxplug_read_tiers(context->daxplug), -EACCES);
	assert_non_null(strstr(daxplug_message(context->daxplug), "Permission denied"));
	assert_int_equal(daxplug_device_tier(device), -1);
	assert_int_equal(seteuid(user), 0);
}

/* The state by the blocks, without a state file. */
static void states(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct daxplug_device *device;

	fixture_add_device(fixture, &fixture_hmem);
	device = scan_one(context);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_UNPLUGGED);

	fixture_add_blocks(fixture, 48, 8, "offline", "Normal Movable");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_OFFLINE);

	fixture_add_blocks(fixture, 48, 8, "online", "Normal");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_ONLINE_KERNEL);

	fixture_add_block(fixture, 50, "online", "Movable");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_MIXED);
	assert_int_equal(daxplug_device_blocks_movable(device), 1);

	fixture_add_blocks(fixture, 48, 8, "online", "Movable");
	fixture_add_block(fixture, 55, "going-offline", "Movable");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_UNKNOWN);
	assert_int_equal(daxplug_device_block_state(device, 7), DAXPLUG_BLOCK_ONLINE);
	assert_int_equal(daxplug_device_blocks_unknown(device), 1);

	fixture_add_block(fixture, 55, "online", "Movable");
	fixture_delete_block(fixture, 48);
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_MIXED);
	assert_int_equal(daxplug_device_blocks_present(device), 7);
}

/* Upstream's file repeats the last write; the blocks tell the truth. */
static void upstream_truth(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device upstream = fixture_hmem;
	struct daxplug_device *device;

	upstream.state = "online_movable";
	fixture_write(fixture, "sys/module/kmem/taint", "\n");
	fixture_add_device(fixture, &upstream);
	fixture_add_blocks(fixture, 48, 8, "offline", "Normal Movable");
	device = scan_one(context);
	assert_int_equal(daxplug_device_backend(device), DAXPLUG_BACKEND_STATE_UPSTREAM);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_OFFLINE);

	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/state", "online\n");
	fixture_add_blocks(fixture, 48, 8, "online", "Normal");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_ONLINE);
}

/* daxplug's file tells the truth, and shows a change under way. */
static void our_truth(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device ours = fixture_hmem;
	struct daxplug_device *device;

	ours.state = "mixed";
	fixture_write(fixture, "sys/module/kmem/taint", "OE\n");
	fixture_add_device(fixture, &ours);
	fixture_add_blocks(fixture, 48, 8, "offline", "Normal Movable");
	device = scan_one(context);
	assert_int_equal(daxplug_device_backend(device), DAXPLUG_BACKEND_STATE);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_MIXED);

	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/state", "offline\n");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_OFFLINE);

	/* Its group of files is enough, wherever the module comes from. */
	fixture_write(fixture, "sys/module/kmem/taint", "\n");
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/kmem/guard", "0\n");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_backend(device), DAXPLUG_BACKEND_STATE);
}

static void modes(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device other = fixture_hmem;
	struct daxplug_device *device;

	other.driver = NULL;
	fixture_add_device(fixture, &other);
	device = scan_one(context);
	assert_int_equal(daxplug_device_mode(device), DAXPLUG_MODE_DISABLED);
	assert_int_equal(daxplug_device_backend(device), DAXPLUG_BACKEND_NONE);

	fixture_link(fixture, "sys/bus/dax/devices/dax0.0/driver", "../../drivers/device_dax");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_mode(device), DAXPLUG_MODE_DEVDAX);

	fixture_link(fixture, "sys/bus/dax/devices/dax0.0/driver", "../../drivers/fsdev_dax");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_mode(device), DAXPLUG_MODE_FAMFS);
	assert_string_equal(daxplug_device_driver(device), "fsdev_dax");

	fixture_link(fixture, "sys/bus/dax/devices/dax0.0/driver", "../../drivers/vendor_dax");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_mode(device), DAXPLUG_MODE_OTHER);
	assert_string_equal(daxplug_device_driver(device), "vendor_dax");
}

/* Ranges are sorted by page offset, blocks by address; a part of a block does not count. */
static void ranges(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device device = fixture_hmem;
	struct daxplug_device *read;
	const uint64_t block = FIXTURE_BLOCK_SIZE;

	fixture_add_device(fixture, &device);
	fixture_add_range(fixture, "dax0.0", 0, 60 * block + 4096, 2 * block);
	fixture_add_range(fixture, "dax0.0", 1, 48 * block, 2 * block);
	fixture_add_range(fixture, "dax0.0", 2, 55 * block, block / 2);
	read = scan_one(context);

	assert_int_equal(daxplug_device_ranges(read), 3);
	assert_int_equal(daxplug_device_range_start(read, 0), 48 * block);
	assert_int_equal(daxplug_device_blocks(read), 3);
	assert_int_equal(daxplug_device_block_number(read, 0), 48);
	assert_int_equal(daxplug_device_block_number(read, 1), 49);
	assert_int_equal(daxplug_device_block_number(read, 2), 61);
}

/* More ranges than are read: not known, rather than the first of them. */
static void too_many_ranges(void **state)
{
	struct context *context = *state;
	struct daxplug_device *read;
	unsigned int i;

	fixture_add_device(&context->fixture, &fixture_hmem);
	for (i = 0; i <= MOST_RANGES; i++)
		fixture_add_range(&context->fixture, "dax0.0", i,
				  (fixture_hmem.first + i) * FIXTURE_BLOCK_SIZE,
				  FIXTURE_BLOCK_SIZE);
	read = scan_one(context);
	assert_int_equal(daxplug_device_ranges(read), 0);
	assert_int_equal(daxplug_device_state(read), DAXPLUG_STATE_UNKNOWN);
}

/* Memory is not absent because no file can be opened. */
static void no_descriptor(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;
	struct rlimit before, none;

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_add_blocks(&context->fixture, fixture_hmem.first, fixture_hmem.blocks, "online",
			   "Movable");
	device = scan_one(context);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(blocks_read(device), -EMFILE);
	assert_int_equal(daxplug_device_refresh(device), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_UNKNOWN);
	assert_int_equal(daxplug_device_blocks(device), 0);
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_ONLINE_MOVABLE);
}

/* Of /proc/kpageflags: on the list of pages, first and others of a folio. */
#define ON_LIST (1 << 5)
#define FIRST_OF (1 << 15)
#define OTHER_OF (1 << 16)

/* As 6.1 has a file's cache in folios of 16 pages: only the first is on the list. */
static void large_folios(void **state)
{
	struct context *context = *state;
	uint64_t pages = FIXTURE_BLOCK_SIZE / sysconf(_SC_PAGESIZE), flags[16] = { 0 };
	struct daxplug_device *device;
	char path[FIXTURE_PATH_SIZE];
	struct sample sample = { 0 };
	unsigned int i;
	int fd;

	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_add_blocks(&context->fixture, fixture_hmem.first, 1, "online", "Movable");
	fixture_write(&context->fixture, "proc/kpageflags", "%s", "");
	fixture_path(&context->fixture, "proc/kpageflags", path);
	fd = open(path, O_WRONLY);
	flags[0] = ON_LIST | FIRST_OF;
	for (i = 1; i < 16; i++)
		flags[i] = OTHER_OF;
	for (i = 0; i < pages; i += 16)
		assert_int_equal(pwrite(fd, flags, sizeof(flags),
					(fixture_hmem.first * pages + i) * sizeof(flags[0])),
				 sizeof(flags));
	close(fd);

	device = scan_one(context);
	assert_int_equal(daxplug_device_read_use(device), 0);
	assert_int_equal(daxplug_device_block_use(device, 0), 100);
	assert_int_equal(use_read(device, &sample), 0);
	assert_int_equal(sample.use[DAXPLUG_USE_CACHE], sample.seen);
}

/* As nvdimm has it: the DAX device is in an nd device of such a name, in the region. */
static void persistent_memory(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device pmem = fixture_hmem;
	struct daxplug_device *device;

	pmem.place = "LNXSYSTM:00/ndbus0/region1/dax1.1";
	fixture_add_device(fixture, &pmem);
	fixture_write(fixture, "sys/bus/nd/devices/dax1.1/namespace", "namespace1.0\n");
	fixture_write(fixture, "sys/bus/nd/devices/dax1.1/uuid",
		      "0f6b9e6e-5b0c-4b3e-9d54-2a8f5a4f2c11\n");
	fixture_write(fixture, "sys/bus/nd/devices/namespace1.0/uuid",
		      "7c0ffee0-0000-4000-8000-000000000000\n");
	device = scan_one(context);
	assert_int_equal(daxplug_device_kind(device), DAXPLUG_KIND_PMEM);
	assert_string_equal(daxplug_device_region_name(device), "region1");
	assert_string_equal(daxplug_device_namespace(device), "namespace1.0");
	assert_string_equal(daxplug_device_uuid(device), "0f6b9e6e-5b0c-4b3e-9d54-2a8f5a4f2c11");
	assert_int_equal(daxplug_device_uuid_error(device), 0);
	assert_int_equal(daxplug_device_serials(device), 0);
	assert_int_equal(daxplug_device_serials_error(device), 0);
}

static void make_loop(struct fixture *fixture, const char *path)
{
	fixture_link(fixture, path, strrchr(path, '/') + 1);
}

/* A UUID that does not exist or is empty is a fact; one that cannot be read is not. */
static void unreadable_uuid(void **state)
{
	static const char uuid[] = "sys/bus/nd/devices/dax1.1/uuid";
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device pmem = fixture_hmem;

	pmem.place = "LNXSYSTM:00/ndbus0/region1/dax1.1";
	fixture_add_device(fixture, &pmem);
	assert_int_equal(daxplug_device_uuid_error(scan_one(context)), 0);
	fixture_write(fixture, uuid, "%s", "\n");
	assert_int_equal(daxplug_device_uuid_error(scan_one(context)), 0);
	fixture_write(fixture, uuid, "%060d\n", 0);
	assert_int_equal(daxplug_device_uuid_error(scan_one(context)), -EINVAL);
	make_loop(fixture, uuid);
	assert_int_equal(daxplug_device_uuid_error(scan_one(context)), -ELOOP);
	assert_string_equal(daxplug_device_uuid(scan_one(context)), "");
	assert_int_equal(daxplug_device_serials_error(scan_one(context)), 0);
}

/* The nd device has too long a name, or the link that leads to the parent cannot be read. */
static void unreadable_parent(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device pmem = fixture_hmem;
	struct daxplug_device *device;

	pmem.place = "LNXSYSTM:00/ndbus0/region1/dax1.1000000000000000000000000000000";
	fixture_add_device(fixture, &pmem);
	assert_int_equal(daxplug_device_uuid_error(scan_one(context)), -ENAMETOOLONG);
	fixture_delete(fixture, "sys/bus/dax/devices/dax0.0");
	fixture_write(fixture, "sys/bus/dax/devices/dax0.0/size", "4096\n");
	device = scan_one(context);
	assert_int_equal(daxplug_device_kind(device), DAXPLUG_KIND_UNKNOWN);
	assert_int_equal(daxplug_device_uuid_error(device), -EINVAL);
	assert_int_equal(daxplug_device_serials_error(device), -EINVAL);
}

/* Two decoders of one expander, and one of another. */
static void expanders(void **state)
{
	static const char *const decoders[] = { "decoder2.0", "decoder2.1", "decoder3.0" };
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct fixture_device cxl = fixture_hmem;
	struct daxplug_device *device;
	char path[96];
	unsigned int i;

	cxl.place = "platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0";
	fixture_add_device(fixture, &cxl);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "sys/bus/cxl/devices/region0/target%u", i);
		fixture_write(fixture, path, "%s\n", decoders[i]);
		snprintf(path, sizeof(path), "sys/bus/cxl/devices/%s", decoders[i]);
		snprintf(path + sizeof(path) / 2, sizeof(path) / 2,
			 "../../../devices/endpoint%c/%s", decoders[i][7], decoders[i]);
		fixture_link(fixture, path, path + sizeof(path) / 2);
		snprintf(path, sizeof(path), "sys/devices/endpoint%c/%s/x", decoders[i][7],
			 decoders[i]);
		fixture_write(fixture, path, "%s", "");
	}
	fixture_write(fixture, "sys/devices/endpoint2/uport/serial", "0x1234\n");
	fixture_write(fixture, "sys/devices/endpoint3/uport/serial", "0x99\n");
	device = scan_one(context);
	assert_int_equal(daxplug_device_kind(device), DAXPLUG_KIND_CXL);
	assert_string_equal(daxplug_device_region_name(device), "region0");
	assert_int_equal(daxplug_device_serials(device), 2);
	assert_int_equal(daxplug_device_serial(device, 0), 0x1234);
	assert_int_equal(daxplug_device_serial(device, 1), 0x99);
	assert_int_equal(daxplug_device_serial(device, 2), 0);
	assert_int_equal(daxplug_device_serials_error(device), 0);

	fixture_write(fixture, "sys/devices/endpoint2/uport/serial", "none\n");
	device = scan_one(context);
	assert_int_equal(daxplug_device_serials(device), 1);
	assert_int_equal(daxplug_device_serials_error(device), -EINVAL);
	fixture_delete(fixture, "sys/devices/endpoint2/uport/serial");
	assert_int_equal(daxplug_device_serials_error(scan_one(context)), 0);
	make_loop(fixture, "sys/bus/cxl/devices/region0/target1");
	device = scan_one(context);
	assert_int_equal(daxplug_device_serials(device), 1);
	assert_int_equal(daxplug_device_serials_error(device), -ELOOP);
	assert_int_equal(daxplug_device_uuid_error(device), 0);
}

static void rating(void **state)
{
	struct context *context = *state;
	struct fixture *fixture = &context->fixture;
	struct daxplug_device *device;

	fixture_add_device(fixture, &fixture_hmem);
	device = scan_one(context);
	assert_int_equal(daxplug_device_distance(device), -1);
	assert_int_equal(daxplug_device_read_latency(device), -1);
	/* Nodes 0, 1 and 4; only the last has no CPU. */
	fixture_write(fixture, "sys/devices/system/node/online", "0-1,4\n");
	fixture_write(fixture, "sys/devices/system/node/has_cpu", "0,4\n");
	fixture_write(fixture, "sys/devices/system/node/node1/distance", "40 10 21\n");
	fixture_write(fixture, "sys/devices/system/node/node1/access0/initiators/read_latency",
		      "250\n");
	fixture_write(fixture, "sys/devices/system/node/node1/access0/initiators/write_bandwidth",
		      "30000\n");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_distance(device), 21);
	assert_int_equal(daxplug_device_read_latency(device), 250);
	assert_int_equal(daxplug_device_write_bandwidth(device), 30000);
	assert_int_equal(daxplug_device_read_bandwidth(device), -1);
	fixture_write(fixture, "sys/devices/system/node/node1/distance", "40\n");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_distance(device), -1);
}

/* The files of daxplug's driver, as recorded. */
static void driver_words(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;

	fixture_remove(&context->fixture);
	daxplug_unref(context->daxplug);
	fixture_load(&context->fixture, RECORDS "/ours-6.12-movable");
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	device = scan_one(context);
	assert_int_equal(daxplug_device_guard(device), 0);
	assert_int_equal(daxplug_device_timeout(device), 0);
	assert_int_equal(daxplug_device_last_duration(device), 152);
	assert_int_equal(daxplug_device_transitions_done(device), 2);
	assert_int_equal(daxplug_device_transitions_failed(device), 0);
	assert_int_equal(daxplug_device_transitions_cancelled(device), 0);
	assert_int_equal(daxplug_device_refusals(device), 0);
	assert_string_equal(daxplug_device_last_failure(device), "");
	/* An older driver has no such file. */
	assert_int_equal(daxplug_device_pages_poisoned(device), -1);
}

/* The place of page structs: the device's request and the system's setting. */
static void memmap(void **state)
{
	static const struct {
		const char *wanted;
		const char *granted;
		int result;
	} cases[] = {
		{ "1", "N", 0 }, { "1", "Y", 1 }, { "1", "force", 1 },
		{ "0", "Y", 0 }, { "0", "?", 0 },
	};
	struct context *context = *state;
	struct daxplug_device *device;
	unsigned int i;

	fixture_add_device(&context->fixture, &fixture_hmem);
	device = scan_one(context);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/memmap_on_memory",
			      "%s\n", cases[i].wanted);
		fixture_write(&context->fixture,
			      "sys/module/memory_hotplug/parameters/memmap_on_memory", "%s\n",
			      cases[i].granted);
		assert_int_equal(daxplug_device_refresh(device), 0);
		assert_int_equal(daxplug_device_memmap_on_memory(device), cases[i].result);
	}
}

/* Links of a record lead to nothing outside of it, absolute ones too. */
static void links_stay_inside(void **state)
{
	struct context *context = *state;
	struct fixture outside;
	char target[FIXTURE_PATH_SIZE];
	struct daxplug_device *device;

	if (syscall(SYS_openat2, -1, "", NULL, 0) && errno == ENOSYS)
		SKIP("no openat2(), such as under a valgrind that does not know it");
	fixture_create(&outside);
	fixture_write(&outside, "secret", "123456\n");
	fixture_add_device(&context->fixture, &fixture_hmem);
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0/align");
	fixture_path(&outside, "secret", target);
	fixture_link(&context->fixture, "sys/bus/dax/devices/dax0.0/align", target);
	device = scan_one(context);
	assert_int_equal(daxplug_device_align(device), 0);
	/* Such a link stands for the same path below the root. */
	fixture_write(&context->fixture, target + 1, "4096\n");
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_align(device), 4096);
	fixture_remove(&outside);
}

/* An index that is out of range yields nothing, and does no harm. */
static void out_of_range(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;

	fixture_add_device(&context->fixture, &fixture_hmem);
	device = scan_one(context);
	assert_int_equal(daxplug_device_range_start(device, 1), 0);
	assert_int_equal(daxplug_device_range_end(device, UINT_MAX), 0);
	assert_int_equal(daxplug_device_block_number(device, 8), 0);
	assert_int_equal(daxplug_device_block_state(device, 8), DAXPLUG_BLOCK_UNKNOWN);
	assert_string_equal(daxplug_device_block_zone(device, UINT_MAX), "");
	assert_int_equal(daxplug_device_block_use(device, 8), -1);
}

static void order(void **state)
{
	static const char *const names[] = { "dax10.0", "dax2.1", "dax2.10", "dax2.2" };
	static const char *const ordered[] = { "dax2.1", "dax2.2", "dax2.10", "dax10.0" };
	struct context *context = *state;
	struct fixture_device device = fixture_hmem;
	struct daxplug_device *next;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		device.name = names[i];
		device.first = 48 + 8 * i;
		fixture_add_device(&context->fixture, &device);
	}
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	next = daxplug_first(context->daxplug);
	for (i = 0; i < 4; i++, next = daxplug_next(next))
		assert_string_equal(daxplug_device_name(next), ordered[i]);
	assert_null(next);
}

static void gone(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device;

	fixture_add_device(&context->fixture, &fixture_hmem);
	device = scan_one(context);
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0");
	assert_int_equal(daxplug_device_refresh(device), -ENODEV);
	assert_string_equal(daxplug_message(context->daxplug), "dax0.0: device no longer exists");
	assert_int_equal(daxplug_device_blocks(device), 8);
}

/* CPU time of this process, so that other load does not count. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* About 0.3 s of processor time on a quiet host; the limit leaves room for a busy one. */
static void many(void **state)
{
	struct context *context = *state;
	struct fixture_device device = fixture_hmem;
	char name[32];
	unsigned int i;
	double began;

	device.name = name;
	device.blocks = 10;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "dax%u.0", i);
		device.first = 48 + 10 * i;
		fixture_add_device(&context->fixture, &device);
	}
	fixture_add_blocks(&context->fixture, 48, 10000, "online", "Movable");

	began = seconds();
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	print_message("# 1000 devices, 10000 blocks: %.3f s\n", seconds() - began);
	if (!getenv("DAXPLUG_TEST_SLOW"))
		assert_true(seconds() - began < 3);
	assert_non_null(daxplug_find(context->daxplug, "dax999.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing, set_up, tear_down),
		cmocka_unit_test(no_root),
		cmocka_unit_test_setup_teardown(one_device, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tiers_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tiers_during_a_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tiers_not_as_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(states, set_up, tear_down),
		cmocka_unit_test_setup_teardown(upstream_truth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(our_truth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(modes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large_folios, set_up, tear_down),
		cmocka_unit_test_setup_teardown(persistent_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unreadable_uuid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unreadable_parent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(expanders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rating, set_up, tear_down),
		cmocka_unit_test_setup_teardown(driver_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memmap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_stay_inside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(out_of_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
