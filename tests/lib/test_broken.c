// SPDX-License-Identifier: GPL-2.0-or-later
/* Broken trees: a fault in one place does not keep the rest from being read. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "fixture.h"
#include "libdaxplug.h"

#define DEVICE "sys/bus/dax/devices/dax0.0/"
#define BLOCK "sys/devices/system/memory/memory50/"

static const char *const files[] = {
	FIXTURE_DEVICE_FILES(DEVICE),
	DEVICE "driver",
	DEVICE "mapping0",
	BLOCK "state",
	BLOCK "valid_zones",
	"sys/devices/system/memory/memory50",
	"sys/devices/virtual/memory_tiering/memory_tier4/nodelist",
	"sys/devices/virtual/memory_tiering",
	"sys/module/kmem/taint",
	"sys/devices/system/node/has_memory",
	"sys/devices/system/node/node1/meminfo",
	"proc/meminfo",
	"proc/kpageflags",
};

static const char *const texts[] = {
	"",
	"\n",
	"-1\n",
	"18446744073709551615\n",
	"99999999999999999999999999\n",
	"0x\n",
	"online online online online online online online online online online online\n",
	"%s%n%s%n\n",
	"\xff\xfe\x80",
	"Node 1 MemFree: 18446744073709551615 kB\n",
	"0-4294967295\n",
	"0-2147483647,\n",
};

static void add_broken(struct fixture *fixture)
{
	struct fixture_device device = fixture_hmem;

	device.state = "online_movable";
	fixture_add_device(fixture, &device);
}

static void add_sound(struct fixture *fixture)
{
	struct fixture_device device = fixture_hmem;

	device.name = "dax1.0";
	device.place = "platform/hmem.1";
	device.first += device.blocks;
	fixture_add_device(fixture, &device);
}

static void fill(struct fixture *fixture)
{
	fixture_create(fixture);
	add_broken(fixture);
	add_sound(fixture);
	fixture_add_blocks(fixture, fixture_hmem.first, 2 * fixture_hmem.blocks, "online",
			   "Movable");
	fixture_write(fixture, "sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0-2\n");
	fixture_write(fixture, "sys/module/kmem/taint", "\n");
	fixture_write(fixture, "sys/devices/system/node/has_memory", "0-1\n");
	fixture_write(fixture, "sys/devices/system/node/node0/meminfo", "Node 0 MemFree: 9 kB\n");
	fixture_write(fixture, "sys/devices/system/node/node1/meminfo", "Node 1 MemFree: 9 kB\n");
	fixture_write(fixture, "proc/meminfo", "SwapFree: 1 kB\n");
	fixture_write(fixture, "proc/kpageflags", "%s", "");
}

static void try_to(struct daxplug_device *device, enum daxplug_action action, unsigned int flags)
{
	struct daxplug_change *change;

	assert_int_equal(daxplug_change_new(device, action, &change), 0);
	assert_int_equal(daxplug_change_set_flags(change, flags), 0);
	if (!daxplug_change_start(change))
		(void)!daxplug_change_wait(change);
	assert_int_not_equal(daxplug_change_outcome(change), DAXPLUG_OUTCOME_UNKNOWN);
	daxplug_change_unref(change);
}

/* Calls every getter of a device, for the sanitizers. */
static void ask_all(struct daxplug_device *device)
{
	struct daxplug_forecast *forecast;
	unsigned int i;

	assert_non_null(daxplug_device_name(device));
	assert_non_null(daxplug_device_region_name(device));
	assert_non_null(daxplug_kind_name(daxplug_device_kind(device)));
	assert_non_null(daxplug_mode_name(daxplug_device_mode(device)));
	assert_non_null(daxplug_state_name(daxplug_device_state(device)));
	assert_non_null(daxplug_backend_name(daxplug_device_backend(device)));
	assert_int_equal(daxplug_forecast_new(&device, 1, DAXPLUG_ACTION_REPLUG,
					      DAXPLUG_STATE_ONLINE_MOVABLE, &forecast),
			 0);
	daxplug_forecast_unref(forecast);
	for (i = 0; i < daxplug_device_ranges(device); i++)
		assert_true(daxplug_device_range_start(device, i) <=
			    daxplug_device_range_end(device, i));
	for (i = 0; i < daxplug_device_blocks(device) && i < 100; i++)
		assert_non_null(daxplug_device_block_zone(device, i));
	try_to(device, DAXPLUG_ACTION_PLUG, DAXPLUG_CHANGE_DRY_RUN);
	try_to(device, DAXPLUG_ACTION_UNPLUG, 0);
}

/* The other device is as it should be, and nothing fails. */
static void check(const struct fixture *fixture)
{
	struct daxplug *daxplug;
	struct daxplug_device *device;

	assert_int_equal(daxplug_new(fixture->root, &daxplug), 0);
	assert_int_equal(daxplug_scan(daxplug), 0);
	/* A file in the place of a directory cannot be read, and spoils nothing else. */
	(void)!daxplug_read_tiers(daxplug);
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		ask_all(device);
	device = daxplug_find(daxplug, "dax1.0");
	assert_non_null(device);
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), DAXPLUG_STATE_ONLINE_MOVABLE);
	daxplug_unref(daxplug);
}

