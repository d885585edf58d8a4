// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of a device's memory, with each backend, on a fake kernel that fails on demand. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* Included before cmocka, which has a macro with the name of a function there. */
#include "change.h"
#include "cmocka_all.h"
#include "fake.h"
#include "fixture.h"
#include "handle.h"

#define FIRST 48
#define BLOCKS 8
#define STATE_FILE "sys/bus/dax/devices/dax0.0/state"

struct context {
	struct fixture fixture;
	struct daxplug *daxplug;
	struct daxplug_device *device;
	struct daxplug_change *change;
	int64_t timeout;
};

static struct context *start(void **state, const struct fixture_device *device)
{
	struct context *context = calloc(1, sizeof(*context));

	fixture_create(&context->fixture);
	fixture_add_device(&context->fixture, device);
	fake_reset(&context->fixture, device);
	assert_int_equal(daxplug_new(context->fixture.root, &context->daxplug), 0);
	context->daxplug->system = &system_fake;
	context->timeout = -1;
	*state = context;
	return context;
}

/* Called when the blocks are in the state that the test needs. */
static struct daxplug_device *look(struct context *context)
{
	assert_int_equal(daxplug_scan(context->daxplug), 0);
	context->device = daxplug_first(context->daxplug);
	assert_non_null(context->device);
	return context->device;
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

static int per_block(void **state)
{
	struct context *context = start(state, &fixture_hmem);

	fixture_add_blocks(&context->fixture, FIRST, BLOCKS, "offline", "Normal Movable");
	return 0;
}

static int with_state_at(void **state, const char *taint, const char *place)
{
	struct fixture_device device = fixture_hmem;
	struct context *context;

	device.place = place;
	device.state = "unplugged";
	context = start(state, &device);
	fixture_write(&context->fixture, "sys/module/kmem/taint", "%s\n", taint);
	return 0;
}

static int with_state(void **state, const char *taint)
{
	return with_state_at(state, taint, fixture_hmem.place);
}

#define REGION "sys/devices/LNXSYSTM:00/ndbus0/region1/"

/* Daxplug's driver, and a namespace whose region has two ranges of bad blocks. */
static int bad_region(void **state)
{
	struct context *context;

	with_state_at(state, "OE", "LNXSYSTM:00/ndbus0/region1/dax1.1");
	context = *state;
	fixture_write(&context->fixture, REGION "resource", "0x100000000\n");
	fixture_write(&context->fixture, REGION "badblocks", "4194304 8\n4194320 1\n");
	return 0;
}

#define KMEM_FILE(name) "sys/bus/dax/devices/dax0.0/kmem/" name

static int ours(void **state)
{
	struct context *context;

	with_state(state, "OE");
	context = *state;
	fixture_write(&context->fixture, KMEM_FILE("transitions_failed"), "refused 0\nslab 3\n");
	fixture_write(&context->fixture, KMEM_FILE("transitions_cancelled"), "signal 0\n");
	return 0;
}

static int upstream(void **state)
{
	return with_state(state, "");
}

static void set_blocks(struct context *context, const char *state, const char *zone)
{
	fixture_add_blocks(&context->fixture, FIRST, BLOCKS, state, zone);
}

static void refuse_block(unsigned int number, const char *word, int err, int times)
{
	fake.fail_block = number;
	fake.fail_word = word;
	fake.fail_err = err;
	fake.fail_times = times;
}

/* Makes a change that is ready to be started, and drops the one before. */
static struct daxplug_change *prepare(struct context *context, enum daxplug_action action,
				      enum daxplug_state state, unsigned int flags)
{
	daxplug_change_unref(context->change);
	assert_int_equal(daxplug_change_new(context->device, action, &context->change), 0);
	if (action != DAXPLUG_ACTION_UNPLUG)
		assert_int_equal(daxplug_change_set_state(context->change, state), 0);
	assert_int_equal(daxplug_change_set_flags(context->change, flags), 0);
	assert_int_equal(daxplug_change_set_timeout(context->change, context->timeout), 0);
	return context->change;
}

static int finish(struct context *context)
{
	int err = daxplug_change_start(context->change);

	return err ? err : daxplug_change_wait(context->change);
}

static int run(struct context *context, enum daxplug_action action, enum daxplug_state state,
	       unsigned int flags)
{
	prepare(context, action, state, flags);
	return finish(context);
}

static void expect(struct context *context, int err, int wanted_err, enum daxplug_outcome outcome,
		   enum daxplug_state state)
{
	const struct daxplug_change *change = context->change;

	if (err != wanted_err || daxplug_change_outcome(change) != outcome ||
	    daxplug_device_state(context->device) != state)
		print_message("# %s / %s\n", daxplug_change_message(change),
			      daxplug_change_hint(change));
	assert_int_equal(err, wanted_err);
	assert_int_equal(daxplug_change_error(change), wanted_err);
	assert_int_equal(daxplug_change_outcome(change), outcome);
	assert_int_equal(daxplug_device_state(context->device), state);
}

static void expect_hint(const struct context *context, const char *words)
{
	assert_non_null(strstr(daxplug_change_hint(context->change), words));
}

static void expect_message(const struct context *context, const char *words)
{
	assert_non_null(strstr(daxplug_change_message(context->change), words));
}

#define PLUG(state) run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_##state, 0)
#define UNPLUG() run(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0)
#define RELEASE()                                                                                  \
	run(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, DAXPLUG_CHANGE_RELEASE)
#define REPLUG(state) run(context, DAXPLUG_ACTION_REPLUG, DAXPLUG_STATE_##state, 0)
#define EXPECT(call, err, outcome, state)                                                          \
	expect(context, call, err, DAXPLUG_OUTCOME_##outcome, DAXPLUG_STATE_##state)

/* ---- all backends ---- */

static void round_trip(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, UNCHANGED, ONLINE_MOVABLE);
	EXPECT(PLUG(ONLINE_KERNEL), -EBUSY, REFUSED, ONLINE_MOVABLE);
	EXPECT(REPLUG(ONLINE_KERNEL), 0, DONE, ONLINE_KERNEL);
	EXPECT(REPLUG(ONLINE_KERNEL), 0, UNCHANGED, ONLINE_KERNEL);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	EXPECT(UNPLUG(), 0, UNCHANGED, UNPLUGGED);
	EXPECT(PLUG(ONLINE_KERNEL), 0, DONE, ONLINE_KERNEL);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	EXPECT(REPLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
}

static void from_offline(void **state)
{
	struct context *context = *state;

	set_blocks(context, "offline", "Normal Movable");
	if (fixture_exists(&context->fixture, "sys/bus/dax/devices/dax0.0/state"))
		fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/state", "offline\n");
	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
}

static void from_mixed(void **state)
{
	struct context *context = *state;

	set_blocks(context, "offline", "Normal Movable");
	fixture_add_block(&context->fixture, FIRST + 1, "online", "Movable");
	if (fixture_exists(&context->fixture, "sys/bus/dax/devices/dax0.0/state"))
		fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/state", "mixed\n");
	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, REFUSED, MIXED);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
}

static void dry_run(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device = look(context);
	enum daxplug_state before = daxplug_device_state(device);

	expect(context,
	       run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE,
		   DAXPLUG_CHANGE_DRY_RUN),
	       0, DAXPLUG_OUTCOME_DRY_RUN, before);
	assert_int_equal(daxplug_device_refresh(device), 0);
	assert_int_equal(daxplug_device_state(device), before);
}

/* A contradictory request is refused when it is made, not when the change begins. */
static void nonsense(void **state)
{
	static const enum daxplug_state none[] = { DAXPLUG_STATE_UNKNOWN, DAXPLUG_STATE_UNPLUGGED,
						   DAXPLUG_STATE_OFFLINE, DAXPLUG_STATE_MIXED,
						   (enum daxplug_state)99 };
	struct context *context = *state;
	struct daxplug_change *change;
	unsigned int i;

	look(context);
	assert_int_equal(daxplug_change_new(context->device, DAXPLUG_ACTION_UNKNOWN, &change),
			 -EINVAL);
	assert_int_equal(daxplug_change_new(context->device, DAXPLUG_ACTION_RECLAIM, &change),
			 -EINVAL);
	change = prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE, 0);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(daxplug_change_set_state(change, none[i]), -EINVAL);
	assert_int_equal(daxplug_change_set_flags(change, 1U << 31), -EINVAL);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_FORCE), -EINVAL);
	assert_int_equal(daxplug_change_set_flags(change, DAXPLUG_CHANGE_RELEASE), -EINVAL);
	assert_int_equal(daxplug_change_wait(change), -EINVAL);
	assert_int_equal(daxplug_change_process(change), 0);
	assert_int_equal(daxplug_change_fd(change), -1);
	assert_int_equal(daxplug_change_outcome(change), DAXPLUG_OUTCOME_UNKNOWN);

	change = prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0);
	assert_int_equal(daxplug_change_set_state(change, DAXPLUG_STATE_ONLINE), -EINVAL);
	(void)!finish(context);
	assert_int_equal(daxplug_change_start(change), -EBUSY);
	assert_int_equal(daxplug_change_set_flags(change, 0), -EBUSY);
	assert_int_equal(daxplug_change_set_timeout(change, 1), -EBUSY);
}

