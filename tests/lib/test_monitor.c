// SPDX-License-Identifier: GPL-2.0-or-later
/* Events from a tree that changes. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fixture.h"
#include "libdaxplug.h"

/* The next event, or NULL if none comes in a second. */
static const struct daxplug_event *next(struct daxplug_monitor *monitor)
{
	struct pollfd polled = { .fd = daxplug_monitor_fd(monitor), .events = POLLIN };
	const struct daxplug_event *event;
	unsigned int i;
	int more;

	for (i = 0; i < 5; i++) {
		more = daxplug_monitor_next(monitor, &event);
		assert_true(more >= 0);
		if (more)
			return event;
		poll(&polled, 1, 300);
	}
	return NULL;
}

static void expect(struct daxplug_monitor *monitor, enum daxplug_event_type type,
		   enum daxplug_state before, enum daxplug_state state, unsigned int online)
{
	const struct daxplug_event *event = next(monitor);

	assert_non_null(event);
	assert_int_equal(daxplug_event_get_type(event), type);
	assert_string_equal(daxplug_event_device(event), "dax0.0");
	assert_int_equal(daxplug_event_state_before(event), before);
	assert_int_equal(daxplug_event_state(event), state);
	assert_int_equal(daxplug_event_blocks_online(event), online);
	assert_int_equal(daxplug_event_blocks(event), 8);
}

static void life_of_a_device(void **state)
{
	struct daxplug_monitor *monitor;
	struct daxplug *daxplug;
	struct fixture fixture;

	(void)state;
	fixture_create(&fixture);
	assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
	assert_int_equal(daxplug_monitor_new(daxplug, &monitor), 0);
	assert_true(daxplug_monitor_polls(monitor));
	assert_int_equal(daxplug_event_get_type(next(monitor)), DAXPLUG_EVENT_READY);

	fixture_add_device(&fixture, &fixture_hmem);
	expect(monitor, DAXPLUG_EVENT_ADDED, DAXPLUG_STATE_UNKNOWN, DAXPLUG_STATE_UNPLUGGED, 0);
	fixture_add_blocks(&fixture, 48, 8, "offline", "Normal Movable");
	expect(monitor, DAXPLUG_EVENT_CHANGED, DAXPLUG_STATE_UNPLUGGED, DAXPLUG_STATE_OFFLINE, 0);
	fixture_add_block(&fixture, 50, "online", "Movable");
	expect(monitor, DAXPLUG_EVENT_CHANGED, DAXPLUG_STATE_OFFLINE, DAXPLUG_STATE_MIXED, 1);
	fixture_add_block(&fixture, 51, "online", "Movable");
	expect(monitor, DAXPLUG_EVENT_CHANGED, DAXPLUG_STATE_MIXED, DAXPLUG_STATE_MIXED, 2);
	fixture_delete(&fixture, "sys/bus/dax/devices/dax0.0");
	expect(monitor, DAXPLUG_EVENT_REMOVED, DAXPLUG_STATE_MIXED, DAXPLUG_STATE_UNKNOWN, 0);
	assert_null(next(monitor));

	daxplug_monitor_unref(monitor);
	daxplug_unref(daxplug);
	fixture_remove(&fixture);
}

/* The first events are what is there. A change of mode tells both. */
static void snapshot_and_modes(void **state)
{
	const struct daxplug_event *event;
	struct daxplug_monitor *monitor;
	struct daxplug *daxplug;
	struct fixture fixture;

	(void)state;
	fixture_create(&fixture);
	fixture_add_device(&fixture, &fixture_hmem);
	fixture_add_blocks(&fixture, 48, 8, "online", "Movable");
	assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
	assert_int_equal(daxplug_monitor_new(daxplug, &monitor), 0);
	/* The caller's reference is not needed any more. */
	daxplug_unref(daxplug);

	expect(monitor, DAXPLUG_EVENT_PRESENT, DAXPLUG_STATE_UNKNOWN, DAXPLUG_STATE_ONLINE_MOVABLE,
	       8);
	event = next(monitor);
	assert_int_equal(daxplug_event_get_type(event), DAXPLUG_EVENT_READY);
	assert_string_equal(daxplug_event_device(event), "");
	assert_int_equal(daxplug_event_sequence(event), 2);

	fixture_link(&fixture, "sys/bus/dax/devices/dax0.0/driver", "../../drivers/device_dax");
	event = next(monitor);
	assert_int_equal(daxplug_event_get_type(event), DAXPLUG_EVENT_CHANGED);
	assert_int_equal(daxplug_event_mode_before(event), DAXPLUG_MODE_SYSTEM_RAM);
	assert_int_equal(daxplug_event_mode(event), DAXPLUG_MODE_DEVDAX);
	assert_int_equal(daxplug_event_kind(event), DAXPLUG_KIND_HMEM);
	assert_int_equal(daxplug_event_sequence(event), 3);
	daxplug_monitor_unref(monitor);
	fixture_remove(&fixture);
}

/* The reason of a failure is the handle's to tell. */
static void unreadable(void **state)
{
	struct daxplug_monitor *monitor;
	struct daxplug *daxplug;
	struct fixture fixture;

	(void)state;
	fixture_create(&fixture);
	fixture_write(&fixture, "sys/bus/dax/devices", "%s", "");
	assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
	assert_int_equal(daxplug_monitor_new(daxplug, &monitor), -ENOTDIR);
	assert_non_null(strstr(daxplug_message(daxplug), "Not a directory"));
	daxplug_monitor_unref(NULL);
	daxplug_unref(daxplug);
	fixture_remove(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_of_a_device),
		cmocka_unit_test(snapshot_and_modes),
		cmocka_unit_test(unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
