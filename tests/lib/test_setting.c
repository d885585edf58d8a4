// SPDX-License-Identifier: GPL-2.0-or-later
/* The settings of a device: the guard, the timeout, and the place of its page structs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fake.h"
#include "fixture.h"
#include "handle.h"

#define DEVICE "sys/bus/dax/devices/dax0.0/"

struct context {
	struct fixture fixture;
	struct daxplug *daxplug;
	struct daxplug_device *device;
};

static int set_up(void **state)
{
	struct context *context = calloc(1, sizeof(*context));

	fixture_load(&context->fixture, RECORDS "/ours-6.12-movable");
	fake_reset(&context->fixture, &fixture_hmem);
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	context->device = daxplug_first(context->daxplug);
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

static void assert_file(const struct context *context, const char *path, const char *wanted)
{
	char text[32];

	fixture_read(&context->fixture, path, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, wanted);
}

static void set(void **state)
{
	struct context *context = *state;

	context->daxplug->system = &system_fake;
	assert_int_equal(daxplug_device_set_guard(context->device, true), 0);
	assert_int_equal(daxplug_device_guard(context->device), 1);
	assert_file(context, DEVICE "kmem/guard", "1");
	assert_int_equal(daxplug_device_set_timeout(context->device, 30000), 0);
	assert_int_equal(daxplug_device_timeout(context->device), 30000);
	assert_file(context, DEVICE "kmem/timeout_ms", "30000");
	assert_int_equal(daxplug_device_set_memmap_wanted(context->device, true), 0);
	assert_int_equal(daxplug_device_memmap_wanted(context->device), 1);
	assert_file(context, DEVICE "memmap_on_memory", "1");
}

/* A refused setting leaves the value that was read. */
static void refused(void **state)
{
	struct context *context = *state;

	context->daxplug->system = &system_fake;
	fake.fail_setting = -EACCES;
	assert_int_equal(daxplug_device_set_guard(context->device, true), -EACCES);
	assert_int_equal(daxplug_device_guard(context->device), 0);
	assert_int_equal(daxplug_device_set_timeout(context->device, 1), -EACCES);
	assert_int_equal(daxplug_device_timeout(context->device), 0);
	fake.fail_setting = -EBUSY;
	assert_int_equal(daxplug_device_set_memmap_wanted(context->device, true), -EBUSY);
	assert_int_equal(daxplug_device_memmap_wanted(context->device), 0);
}

/* A driver that has no such file. */
static void unsupported(void **state)
{
	struct context *context = *state;

	context->daxplug->system = &system_fake;
	fake.fail_setting = -ENOENT;
	assert_int_equal(daxplug_device_set_guard(context->device, true), -EOPNOTSUPP);
	assert_int_equal(daxplug_device_set_timeout(context->device, 1), -EOPNOTSUPP);
	assert_int_equal(daxplug_device_set_memmap_wanted(context->device, true), -EOPNOTSUPP);
}

static void gone(void **state)
{
	struct context *context = *state;

	context->daxplug->system = &system_fake;
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0");
	assert_int_equal(daxplug_device_set_guard(context->device, true), -ENODEV);
	assert_int_equal(daxplug_device_guard(context->device), 0);
}

static void no_timeout(void **state)
{
	struct context *context = *state;

	context->daxplug->system = &system_fake;
	assert_int_equal(daxplug_device_set_timeout(context->device, -1), -EINVAL);
	assert_int_equal(daxplug_device_set_timeout(context->device, INT64_C(1) << 32), -EINVAL);
	assert_int_equal(daxplug_device_set_timeout(context->device, UINT32_MAX), 0);
	assert_int_equal(daxplug_device_timeout(context->device), UINT32_MAX);
}

static void recorded(void **state)
{
	struct context *context = *state;

	assert_int_equal(daxplug_device_set_guard(context->device, true), -EOPNOTSUPP);
	assert_int_equal(daxplug_device_guard(context->device), 0);
	assert_file(context, DEVICE "kmem/guard", "0");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(set),  WITH(refused),    WITH(unsupported),
		WITH(gone), WITH(no_timeout), WITH(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