/* The longest timeout does not overflow. */
static void endless(void **state)
{
	struct context *context = *state;

	look(context);
	context->timeout = INT64_MAX;
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
}

static void timeout(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;

	look(context);
	before = daxplug_device_state(context->device);
	fake.slow_ms = 150;
	if (before == DAXPLUG_STATE_UNPLUGGED)
		fake.slow_ms = 100000;
	context->timeout = 200;
	expect(context, PLUG(ONLINE_MOVABLE), -ETIMEDOUT, DAXPLUG_OUTCOME_ROLLED_BACK, before);
	assert_true(daxplug_change_retry(context->change));
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_TIMEOUT);
	assert_true(daxplug_change_duration(context->change) >= 200);
	expect_message(context, "timed out");
}

static bool ends_unattended(const struct daxplug_change *change)
{
	struct pollfd polled = { change->worker.pidfd, POLLIN, 0 };

	return poll(&polled, 1, 5000) > 0;
}

/* The worker keeps the deadline even if its caller is stopped, or does something else. */
static void timeout_unattended(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;

	look(context);
	before = daxplug_device_state(context->device);
	fake.slow_ms = before == DAXPLUG_STATE_UNPLUGGED ? 100000 : 150;
	context->timeout = 500;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	assert_true(ends_unattended(context->change));
	expect(context, daxplug_change_wait(context->change), -ETIMEDOUT,
	       DAXPLUG_OUTCOME_ROLLED_BACK, before);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_TIMEOUT);
}

/* A cancellation that comes before the deadline is the reason, even if the worker ends later. */
static void cancelled_before_deadline(void **state)
{
	struct context *context = *state;

	look(context);
	fake.slow_ms = 600;
	fake.deaf = true;
	context->timeout = 300;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	daxplug_change_cancel(context->change);
	assert_true(ends_unattended(context->change));
	assert_int_equal(daxplug_change_wait(context->change), -ECANCELED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_SIGNAL);
}

/* Messages that nobody reads leave room for the last one, else the worker would not end. */
static void final_message_has_room(void **state)
{
	struct context *context = *state;
	struct message message = { 0 };
	int ends[2];
	unsigned int i;

	look(context);
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	context->change->task.messages = ends[1];
	for (i = 0; i < 100; i++)
		task_send(context->change, false);
	task_send(context->change, true);
	while (!message.final)
		assert_int_equal(read(ends[0], &message, sizeof(message)), sizeof(message));
	close(ends[0]);
	close(ends[1]);
}

/* A block that cannot be read is neither online nor offline. */
static void progress_unknown(void **state)
{
	struct context *context = *state;
	unsigned int done, total;

	look(context);
	fake.slow_ms = 5000;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	assert_int_equal(daxplug_change_progress(context->change, &done, &total), 0);
	fixture_write(&context->fixture, MEMORY_BLOCKS "/memory50/state", "%s", "");
	assert_int_equal(daxplug_change_progress(context->change, &done, &total), -ENODATA);
	daxplug_change_cancel(context->change);
	assert_true(daxplug_change_wait(context->change) < 0);
}

/* A poll loop: progress while it runs, and the end once it is there. */
static void cancel(void **state)
{
	struct context *context = *state;
	unsigned int done, total, looks = 0;
	enum daxplug_state before;
	struct pollfd polled;

	look(context);
	before = daxplug_device_state(context->device);
	fake.slow_ms = 5000;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	assert_int_equal(daxplug_change_progress(context->change, &done, &total), 0);
	assert_int_equal(total, BLOCKS);
	daxplug_change_cancel(context->change);
	while (daxplug_change_process(context->change)) {
		polled = (struct pollfd){ daxplug_change_fd(context->change), POLLIN, 0 };
		assert_true(poll(&polled, 1, 5000) > 0);
		looks++;
	}
	assert_true(looks > 0);
	assert_int_equal(daxplug_change_progress(context->change, &done, &total), -ENODATA);
	expect(context, daxplug_change_wait(context->change), -ECANCELED,
	       DAXPLUG_OUTCOME_ROLLED_BACK, before);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_SIGNAL);
}

/* Dropping the last reference to a change that runs rolls it back. */
static void abandoned(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;

	look(context);
	before = daxplug_device_state(context->device);
	fake.slow_ms = 5000;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	daxplug_change_unref(context->change);
	context->change = NULL;
	assert_int_equal(daxplug_device_refresh(context->device), 0);
	assert_int_equal(daxplug_device_state(context->device), before);
}

static void locked(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;
	char path[FIXTURE_PATH_SIZE];
	int fd;

	look(context);
	before = daxplug_device_state(context->device);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	context->timeout = 100;
	expect(context, PLUG(ONLINE_MOVABLE), -ETIMEDOUT, DAXPLUG_OUTCOME_REFUSED, before);
	assert_true(daxplug_change_retry(context->change));
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_LOCKED);
	expect(context,
	       run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE,
		   DAXPLUG_CHANGE_NO_WAIT),
	       -EAGAIN, DAXPLUG_OUTCOME_REFUSED, before);
	close(fd);
	context->timeout = -1;
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
}

/* A reader of memory tiers holds the lock for a moment: the change waits for it. */
static void locked_for_a_moment(void **state)
{
	struct context *context = *state;
	char path[FIXTURE_PATH_SIZE];
	pid_t reader;
	int fd;

	look(context);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	reader = fork();
	if (!reader) {
		usleep(60000);
		_exit(flock(fd, LOCK_UN));
	}
	expect(context,
	       run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE,
		   DAXPLUG_CHANGE_NO_WAIT),
	       0, DAXPLUG_OUTCOME_DONE, DAXPLUG_STATE_ONLINE_MOVABLE);
	waitpid(reader, NULL, 0);
	close(fd);
}

/* A cancellation during the wait for the lock is an interruption, not a timeout. */
static void cancelled_while_locked(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;
	char path[FIXTURE_PATH_SIZE];
	int fd;

	look(context);
	before = daxplug_device_state(context->device);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	daxplug_change_cancel(context->change);
	expect(context, daxplug_change_wait(context->change), -ECANCELED, DAXPLUG_OUTCOME_REFUSED,
	       before);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_SIGNAL);
	expect_message(context, "dax0.0: interrupted");
	close(fd);
}

/* /proc/locks names the process that has the lock; the change goes on once it is free. */
static void waits_for_another(void **state)
{
	struct context *context = *state;
	char path[FIXTURE_PATH_SIZE];
	struct stat file;
	unsigned int i;
	int fd;

	look(context);
	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(fstat(fd, &file), 0);
	fixture_write(&context->fixture, "proc/locks",
		      "1: POSIX  ADVISORY  WRITE 11 00:01:1 0 EOF\n"
		      "2: FLOCK  ADVISORY  WRITE 4242 %02x:%02x:%lu 0 EOF\n",
		      major(file.st_dev), minor(file.st_dev), (unsigned long)file.st_ino);
	assert_int_equal(run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE,
			     DAXPLUG_CHANGE_NO_WAIT),
			 -EAGAIN);
	expect_message(context, "dax0.0: another daxplug works on it (PID 4242)");
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	for (i = 0; i < 500 && daxplug_change_process(context->change) &&
		    daxplug_change_phase(context->change) != DAXPLUG_PHASE_WAIT;
	     i++)
		usleep(10000);
	assert_int_equal(daxplug_change_phase(context->change), DAXPLUG_PHASE_WAIT);
	assert_int_equal(daxplug_device_worker(context->device), 4242);
	assert_int_equal(daxplug_change_waits_for(context->change), 4242);
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_waits_for(context->change), 0);
}

