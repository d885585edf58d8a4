// SPDX-License-Identifier: GPL-2.0-or-later
/* Events from a tree that changes. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Included before cmocka, which has a macro with the name of a function there. */
#include "change.h"
#include "cmocka_all.h"
#include "fixture.h"
#include "libdaxplug.h"

/* Returns the next event, or NULL if there is none within a second. */
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

/* The first events are the present devices. A change of mode has both modes. */
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

/* The handle has the reason of a failure. */
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

/* From now on this process has no netlink, as in a service with RestrictAddressFamilies. */
static bool forbid_netlink(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

/* Returns 0 if a monitor of the live system polls at intervals, 77 if that cannot be tried. */
static int watch_without_netlink(void)
{
	struct daxplug_monitor *monitor;
	struct daxplug *daxplug;
	int status;

	if (!forbid_netlink() || daxplug_new(NULL, &daxplug))
		return 77;
	if (daxplug_monitor_new(daxplug, &monitor))
		return 1;
	status = daxplug_monitor_polls(monitor) ? 0 : 2;
	daxplug_monitor_unref(monitor);
	daxplug_unref(daxplug);
	return status;
}

static void no_netlink(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid)
		_exit(watch_without_netlink());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77)
		SKIP("seccomp() is not allowed, or the devices of this machine cannot be read");
	assert_int_equal(status, 0);
}

/* The time in ms until the timer of a monitor expires; -1 if it is unknown. */
static int64_t time_left(const struct daxplug_monitor *monitor)
{
	char path[64], line[160];
	struct itimerspec timer;
	int64_t left = -1;
	FILE *info;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", daxplug_monitor_fd(monitor));
	info = fopen(path, "r");
	while (info && left < 0 && fgets(line, sizeof(line), info))
		if (sscanf(line, "tfd: %d", &fd) == 1 && !timerfd_gettime(fd, &timer))
			left = timer.it_value.tv_sec * 1000 + timer.it_value.tv_nsec / 1000000;
	if (info)
		fclose(info);
	return left;
}

/* After a scan that failed, the next uevent may be a long time off. */
static void failed_scan_is_repeated(void **state)
{
	struct rlimit before, few = { 0 };
	const struct daxplug_event *event;
	struct daxplug_monitor *monitor;
	struct daxplug *daxplug;
	struct pollfd polled;
	int64_t left;
	int err;

	(void)state;
	assert_int_equal(daxplug_new(NULL, &daxplug), 0);
	assert_int_equal(daxplug_monitor_new(daxplug, &monitor), 0);
	do
		assert_int_equal(daxplug_monitor_next(monitor, &event), 1);
	while (daxplug_event_get_type(event) != DAXPLUG_EVENT_READY);
	polled = (struct pollfd){ .fd = daxplug_monitor_fd(monitor), .events = POLLIN };
	assert_int_equal(poll(&polled, 1, -1), 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	err = daxplug_monitor_next(monitor, &event);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(err, -EMFILE);
	left = time_left(monitor);
	daxplug_monitor_unref(monitor);
	daxplug_unref(daxplug);
	if (left < 0)
		SKIP("the kernel does not show the timer in fdinfo");
	assert_in_range(left, 0, 2000);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

#define MANY 32768

/*
 * A device of 32,768 blocks. An idle monitor looks every five minutes where the kernel announces
 * changes (LOOK_ANNOUNCED in monitor.c), a progress line five times a second.
 */
static void cost(void **state)
{
	struct fixture_device device = fixture_hmem;
	struct daxplug_change *change;
	double began, look, progress;
	unsigned int done, total, i;
	struct daxplug *daxplug;
	struct fixture fixture;

	(void)state;
	device.blocks = MANY;
	fixture_create(&fixture);
	fixture_add_device(&fixture, &device);
	fixture_add_blocks(&fixture, device.first, MANY, "online", "Movable");
	assert_int_equal(daxplug_new(fixture.root, &daxplug), 0);
	began = seconds();
	assert_int_equal(daxplug_scan(daxplug), 0);
	look = seconds() - began;

	assert_int_equal(daxplug_change_new(daxplug_first(daxplug), DAXPLUG_ACTION_UNPLUG, &change),
			 0);
	change->phase = DAXPLUG_PHASE_UNPLUG;
	began = seconds();
	for (i = 0; i < 100; i++)
		assert_int_equal(daxplug_change_progress(change, &done, &total), 0);
	progress = (seconds() - began) / 100;
	assert_int_equal(done, 0);
	assert_int_equal(total, MANY);

	print_message("# %u blocks: an idle monitor takes %.2f %% of a CPU, a progress line %.2f %%\n",
		      MANY, look / 300 * 100, progress / 0.2 * 100);
	if (!getenv("DAXPLUG_TEST_SLOW")) {
		assert_true(look / 300 < 0.005);
		assert_true(progress / 0.2 < 0.02);
	}
	daxplug_change_unref(change);
	daxplug_unref(daxplug);
	fixture_remove(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_of_a_device),
		cmocka_unit_test(snapshot_and_modes),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(no_netlink),
		cmocka_unit_test(failed_scan_is_repeated),
		cmocka_unit_test(cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