static void for_each_file(void (*spoil)(const struct fixture *fixture, const char *path))
{
	struct fixture fixture;
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		fill(&fixture);
		fixture_delete(&fixture, files[i]);
		spoil(&fixture, files[i]);
		check(&fixture);
		fixture_remove(&fixture);
	}
}

static void leave_out(const struct fixture *fixture, const char *path)
{
	(void)fixture, (void)path;
}

static void missing(void **state)
{
	(void)state;
	for_each_file(leave_out);
}

static const char *text_now;

static void write_text(const struct fixture *fixture, const char *path)
{
	fixture_write(fixture, path, "%s", text_now);
}

static void garbage(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text_now = texts[i];
		for_each_file(write_text);
	}
}

static void write_large(const struct fixture *fixture, const char *path)
{
	fixture_write(fixture, path, "%0100000d", 1);
}

static void write_nul(const struct fixture *fixture, const char *path)
{
	fixture_write(fixture, path, "online%c\n", '\0');
}

static void make_directory(const struct fixture *fixture, const char *path)
{
	char full[FIXTURE_PATH_SIZE];

	fixture_path(fixture, path, full);
	mkdir(full, 0755);
}

static void make_fifo(const struct fixture *fixture, const char *path)
{
	char full[FIXTURE_PATH_SIZE];

	fixture_path(fixture, path, full);
	mkfifo(full, 0644);
}

static void link_nowhere(const struct fixture *fixture, const char *path)
{
	fixture_link(fixture, path, "/nonexistent/kmem");
}

static void link_loop(const struct fixture *fixture, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	fixture_link(fixture, path, name);
}

/* Reading the first page of a process fails with EIO. */
static void link_eio(const struct fixture *fixture, const char *path)
{
	fixture_link(fixture, path, "/proc/self/mem");
}

static void wrong_kinds(void **state)
{
	(void)state;
	for_each_file(write_large);
	for_each_file(write_nul);
	for_each_file(make_directory);
	for_each_file(make_fifo);
	for_each_file(link_nowhere);
	for_each_file(link_loop);
	for_each_file(link_eio);
}

static void no_block_size(void **state)
{
	static const char *const sizes[] = { "", "0\n", "xyz\n", "ffffffffffffffff\n", "1\n" };
	struct fixture fixture;
	struct daxplug *daxplug;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fill(&fixture);
		fixture_write(&fixture, "sys/devices/system/memory/block_size_bytes", "%s",
			      sizes[i]);
		assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
		assert_int_equal(daxplug_scan(daxplug), 0);
		ask_all(daxplug_first(daxplug));
		assert_int_equal(daxplug_device_state(daxplug_find(daxplug, "dax1.0")),
				 DAXPLUG_STATE_UNKNOWN);
		daxplug_unref(daxplug);
		fixture_remove(&fixture);
	}
}

static void odd_names(void **state)
{
	static const char *const names[] = { "dax",
					     "dax0",
					     "dax0.0.0",
					     "dax-1.0",
					     "x",
					     "dax0.0 ",
					     "dax0000000000000000000000000000000000000000.0" };
	struct fixture fixture;
	char path[128];
	unsigned int i;

	(void)state;
	fill(&fixture);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/size", names[i]);
		fixture_write(&fixture, path, "1\n");
	}
	check(&fixture);
	fixture_remove(&fixture);
}

static void no_directory(void **state)
{
	struct fixture fixture;
	struct daxplug *daxplug;

	(void)state;
	fill(&fixture);
	assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
	fixture_delete(&fixture, "sys/bus/dax/devices");
	assert_int_equal(daxplug_scan(daxplug), 0);
	assert_null(daxplug_first(daxplug));
	fixture_write(&fixture, "sys/bus/dax/devices", "%s", "");
	assert_int_equal(daxplug_scan(daxplug), -ENOTDIR);
	assert_true(strstr(daxplug_message(daxplug), "Not a directory") != NULL);
	daxplug_unref(daxplug);
	fixture_remove(&fixture);
}

struct vandal {
	struct fixture *fixture;
	atomic_bool stop;
};

static void *come_and_go(void *data)
{
	struct vandal *vandal = data;

	while (!vandal->stop) {
		fixture_delete(vandal->fixture, "sys/bus/dax/devices/dax0.0");
		fixture_delete(vandal->fixture, "sys/devices/platform/hmem.0");
		fixture_delete_block(vandal->fixture, 50);
		add_broken(vandal->fixture);
		fixture_add_block(vandal->fixture, 50, "online", "Movable");
	}
	return NULL;
}

static void vanishing(void **state)
{
	struct fixture fixture;
	struct vandal vandal = { .fixture = &fixture };
	pthread_t thread;
	unsigned int i;

	(void)state;
	fill(&fixture);
	assert_int_equal(pthread_create(&thread, NULL, come_and_go, &vandal), 0);
	for (i = 0; i < 300; i++)
		check(&fixture);
	vandal.stop = true;
	pthread_join(thread, NULL);
	fixture_remove(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing),     cmocka_unit_test(garbage),
		cmocka_unit_test(wrong_kinds), cmocka_unit_test(no_block_size),
		cmocka_unit_test(odd_names),   cmocka_unit_test(no_directory),
		cmocka_unit_test(vanishing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