/* A device that cannot be read after a change is not shown as it was before. */
static void unreadable_afterwards(void **state)
{
	struct context *context = *state;
	struct rlimit before, few;

	look(context);
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = 3, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	expect(context, daxplug_change_wait(context->change), 0, DAXPLUG_OUTCOME_DONE,
	       DAXPLUG_STATE_UNKNOWN);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_UNKNOWN);
	assert_int_equal(daxplug_device_blocks(context->device), 0);
	assert_int_equal(daxplug_device_blocks_online(context->device), 0);
}

static void vanished(void **state)
{
	struct context *context = *state;

	look(context);
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0");
	assert_int_equal(PLUG(ONLINE_MOVABLE), -ENODEV);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_REFUSED);
}

/*
 * A device of other memory gets the name. The old directory stays, so that the new one cannot
 * reuse its inode number.
 */
static void replace_device(struct context *context)
{
	struct fixture_device other = fixture_hmem;
	char from[FIXTURE_PATH_SIZE], to[FIXTURE_PATH_SIZE];

	fixture_path(&context->fixture, "sys/devices/platform/hmem.0", from);
	fixture_path(&context->fixture, "sys/devices/platform/hmem.9", to);
	assert_int_equal(rename(from, to), 0);
	other.first = FIRST + BLOCKS;
	fixture_add_device(&context->fixture, &other);
	fixture_add_blocks(&context->fixture, FIRST + BLOCKS, BLOCKS, "online", "Movable");
}

static void expect_replaced(struct context *context, int err)
{
	assert_int_equal(err, -ENODEV);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_REFUSED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_DEVICE);
	expect_message(context, "dax0.0: device no longer exists; another device has its name now");
	look(context);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_ONLINE_MOVABLE);
}

static void replaced(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	replace_device(context);
	expect_replaced(context, UNPLUG());
}

/* Starts a prepared change that has to wait for the lock of the device, which the caller frees. */
static int start_locked(struct context *context)
{
	char path[FIXTURE_PATH_SIZE];
	struct pollfd polled;
	int fd;

	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	while (daxplug_change_process(context->change) &&
	       daxplug_change_phase(context->change) != DAXPLUG_PHASE_WAIT) {
		polled = (struct pollfd){ daxplug_change_fd(context->change), POLLIN, 0 };
		assert_true(poll(&polled, 1, 30000) > 0);
	}
	return fd;
}

/* The device has gone by the time the worker gets its lock. */
static void replaced_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	set_blocks(context, "online", "Movable");
	look(context);
	prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0);
	fd = start_locked(context);
	replace_device(context);
	close(fd);
	expect_replaced(context, daxplug_change_wait(context->change));
}

/* The state before a change is the one that the previous holder of the lock has left. */
static void changed_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	look(context);
	prepare(context, DAXPLUG_ACTION_REPLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	fd = start_locked(context);
	set_blocks(context, "online", "Normal");
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_state_before(context->change), DAXPLUG_STATE_ONLINE_KERNEL);
}

/* A block that the process with the lock takes offline does not refuse the change. */
static void going_offline_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	set_blocks(context, "online", "Movable");
	fixture_add_block(&context->fixture, FIRST, "going-offline", "Movable");
	look(context);
	prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0);
	fd = start_locked(context);
	assert_int_equal(daxplug_change_phase(context->change), DAXPLUG_PHASE_WAIT);
	fixture_add_block(&context->fixture, FIRST, "online", "Movable");
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);
}

/* Between the halves of another process's replug the device only seems to be unplugged. */
static void unplugged_while_locked(void **state)
{
	struct context *context = *state;
	bool has_state = fixture_exists(&context->fixture, STATE_FILE);
	unsigned int i;
	int fd;

	for (i = 0; i < BLOCKS; i++)
		fixture_delete_block(&context->fixture, FIRST + i);
	look(context);
	prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0);
	fd = start_locked(context);
	assert_int_equal(daxplug_change_phase(context->change), DAXPLUG_PHASE_WAIT);
	set_blocks(context, "online", "Movable");
	if (has_state)
		fixture_write(&context->fixture, STATE_FILE, "online_movable\n");
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, UNPLUGGED);

	prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0);
	fd = start_locked(context);
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, UNCHANGED, UNPLUGGED);
}

/* A plug does not fail because the other process has not yet unplugged the device. */
static void plugged_while_locked(void **state)
{
	struct context *context = *state;
	int fd;

	set_blocks(context, "online", "Normal");
	look(context);
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	fd = start_locked(context);
	assert_int_equal(daxplug_change_phase(context->change), DAXPLUG_PHASE_WAIT);
	close(fd);
	EXPECT(daxplug_change_wait(context->change), -EBUSY, REFUSED, ONLINE_KERNEL);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_STATE);

	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	fd = start_locked(context);
	set_blocks(context, "offline", "Normal Movable");
	close(fd);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, ONLINE_MOVABLE);
}

/* The caller is killed: the child detects that, rolls back, and exits. */
static void killed(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;
	unsigned int i;
	pid_t pid;

	look(context);
	before = daxplug_device_state(context->device);
	fake.slow_ms = 300;
	pid = fork();
	if (!pid) {
		PLUG(ONLINE_MOVABLE);
		_exit(0);
	}
	usleep(450000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (i = 0; i < 50; i++) {
		usleep(100000);
		assert_int_equal(daxplug_device_refresh(context->device), 0);
		if (i > 20 && daxplug_device_state(context->device) == before)
			break;
	}
	/* One write of the state file may have been over by then. */
	if (before != DAXPLUG_STATE_UNPLUGGED)
		assert_int_equal(daxplug_device_state(context->device), before);
}

/* A process that asks for a plug, and is killed when it has run for a while. */
static void plug_and_be_killed(struct context *context, unsigned int ms)
{
	pid_t pid = fork();

	if (!pid) {
		PLUG(ONLINE_MOVABLE);
		_exit(0);
	}
	usleep(ms * 1000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The child holds the lock as long as it runs. */
static void wait_for_child(struct context *context)
{
	char path[FIXTURE_PATH_SIZE];
	unsigned int i;
	int fd;

	fixture_path(&context->fixture, "sys/bus/dax/devices/dax0.0/resource", path);
	fd = open(path, O_RDONLY);
	for (i = 0; i < 100 && flock(fd, LOCK_EX | LOCK_NB); i++)
		usleep(100000);
	assert_true(i < 100);
	close(fd);
}

/* The worker begins no step after the bind. */
static void killed_during_bind(void **state)
{
	struct context *context = *state;

	look(context);
	if (daxplug_device_state(context->device) != DAXPLUG_STATE_UNPLUGGED)
		EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	assert_int_equal(mode_unbind(context->daxplug, "dax0.0"), 0);
	look(context);
	fake.bind_ms = 800;
	plug_and_be_killed(context, 300);
	wait_for_child(context);
	assert_int_equal(daxplug_device_refresh(context->device), 0);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_UNPLUGGED);
}

/* The only signal arrives before the write that it could end. */
static void killed_before_write(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;

	look(context);
	before = daxplug_device_state(context->device);
	fake.late_ms = 600;
	fake.slow_ms = 100000;
	plug_and_be_killed(context, 300);
	wait_for_child(context);
	assert_int_equal(daxplug_device_refresh(context->device), 0);
	assert_int_equal(daxplug_device_state(context->device), before);
}

/* ---- block by block ---- */

static void block_refuses_online(void **state)
{
	struct context *context = *state;
	unsigned int i;

	for (i = 0; i < BLOCKS; i++) {
		look(context);
		fake.fail_block = FIRST + i;
		fake.fail_word = "online_movable";
		fake.fail_err = -EIO;
		fake.fail_times = 99;
		EXPECT(PLUG(ONLINE_MOVABLE), -EIO, ROLLED_BACK, OFFLINE);
		assert_int_equal(daxplug_change_block(context->change), FIRST + i);
		assert_false(daxplug_change_retry(context->change));
	}
}

static void block_refuses_offline(void **state)
{
	struct context *context = *state;
	unsigned int i;

	set_blocks(context, "online", "Movable");
	for (i = 0; i < BLOCKS; i++) {
		look(context);
		fake.fail_block = FIRST + i;
		fake.fail_word = "offline";
		fake.fail_err = -EBUSY;
		fake.fail_times = 99;
		EXPECT(UNPLUG(), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
		assert_int_equal(daxplug_change_block(context->change), FIRST + i);
		assert_true(daxplug_change_retry(context->change));
	}
}

static void busy_for_a_moment(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	refuse_block(FIRST, "offline", -EBUSY, 2);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
}

/* A cancellation between two attempts is the reason of the failure. */
static void cancelled_while_busy(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	refuse_block(FIRST, "offline", -EBUSY, 99);
	context->timeout = 150; /* three attempts take 200 ms */
	EXPECT(UNPLUG(), -ETIMEDOUT, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_block(context->change), FIRST);
}

static void zones_come_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_add_block(&context->fixture, FIRST + 3, "online", "Normal");
	fixture_add_block(&context->fixture, FIRST + 2, "offline", "Normal Movable");
	look(context);
	refuse_block(FIRST, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -EIO, ROLLED_BACK, MIXED);
	assert_int_equal(daxplug_device_block_state(context->device, 0), DAXPLUG_BLOCK_MOVABLE);
	assert_int_equal(daxplug_device_block_state(context->device, 1), DAXPLUG_BLOCK_MOVABLE);
	assert_int_equal(daxplug_device_block_state(context->device, 2), DAXPLUG_BLOCK_OFFLINE);
	assert_int_equal(daxplug_device_block_state(context->device, 3), DAXPLUG_BLOCK_KERNEL);
	assert_int_equal(daxplug_device_block_state(context->device, 4), DAXPLUG_BLOCK_MOVABLE);
}

/* A block in a zone that cannot be read is not taken offline to put it in the right one. */
static void zone_unreadable_on_the_way_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	refuse_block(FIRST + 5, "offline", -EIO, 99);
	fake.hide_zone = FIRST + 3;
	EXPECT(UNPLUG(), -EIO, INCOMPLETE, UNKNOWN);
	expect_hint(context, "memory51");
	assert_int_equal(daxplug_device_block_state(context->device, 3), DAXPLUG_BLOCK_ONLINE);
}

static void rollback_fails(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	fake.fail_unbind = -EBUSY;
	refuse_block(FIRST + 2, "online_movable", -ENOMEM, 99);
	EXPECT(UNPLUG(), -EBUSY, INCOMPLETE, MIXED);
	expect_hint(context, "memory50");
}

static void interference(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	/* The block that goes offline first, and that the change does not touch again. */
	fake.intruder = FIRST + 1;
	EXPECT(UNPLUG(), -EAGAIN, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_block(context->change), FIRST + 1);
	expect_hint(context, "udev");
}

/* Another process puts a block online between the library's read and its write. */
static void others_are_faster(void **state)
{
	struct context *context = *state;

	set_blocks(context, "offline", "Normal Movable");
	look(context);
	fake.rival = FIRST + 2;
	fake.rival_word = "online_kernel";
	EXPECT(PLUG(ONLINE_MOVABLE), -EAGAIN, ROLLED_BACK, OFFLINE);
	assert_int_equal(daxplug_change_block(context->change), FIRST + 2);
	assert_true(daxplug_change_retry(context->change));

	fake.rival = -1;
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fake.rival = FIRST + 2;
	fake.rival_word = "online_movable";
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	fake.rival_word = "offline";
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
}

/* The same in a rollback. */
static void others_put_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	fake.fail_unbind = -EBUSY;
	fake.rival = FIRST + 2;
	fake.rival_word = "online_movable";
	EXPECT(UNPLUG(), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
}

/* Another process is taking a block offline: its zone, needed for a rollback, is unknown. */
static void going_offline(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_add_block(&context->fixture, FIRST + 5, "going-offline", "Movable Normal");
	look(context);
	assert_int_equal(daxplug_device_block_state(context->device, 5), DAXPLUG_BLOCK_ONLINE);
	EXPECT(UNPLUG(), -ENODATA, REFUSED, UNKNOWN);
	assert_int_equal(daxplug_change_block(context->change), FIRST + 5);
	assert_true(daxplug_change_retry(context->change));
}

/* Without a state file the word "online" of the plug is unknown. */
static void online_twice(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(PLUG(ONLINE), 0, DONE, ONLINE_KERNEL);
	EXPECT(PLUG(ONLINE), 0, UNCHANGED, ONLINE_KERNEL);
}

/* A process that has copies of all descriptors, as a change of another thread has. */
static pid_t fork_another(void)
{
	pid_t other = fork();

	if (other)
		return other;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pause();
	_exit(0);
}

static void other_threads(void **state)
{
	struct context *context = *state;
	pid_t other;

	set_blocks(context, "offline", "Normal Movable");
	look(context);
	fake.slow_ms = 200;
	fake.deaf = true;
	context->timeout = 500;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	other = fork_another();
	EXPECT(daxplug_change_wait(context->change), -ETIMEDOUT, ROLLED_BACK, OFFLINE);

	/* The other process does not hold the lock of the device either. */
	fake.slow_ms = 0;
	context->timeout = 5000;
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

/* The library sees the end of a worker even if another process has the worker's end of the pipe. */
static void worker_killed(void **state)
{
	struct context *context = *state;
	struct daxplug_change *change;
	int theirs;

	set_blocks(context, "offline", "Normal Movable");
	look(context);
	fake.slow_ms = 100000;
	change = prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_start(change), 0);
	theirs = syscall(SYS_pidfd_getfd, change->worker.pidfd, change->task.messages, 0);
	if (theirs < 0)
		SKIP("pidfd_getfd() is not allowed");
	usleep(100000);
	assert_int_equal(daxplug_change_process(change), 1);
	change->moved = 12 << 20; /* as if a drain had reported them */
	kill(change->worker.pid, SIGKILL);
	EXPECT(daxplug_change_wait(change), -EIO, INCOMPLETE, OFFLINE);
	expect_message(context, "12 MiB had been moved to other nodes or swapped out");
	assert_int_equal(daxplug_change_reason(change), DAXPLUG_REASON_WORKER);
	close(theirs);
}

static bool has_closed(int fd)
{
	struct pollfd polled = { fd, POLLIN, 0 };

	return poll(&polled, 1, 5000) > 0;
}

/* Neither the worker nor the keeper of the settings keeps a descriptor of the caller. */
static void descriptors(void **state)
{
	struct context *context = *state;
	int ends[2];

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, "sys/kernel/mm/numa/demotion_enabled", "true\n");
	look(context);
	fake.slow_ms = 1000;
	prepare(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, DAXPLUG_CHANGE_NO_REFILL);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(daxplug_change_start(context->change), 0);
	/* The keeper starts before its setting is switched off. */
	usleep(1500000);
	close(ends[1]);
	assert_true(has_closed(ends[0]));
	assert_int_equal(daxplug_change_process(context->change), 1);
	close(ends[0]);
	fake.slow_ms = 0;
	daxplug_change_cancel(context->change);
	EXPECT(daxplug_change_wait(context->change), -ECANCELED, ROLLED_BACK, ONLINE_MOVABLE);
}

/* A setting that cannot be read may be on. */
static void refill_unknown(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, "sys/kernel/mm/numa/demotion_enabled/is-a-directory", "%s",
		      "");
	look(context);
	(void)!run(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, DAXPLUG_CHANGE_DRAIN);
	assert_int_equal(daxplug_change_refills(context->change), 0);
	assert_int_equal(daxplug_change_refills_unknown(context->change), DAXPLUG_REFILL_DEMOTION);
}

static void *start_it(void *change)
{
	return (void *)(intptr_t)daxplug_change_start(change);
}

/* The thread that started the change may end before the process does. */
static void starter_ends(void **state)
{
	struct context *context = *state;
	pthread_t thread;
	void *err;

	look(context);
	fake.slow_ms = 300;
	prepare(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(pthread_create(&thread, NULL, start_it, context->change), 0);
	assert_int_equal(pthread_join(thread, &err), 0);
	assert_null(err);
	EXPECT(daxplug_change_wait(context->change), 0, DONE, ONLINE_MOVABLE);
}

/* In a new PID namespace the worker is the first process, and its getppid() returns 0. */
static void own_pid_namespace(void **state)
{
	struct context *context = *state;
	int status;
	pid_t pid;

	look(context);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(77);
		fake.slow_ms = 50;
		_exit(-PLUG(ONLINE_MOVABLE));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77)
		SKIP("a PID namespace cannot be created");
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A caller that ignores SIGCHLD, so that the kernel reaps its children, does no harm. */
static void reaped(void **state)
{
	struct context *context = *state;
	struct sigaction before, ignore = { .sa_handler = SIG_IGN };

	look(context);
	assert_int_equal(sigaction(SIGCHLD, &ignore, &before), 0);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
}

static void bind_fails(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fake.fail_bind = -EBUSY;
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
}

/* The bind reports a failure, although it has bound the device. */
static void bind_fails_but_binds(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(RELEASE(), 0, DONE, UNPLUGGED);
	fake.bind_lies = -EIO;
	EXPECT(PLUG(ONLINE_MOVABLE), -EIO, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
	fake.fail_unbind = -EBUSY;
	run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_INCOMPLETE);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_SYSTEM_RAM);
}

/* An unbind left the memory online. */
static void orphan_the_device(struct context *context)
{
	set_blocks(context, "online", "Movable");
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0/driver");
	fake.policy = "online_movable";
	look(context);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_ONLINE_MOVABLE);
}

/* The device was not bound before the change, and stays bound after a failure. */
static void adoption_fails(void **state)
{
	struct context *context = *state;

	orphan_the_device(context);
	fake.bind_lies = -EIO;
	EXPECT(UNPLUG(), -EIO, INCOMPLETE, ONLINE_MOVABLE);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_SYSTEM_RAM);

	orphan_the_device(context);
	fake.bind_lies = 0;
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(UNPLUG(), -EBUSY, INCOMPLETE, ONLINE_MOVABLE);
	expect_hint(context, "bound");

	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0/driver");
	fake.fail_bind = -EBUSY;
	EXPECT(UNPLUG(), -EBUSY, ROLLED_BACK, ONLINE_MOVABLE);
}

/* Another process binds the device to another driver first. */
static void bind_to_other(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fake.binds_to = "device_dax";
	EXPECT(PLUG(ONLINE_MOVABLE), -ENODEV, ROLLED_BACK, UNPLUGGED);
	expect_message(context, "no longer bound to kmem");
}

static void plug_fails_after_bind(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	refuse_block(FIRST + 1, "online_movable", -ENOMEM, 99);
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOMEM, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
}

/* The system's policy puts a bound device into a kernel zone at once. */
static void policy_online(void **state)
{
	struct context *context = *state;

	fake.policy = "online_kernel";
	look(context);
	if (daxplug_device_state(context->device) != DAXPLUG_STATE_UNPLUGGED)
		assert_int_equal(UNPLUG(), 0);
	fixture_delete(&context->fixture, "sys/bus/dax/devices/dax0.0/driver");
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
}

static void replug_comes_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	refuse_block(FIRST + 1, "online_kernel", -ENOMEM, 99);
	EXPECT(REPLUG(ONLINE_KERNEL), -ENOMEM, ROLLED_BACK, ONLINE_MOVABLE);
}

static void devdax(void **state)
{
	struct context *context = *state;
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		fixture_delete_block(&context->fixture, FIRST + i);
	fixture_link(&context->fixture, "sys/bus/dax/devices/dax0.0/driver",
		     "../bus/dax/drivers/device_dax");
	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, REFUSED, UNPLUGGED);
	assert_string_equal(daxplug_change_hint(context->change),
			    "daxctl reconfigure-device --mode=system-ram dax0.0");
}

/* The driver takes persistent memory by its name only. */
static void bound_by_name(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fake.needs_id = true;
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	/* The name is removed again, and the driver's errno is the error. */
	assert_false(fake.has_id);
	fake.fail_bind = -ENOSPC;
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOSPC, ROLLED_BACK, UNPLUGGED);
}

static void no_driver(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fixture_delete(&context->fixture, "sys/bus/dax/drivers/kmem");
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fixture_delete(&context->fixture, "sys/bus/dax/drivers/kmem");
	fake.no_driver = true;
	EXPECT(run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE,
		   DAXPLUG_CHANGE_DRY_RUN),
	       -ENOENT, REFUSED, UNPLUGGED);
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOENT, REFUSED, UNPLUGGED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_DRIVER);
	expect_hint(context, "CONFIG_DEV_DAX_KMEM");
}

#define FAULTY_PAGES "sys/module/kmem/parameters/faulty_pages"

static void expect_faulty_pages(struct context *context, const char *wanted)
{
	char list[256];

	fixture_read(&context->fixture, FAULTY_PAGES, list, sizeof(list));
	assert_string_equal(list, wanted);
}

/* A plug reports the bad blocks of the region first; a driver without the parameter gets none. */
static void bad_blocks(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	assert_false(fixture_exists(&context->fixture, FAULTY_PAGES));
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);

	fixture_write(&context->fixture, FAULTY_PAGES, "%s", "");
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	expect_faulty_pages(context, "0x180000000-0x180000fff,0x180002000-0x1800021ff");
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
}

/* A bind may put the memory online, so the driver learns of the bad blocks before it. */
static void bad_blocks_before_bind(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(RELEASE(), 0, DONE, UNPLUGGED);
	fixture_write(&context->fixture, FAULTY_PAGES, "%s", "");
	fake.fail_bind = -EIO;
	EXPECT(PLUG(ONLINE_MOVABLE), -EIO, ROLLED_BACK, UNPLUGGED);
	expect_faulty_pages(context, "0x180000000-0x180000fff,0x180002000-0x1800021ff");
}

/* Without a list of bad blocks, and with one that does not reach the driver, nothing is plugged. */
static void bad_blocks_unknown(void **state)
{
	struct context *context = *state;

	look(context);
	fixture_write(&context->fixture, FAULTY_PAGES, "%s", "");
	fake.fail_setting = -ENOMEM;
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOMEM, REFUSED, UNPLUGGED);
	expect_message(context, "cannot report its bad blocks");
	fake.fail_setting = 0;

	fixture_write(&context->fixture, REGION "badblocks", "4194304\n");
	EXPECT(PLUG(ONLINE_MOVABLE), -EINVAL, REFUSED, UNPLUGGED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);

	/* The kernel may have truncated a list of this length. */
	fixture_write(&context->fixture, REGION "badblocks", "%04090d 1\n", 4194304);
	EXPECT(PLUG(ONLINE_MOVABLE), -EFBIG, REFUSED, UNPLUGGED);

	fixture_delete(&context->fixture, REGION "badblocks");
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	expect_faulty_pages(context, "");

	/* A replug that cannot plug the memory again does not unplug it. */
	fixture_write(&context->fixture, REGION "badblocks", "4194304\n");
	EXPECT(REPLUG(ONLINE_KERNEL), -EINVAL, REFUSED, ONLINE_MOVABLE);
}

/* A device that cannot be unbound is not taken offline first. */
static void cannot_be_unbound(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	look(context);
	fixture_delete(&context->fixture, "sys/bus/dax/drivers/kmem/unbind");
	refuse_block(FIRST + 1, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -ENOENT, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_block(context->change), -1);
	expect_message(context, "cannot unbind");
}

static void other_drivers(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fixture_link(&context->fixture, "sys/bus/dax/devices/dax0.0/driver",
		     "../bus/dax/drivers/fsdev_dax");
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, REFUSED, UNPLUGGED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_MODE);
	expect_message(context, "famfs");
	expect_hint(context, "daxctl");
	fixture_link(&context->fixture, "sys/bus/dax/devices/dax0.0/driver",
		     "../bus/dax/drivers/vendor_dax");
	EXPECT(PLUG(ONLINE_MOVABLE), -EOPNOTSUPP, REFUSED, UNPLUGGED);
	expect_message(context, "vendor_dax");
}

static void no_node(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/target_node", "-1\n");
	EXPECT(run(context, DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE, DAXPLUG_CHANGE_DRY_RUN),
	       -EINVAL, REFUSED, UNPLUGGED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_NODE);
	expect_message(context, "NUMA node");
}

/* A block that cannot be read is not absent, and its zone is not a kernel zone. */
static void unreadable(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, MEMORY_BLOCKS "/memory50/state", "%s", "");
	look(context);
	assert_int_equal(daxplug_device_block_state(context->device, 2), DAXPLUG_BLOCK_UNKNOWN);
	EXPECT(UNPLUG(), -ENODATA, REFUSED, UNKNOWN);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);
	assert_int_equal(daxplug_change_block(context->change), 50);
	assert_int_equal(daxplug_change_address(context->change), 50 * FIXTURE_BLOCK_SIZE);
	EXPECT(PLUG(ONLINE_MOVABLE), -ENODATA, REFUSED, UNKNOWN);

	fixture_add_block(&context->fixture, 50, "online", "Movable");
	fixture_delete(&context->fixture, MEMORY_BLOCKS "/memory50/valid_zones");
	EXPECT(UNPLUG(), -ENODATA, REFUSED, UNKNOWN);
	expect_message(context, "memory50");
}

/* Blocks that are hidden are not absent. */
static void masked(void **state)
{
	struct context *context = *state;

	fixture_delete(&context->fixture, MEMORY_BLOCKS);
	look(context);
	assert_int_equal(daxplug_device_state(context->device), DAXPLUG_STATE_UNKNOWN);
	EXPECT(UNPLUG(), -ENODATA, REFUSED, UNKNOWN);
}

/* A record cannot be changed. */
static void recorded(void **state)
{
	struct context *context = *state;
	enum daxplug_state before;

	look(context);
	before = daxplug_device_state(context->device);
	context->daxplug->system = &system_recorded;
	expect(context, PLUG(ONLINE_MOVABLE), -EOPNOTSUPP, DAXPLUG_OUTCOME_REFUSED, before);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNSUPPORTED);
}

/* ---- release, and huge pages ---- */

/* Whatever the backend, the device has no driver afterwards. */
static void release(void **state)
{
	struct context *context = *state;

	look(context);
	if (daxplug_device_state(context->device) == DAXPLUG_STATE_UNPLUGGED)
		EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	EXPECT(RELEASE(), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
	EXPECT(RELEASE(), 0, UNCHANGED, UNPLUGGED);
}

/* A device that was already unplugged is released as well. */
static void release_unplugged(void **state)
{
	struct context *context = *state;

	look(context);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_SYSTEM_RAM);
	EXPECT(RELEASE(), 0, DONE, UNPLUGGED);
	assert_int_equal(daxplug_device_mode(context->device), DAXPLUG_MODE_DISABLED);
}

/* A driver that cannot be read is not a missing one. */
static void release_of_unknown(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(RELEASE(), 0, DONE, UNPLUGGED);
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/driver", "no link\n");
	EXPECT(RELEASE(), -ENODATA, REFUSED, UNPLUGGED);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);
}

static void release_fails(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	fake.fail_unbind = -EBUSY;
	EXPECT(RELEASE(), -EBUSY, INCOMPLETE, UNPLUGGED);
	expect_message(context, "unplugged, but cannot be unbound");
}

#define POOL NODES "/node1/hugepages/hugepages-2048kB/"

static void add_pool(struct context *context, unsigned int pages)
{
	fixture_write(&context->fixture, POOL "nr_hugepages", "%u\n", pages);
	fixture_write(&context->fixture, POOL "free_hugepages", "%u\n", pages);
	fixture_write(&context->fixture, POOL "surplus_hugepages", "0\n");
	fake.pool = POOL "nr_hugepages";
	fake.pool_left = 0;
}

static void expect_pool(struct context *context, const char *pages)
{
	char text[16];

	fixture_read(&context->fixture, POOL "nr_hugepages", text, sizeof(text));
	assert_string_equal(text, pages);
}

/* An unplug that fails restores the huge pages that it took. */
static void expect_pool_back(struct context *context, unsigned int surplus)
{
	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	fixture_write(&context->fixture, POOL "surplus_hugepages", "%u\n", surplus);
	fake.pool_left = surplus;
	look(context);
	refuse_block(FIRST, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -EIO, ROLLED_BACK, ONLINE_MOVABLE);
	expect_pool(context, "200");
	assert_int_equal(daxplug_change_huge_pages_lost(context->change), 0);
}

static void pool_comes_back(void **state)
{
	expect_pool_back(*state, 0);
}

#define POOL_OF_SYSTEM "sys/kernel/mm/hugepages/hugepages-2048kB/"

/* Pages in use have moved to another node: the system has as many as before. */
static void pool_has_moved(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	fixture_write(&context->fixture, POOL_OF_SYSTEM "nr_hugepages", "200\n");
	fixture_write(&context->fixture, POOL_OF_SYSTEM "surplus_hugepages", "0\n");
	fake.pool_left = 120;
	look(context);
	refuse_block(FIRST, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -EIO, ROLLED_BACK, ONLINE_MOVABLE);
	expect_pool(context, "120");
	assert_int_equal(daxplug_change_huge_pages_lost(context->change), 0);
}

/* Meanwhile another node has lost 150 pages, which are not given to this one. */
static void other_pool_shrinks(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	fixture_write(&context->fixture, POOL_OF_SYSTEM "nr_hugepages", "400\n");
	fixture_write(&context->fixture, POOL_OF_SYSTEM "surplus_hugepages", "0\n");
	fake.pool_left = 150;
	fake.system_pool = POOL_OF_SYSTEM "nr_hugepages";
	fake.system_pool_left = 200;
	look(context);
	refuse_block(FIRST, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -EIO, ROLLED_BACK, ONLINE_MOVABLE);
	expect_pool(context, "200");
	assert_int_equal(daxplug_change_huge_pages_lost(context->change), 0);
}

/* Surplus pages come and go by themselves. */
static void pool_with_surplus_comes_back(void **state)
{
	expect_pool_back(*state, 50);
}

/* The huge pages that an unplug would take are unknown, so none is begun. */
static void node_unreadable(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/target_node", "?\n");
	look(context);
	assert_int_equal(daxplug_device_target_node(context->device), -2);
	EXPECT(UNPLUG(), -ENODATA, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_UNREADABLE);
	expect_message(context, "NUMA node");
	EXPECT(REPLUG(ONLINE_KERNEL), -ENODATA, REFUSED, ONLINE_MOVABLE);
}

static void pool_does_not_come_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	fake.fail_pool = 150;
	look(context);
	refuse_block(FIRST, "offline", -EIO, 99);
	EXPECT(UNPLUG(), -EIO, ROLLED_BACK, ONLINE_MOVABLE);
	expect_pool(context, "150");
	assert_int_equal(daxplug_change_huge_pages_lost(context->change), 50);
	expect_message(context, "50 huge pages of node 1 could not be given back");
}

static void timed_out_pool_does_not_come_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	fake.fail_pool = 150;
	look(context);
	refuse_block(FIRST, "offline", -ETIMEDOUT, 99);
	EXPECT(UNPLUG(), -ETIMEDOUT, ROLLED_BACK, ONLINE_MOVABLE);
	expect_message(context, "timed out at memory48; 50 huge pages of node 1 could not be given "
				"back to the pools");
}

/* An unplug that succeeds removes the free huge pages of its memory. */
static void pool_goes(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	add_pool(context, 200);
	look(context);
	EXPECT(UNPLUG(), 0, DONE, UNPLUGGED);
	expect_pool(context, "0");
}

static void no_room(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, NODES "/has_memory", "0-1\n");
	fixture_write(&context->fixture, NODES "/node0/meminfo", "Node 0 MemFree: 1024 kB\n");
	fixture_write(&context->fixture, NODES "/node1/meminfo",
		      "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 9 kB\n"
		      "Node 1 AnonPages: 4096 kB\n");
	look(context);
	EXPECT(UNPLUG(), -ENOSPC, REFUSED, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_ROOM);
	assert_string_equal(daxplug_change_message(context->change),
			    "dax0.0: 4 MiB must move, and other nodes have room for 1 MiB");
	EXPECT(run(context, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, DAXPLUG_CHANGE_FORCE),
	       0, DONE, UNPLUGGED);
}

/* ---- orphans ---- */

#define ORPHAN STRANDED "/180000000-1bfffffff/"

/* Drops the previous change. */
static int reclaim_now(struct context *context, const struct daxplug_orphan *orphan)
{
	daxplug_change_unref(context->change);
	assert_int_equal(daxplug_change_new_reclaim(context->daxplug, orphan, &context->change), 0);
	assert_int_equal(daxplug_change_set_flags(context->change, DAXPLUG_CHANGE_NO_WAIT), 0);
	return finish(context);
}

static void reclaim(void **state)
{
	struct context *context = *state;
	struct daxplug_orphan *orphan;

	fixture_write(&context->fixture, ORPHAN "blocks_total", "8\n");
	fixture_write(&context->fixture, ORPHAN "blocks_online", "7\n");
	fixture_write(&context->fixture, ORPHAN "quarantined", "1\n");
	fixture_write(&context->fixture, ORPHAN "reclaim", "%s", "");
	fixture_write(&context->fixture, MEMORY_BLOCKS "/memory48/node1/x", "%s", "");
	look(context);
	orphan = daxplug_orphan_first(context->daxplug);
	assert_non_null(orphan);
	assert_null(daxplug_orphan_next(orphan));
	assert_ptr_equal(daxplug_orphan_find(context->daxplug, "180000000-1bfffffff"), orphan);
	assert_null(daxplug_orphan_find(context->daxplug, "1-2"));
	assert_int_equal(daxplug_orphan_start(orphan), 0x180000000);
	assert_int_equal(daxplug_orphan_end(orphan), 0x1bfffffff);
	assert_int_equal(daxplug_orphan_node(orphan), 1);
	assert_int_equal(daxplug_orphan_blocks(orphan), 8);
	assert_int_equal(daxplug_orphan_blocks_online(orphan), 7);
	assert_int_equal(daxplug_orphan_quarantined(orphan), 1);

	fake.fail_reclaim = -EBUSY;
	assert_int_equal(reclaim_now(context, orphan), -EBUSY);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_ROLLED_BACK);
	assert_null(daxplug_change_device(context->change));
	assert_string_equal(daxplug_change_name(context->change), "180000000-1bfffffff");

	fake.fail_leaves = FIRST;
	assert_int_equal(reclaim_now(context, orphan), -EBUSY);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_INCOMPLETE);

	fake.fail_reclaim = 0;
	assert_int_equal(reclaim_now(context, orphan), 0);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_DONE);
	assert_int_equal(reclaim_now(context, orphan), -ENODEV);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_NO_DEVICE);
	look(context);
	assert_null(daxplug_orphan_first(context->daxplug));
}

/* A reclaim whose pools of huge pages could not be restored is refused. */
static void orphan_node_unreadable(void **state)
{
	struct context *context = *state;
	struct daxplug_orphan *orphan;

	fixture_write(&context->fixture, ORPHAN "blocks_online", "7\n");
	fixture_write(&context->fixture, ORPHAN "reclaim", "%s", "");
	fixture_link(&context->fixture, MEMORY_BLOCKS "/memory48", "memory48");
	look(context);
	orphan = daxplug_orphan_first(context->daxplug);
	assert_int_equal(daxplug_orphan_node(orphan), -1);
	assert_int_equal(reclaim_now(context, orphan), -ENODATA);
	assert_int_equal(daxplug_change_outcome(context->change), DAXPLUG_OUTCOME_REFUSED);
	expect_message(context, "cannot tell which NUMA node");
}

/* A device that the caller keeps outlives the list, and the handle's own reference. */
static void kept(void **state)
{
	struct context *context = *state;
	struct daxplug_device *device = daxplug_device_ref(look(context));

	assert_int_equal(daxplug_scan(context->daxplug), 0);
	assert_ptr_not_equal(daxplug_first(context->daxplug), device);
	assert_null(daxplug_next(device));
	assert_int_equal(daxplug_device_refresh(device), 0);
	context->device = device;
	(void)!PLUG(ONLINE_MOVABLE);
	daxplug_change_unref(context->change);
	context->change = NULL;
	daxplug_unref(context->daxplug);
	assert_string_equal(daxplug_device_name(device), "dax0.0");
	daxplug_device_unref(device);
	context->daxplug = NULL;
}

/* ---- by the state file ---- */

/* The page at 0x1000 of process 77. */
static void write_pagemap(const struct fixture *fixture, uint64_t pfn)
{
	const uint64_t entry = UINT64_C(1) << 63 | pfn;
	char path[FIXTURE_PATH_SIZE];
	int fd;

	fixture_write(fixture, "proc/77/pagemap", "%s", "");
	fixture_path(fixture, "proc/77/pagemap", path);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, &entry, sizeof(entry), 0x1000 / getpagesize() * sizeof(entry)),
			 sizeof(entry));
	close(fd);
}

/* Timed out while a block was held: the driver's word is the reason. */
static void held(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=unplugged error=-EINTR reason=signal block=memory50 "
		      "address=0x190000000 pfn=0x190042 held=pinned\n");
	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	fixture_write(&context->fixture, "proc/77/comm", "perl\n");
	fixture_write(&context->fixture, "proc/77/numa_maps", "1000 default anon=1 N1=1\n");
	fixture_write(&context->fixture, "proc/77/maps", "1000-2000 rw-p 0 00:00 0\n");
	write_pagemap(&context->fixture, 0x190042);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -ETIMEDOUT;
	EXPECT(UNPLUG(), -ETIMEDOUT, ROLLED_BACK, ONLINE_MOVABLE);
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_TIMEOUT);
	assert_int_equal(daxplug_change_held(context->change), DAXPLUG_REASON_PINNED);
	assert_int_equal(daxplug_change_block(context->change), 50);
	assert_int_equal(daxplug_change_pfn(context->change), 0x190042);
	assert_int_equal(daxplug_change_holder(context->change), 77);
	assert_string_equal(daxplug_change_message(context->change),
			    "dax0.0: timed out at memory50: a page of it is pinned; perl (PID 77) "
			    "maps the page");
	expect_hint(context, "RDMA");
}

static void state_refuses(void **state)
{
	struct context *context = *state;

	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -ENOMEM;
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOMEM, ROLLED_BACK, UNPLUGGED);
	EXPECT(PLUG(ONLINE_KERNEL), 0, DONE, ONLINE_KERNEL);
	EXPECT(REPLUG(ONLINE_MOVABLE), -ENOMEM, ROLLED_BACK, ONLINE_KERNEL);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(UNPLUG(), -EBUSY, ROLLED_BACK, ONLINE_KERNEL);
	expect_hint(context, "--movable");
}

/* A rollback by "online" may put the memory into other zones than before. */
static void zones_do_not_come_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "online", "Movable");
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/state", "online\n");
	look(context);
	fake.fail_state = "online_kernel";
	fake.fail_state_err = -ENOMEM;
	EXPECT(REPLUG(ONLINE_KERNEL), -ENOMEM, INCOMPLETE, ONLINE);
	EXPECT(REPLUG(ONLINE_KERNEL), -ENOMEM, ROLLED_BACK, ONLINE);
}

static void offline_cannot_come_back(void **state)
{
	struct context *context = *state;

	set_blocks(context, "offline", "Normal Movable");
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/state", "offline\n");
	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -ENOMEM;
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOMEM, INCOMPLETE, UNPLUGGED);
	expect_hint(context, "it was offline before");
}

static void driver_speaks(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=online_movable error=-EBUSY reason=refused block=memory49\n");
	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -EBUSY;
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_change_block(context->change), 49);
	assert_string_equal(daxplug_change_message(context->change),
			    "dax0.0: cannot put memory49 online: Device or resource busy: "
			    "a part of the kernel refused");
	assert_int_equal(daxplug_change_reason(context->change), DAXPLUG_REASON_REFUSED);

	/* last_failure is about the failed plug into ZONE_MOVABLE, so it must not be quoted. */
	fake.fail_state = "online_kernel";
	EXPECT(PLUG(ONLINE_KERNEL), -EBUSY, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_change_block(context->change), -1);

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=online_kernel error=-EBUSY reason=other rollback=incomplete\n");
	EXPECT(PLUG(ONLINE_KERNEL), -EBUSY, INCOMPLETE, UNPLUGGED);

	/* A write that did not get its turn leaves last_failure unchanged. */
	fake.waits = true;
	EXPECT(PLUG(ONLINE_KERNEL), -EBUSY, ROLLED_BACK, UNPLUGGED);
}

/* After suspend, unbind or unload a retry may succeed. */
static void driver_gives_up(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=online_movable error=-ECANCELED reason=suspend\n");
	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -ECANCELED;
	EXPECT(PLUG(ONLINE_MOVABLE), -ECANCELED, ROLLED_BACK, UNPLUGGED);
	assert_true(daxplug_change_retry(context->change));

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=online_movable error=-ECANCELED reason=unbind\n");
	EXPECT(PLUG(ONLINE_MOVABLE), -ECANCELED, ROLLED_BACK, UNPLUGGED);
	assert_false(daxplug_change_retry(context->change));

	fake.fail_state_err = -ETIMEDOUT;
	EXPECT(PLUG(ONLINE_MOVABLE), -ETIMEDOUT, ROLLED_BACK, UNPLUGGED);
	assert_true(daxplug_change_retry(context->change));
}

/* A write that was never begun does not report an earlier failure. */
static void cancelled_before_write(void **state)
{
	struct context *context = *state;

	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/last_failure",
		      "wanted=unplugged error=-EBUSY reason=kernel block=memory49\n");
	fixture_write(&context->fixture, "sys/bus/dax/devices/dax0.0/kmem/transitions_failed",
		      "kernel 1\n");
	assert_int_equal(mode_unbind(context->daxplug, "dax0.0"), 0);
	look(context);
	fake.bind_ms = 400;
	context->timeout = 100;
	EXPECT(PLUG(ONLINE_MOVABLE), -ETIMEDOUT, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_change_block(context->change), -1);
}

/* The driver's rollback was incomplete, and the line that says so cannot be read. */
static void failure_line_unreadable(void **state)
{
	struct context *context = *state;

	look(context);
	EXPECT(PLUG(ONLINE_MOVABLE), 0, DONE, ONLINE_MOVABLE);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	fake.fail_leaves = FIRST + 2;
	fixture_write(&context->fixture, KMEM_FILE("last_failure"), "wanted=\n");
	EXPECT(UNPLUG(), -EBUSY, INCOMPLETE, MIXED);
	expect_hint(context, "not known to be as before");
}

/* With one of the two counters unreadable, last_failure may be of an earlier transition. */
static void failure_count_unreadable(void **state)
{
	struct context *context = *state;

	fixture_delete(&context->fixture, KMEM_FILE("transitions_cancelled"));
	fixture_write(&context->fixture, KMEM_FILE("last_failure"),
		      "wanted=online_movable error=-EBUSY reason=refused block=memory49\n");
	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -EBUSY;
	EXPECT(PLUG(ONLINE_MOVABLE), -EBUSY, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_change_block(context->change), -1);
}

/* Upstream's plug fails and leaves a block present: the library removes it. */
static void upstream_leaves_a_block(void **state)
{
	struct context *context = *state;

	look(context);
	fake.fail_state = "online_movable";
	fake.fail_state_err = -ENOMEM;
	fake.fail_leaves = FIRST + 2;
	EXPECT(PLUG(ONLINE_MOVABLE), -ENOMEM, ROLLED_BACK, UNPLUGGED);
}

/* Upstream's plug reports success, although a block is offline. */
static void upstream_lies(void **state)
{
	struct context *context = *state;

	look(context);
	fake.lie_block = FIRST + 2;
	EXPECT(PLUG(ONLINE_MOVABLE), -EIO, ROLLED_BACK, UNPLUGGED);
	assert_int_equal(daxplug_change_block(context->change), FIRST + 2);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(PLUG(ONLINE_MOVABLE), -EIO, INCOMPLETE, MIXED);
}

/* A replug that begins with nothing plugged has no state to plug back to. */
static void replug_from_unplugged(void **state)
{
	struct context *context = *state;

	look(context);
	fake.lie_block = FIRST + 2;
	EXPECT(REPLUG(ONLINE_MOVABLE), -EIO, ROLLED_BACK, UNPLUGGED);
	fake.fail_state = "unplugged";
	fake.fail_state_err = -EBUSY;
	EXPECT(REPLUG(ONLINE_MOVABLE), -EIO, INCOMPLETE, MIXED);
}

/* The plug of the kernel's own driver ignores every signal. */
static void upstream_is_deaf(void **state)
{
	struct context *context = *state;

	look(context);
	fake.slow_ms = 300;
	fake.deaf = true;
	context->timeout = 100;
	EXPECT(PLUG(ONLINE_MOVABLE), -ETIMEDOUT, ROLLED_BACK, UNPLUGGED);
}

#define WITH(set_up, test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define WITH_ALL(test) WITH(per_block, test), WITH(ours, test), WITH(upstream, test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(round_trip),
		WITH_ALL(from_offline),
		WITH_ALL(from_mixed),
		WITH_ALL(dry_run),
		WITH_ALL(nonsense),
		WITH_ALL(endless),
		WITH_ALL(abandoned),
		WITH_ALL(starter_ends),
		WITH_ALL(own_pid_namespace),
		WITH_ALL(reaped),
		WITH_ALL(timeout),
		WITH_ALL(timeout_unattended),
		WITH(per_block, cancelled_before_deadline),
		WITH(per_block, final_message_has_room),
		WITH_ALL(progress_unknown),
		WITH_ALL(cancel),
		WITH_ALL(locked),
		WITH_ALL(locked_for_a_moment),
		WITH_ALL(cancelled_while_locked),
		WITH_ALL(waits_for_another),
		WITH_ALL(unreadable_afterwards),
		WITH_ALL(vanished),
		WITH(per_block, replaced),
		WITH(per_block, replaced_while_locked),
		WITH(per_block, changed_while_locked),
		WITH(per_block, going_offline_while_locked),
		WITH_ALL(unplugged_while_locked),
		WITH(per_block, plugged_while_locked),
		WITH_ALL(killed),
		WITH_ALL(killed_during_bind),
		WITH_ALL(killed_before_write),
		WITH_ALL(policy_online),
		WITH(per_block, block_refuses_online),
		WITH(per_block, block_refuses_offline),
		WITH(per_block, busy_for_a_moment),
		WITH(per_block, cancelled_while_busy),
		WITH(per_block, zones_come_back),
		WITH(per_block, zone_unreadable_on_the_way_back),
		WITH(per_block, rollback_fails),
		WITH(per_block, interference),
		WITH(per_block, others_are_faster),
		WITH(per_block, others_put_back),
		WITH(per_block, going_offline),
		WITH(per_block, online_twice),
		WITH(per_block, other_threads),
		WITH(per_block, worker_killed),
		WITH(per_block, descriptors),
		WITH(per_block, refill_unknown),
		WITH(per_block, bind_fails),
		WITH_ALL(bind_fails_but_binds),
		WITH(ours, adoption_fails),
		WITH(per_block, bind_to_other),
		WITH(per_block, plug_fails_after_bind),
		WITH(per_block, replug_comes_back),
		WITH(per_block, devdax),
		WITH(per_block, bound_by_name),
		WITH(per_block, no_driver),
		WITH(bad_region, bad_blocks),
		WITH(bad_region, bad_blocks_before_bind),
		WITH(bad_region, bad_blocks_unknown),
		WITH(per_block, cannot_be_unbound),
		WITH(per_block, other_drivers),
		WITH(per_block, no_node),
		WITH(per_block, unreadable),
		WITH(upstream, unreadable),
		WITH(per_block, masked),
		WITH(upstream, masked),
		WITH_ALL(recorded),
		WITH_ALL(release),
		WITH(ours, release_unplugged),
		WITH(upstream, release_unplugged),
		WITH_ALL(release_of_unknown),
		WITH(ours, release_fails),
		WITH(upstream, release_fails),
		WITH(per_block, pool_comes_back),
		WITH(per_block, pool_with_surplus_comes_back),
		WITH(per_block, pool_has_moved),
		WITH(per_block, other_pool_shrinks),
		WITH(per_block, node_unreadable),
		WITH(per_block, pool_does_not_come_back),
		WITH(per_block, timed_out_pool_does_not_come_back),
		WITH(per_block, pool_goes),
		WITH(per_block, no_room),
		WITH(ours, reclaim),
		WITH(ours, orphan_node_unreadable),
		WITH_ALL(kept),
		WITH(ours, held),
		WITH(ours, state_refuses),
		WITH(upstream, state_refuses),
		WITH(ours, zones_do_not_come_back),
		WITH(ours, offline_cannot_come_back),
		WITH(upstream, offline_cannot_come_back),
		WITH(ours, driver_speaks),
		WITH(ours, driver_gives_up),
		WITH(ours, cancelled_before_write),
		WITH(ours, failure_line_unreadable),
		WITH(ours, failure_count_unreadable),
		WITH(upstream, upstream_leaves_a_block),
		WITH(upstream, upstream_lies),
		WITH(upstream, replug_from_unplugged),
		WITH(upstream, upstream_is_deaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
