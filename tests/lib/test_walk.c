// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every open, read and readdir of a change fails: one at a time, in pairs, and all from one on. In
 * each case the outcome is "done" only if the change was made, and "rolled back" only if everything
 * is as before; each block is in its former zone or in the one asked for; and the device is never
 * unbound while memory is online.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Included before cmocka, which has a macro with the name of a function there. */
#include "change.h"
#include "cmocka_all.h"
#include "fake.h"
#include "fixture.h"
#include "handle.h"

#define FIRST 48
#define BLOCKS 3
#define POOL "sys/devices/system/node/node1/hugepages/hugepages-2048kB/"

/* ---- the faults ---- */

/**
 * struct faults - shared with the child that makes the change
 * @armed: whether anything fails
 * @calls: how many calls there have been
 * @first: the call that fails
 * @second: another, or 0
 * @from: all calls from this one on fail, if not 0
 * @err: the errno that they fail with
 */
struct faults {
	bool armed;
	unsigned int calls;
	unsigned int first;
	unsigned int second;
	unsigned int from;
	int err;
};

static struct faults *faults;

static bool fails(void)
{
	unsigned int call;

	if (!faults || !faults->armed)
		return false;
	call = ++faults->calls;
	return call == faults->first || call == faults->second ||
	       (faults->from && call >= faults->from);
}

int __real_root_open(const struct daxplug *daxplug, const char *path, int flags);
int __wrap_root_open(const struct daxplug *daxplug, const char *path, int flags);
ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);
struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);

int __wrap_root_open(const struct daxplug *daxplug, const char *path, int flags)
{
	return fails() ? -faults->err : __real_root_open(daxplug, path, flags);
}

/* Only calls on files count, not the messages between the processes. */
ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	struct stat status;

	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && fails()) {
		errno = faults->err;
		return -1;
	}
	return __real_read(fd, buffer, size);
}

struct dirent *__wrap_readdir(DIR *dir)
{
	if (!fails())
		return __real_readdir(dir);
	errno = faults->err;
	return NULL;
}

/* Waits before another attempt are skipped. */
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time, (void)left;
	return 0;
}

/* ---- the changes ---- */

enum driver {
	PER_BLOCK,
	OURS,
	UPSTREAM,
};

/**
 * struct scenario - a change of a device
 * @name: for messages
 * @action: the change
 * @to: the state to plug to
 * @flags: of the change
 * @from: the state of the blocks before, as the fake's policy has it, or NULL
 * @odd: whether one block is in another zone than the others
 * @bound: whether it is bound to kmem before
 * @fail_word: the word that the last block refuses in the end, or NULL
 * @fail_unbind: whether unbinding fails
 */
struct scenario {
	const char *name;
	enum daxplug_action action;
	enum daxplug_state to;
	unsigned int flags;
	const char *from;
	bool odd;
	bool bound;
	const char *fail_word;
	bool fail_unbind;
};

static const struct scenario scenarios[] = {
	{ "unplug", DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0, "online_movable", false,
	  true, NULL, false },
	{ "unplug and release", DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED,
	  DAXPLUG_CHANGE_RELEASE, "online_movable", true, true, NULL, false },
	{ "unplug, refused", DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0, "online_movable",
	  true, true, "offline", false },
	{ "unplug, not unbound", DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED, 0,
	  "online_movable", true, true, NULL, true },
	{ "plug", DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0, NULL, false, true, NULL,
	  false },
	{ "plug, not bound", DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0, NULL, false,
	  false, NULL, false },
	{ "plug from offline", DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_KERNEL, 0, "offline",
	  false, true, NULL, false },
	{ "plug, refused", DAXPLUG_ACTION_PLUG, DAXPLUG_STATE_ONLINE_MOVABLE, 0, NULL, false, false,
	  "online_movable", false },
	{ "replug", DAXPLUG_ACTION_REPLUG, DAXPLUG_STATE_ONLINE_KERNEL, 0, "online_movable", false,
	  true, NULL, false },
	{ "replug, refused", DAXPLUG_ACTION_REPLUG, DAXPLUG_STATE_ONLINE_KERNEL, 0,
	  "online_movable", false, true, "online_kernel", false },
};

struct picture {
	char block[BLOCKS][40];
	char pool[16];
	bool bound;
};

struct walk {
	enum driver driver;
	const struct scenario *scenario;
	struct fixture fixture;
	struct picture before;
	uint64_t huge_pages_lost;
	unsigned int runs;
	unsigned int incomplete;
};

static void read_block(struct fixture *fixture, unsigned int number, char *text, size_t size)
{
	char path[128], state[16], zone[20] = "";

	snprintf(path, sizeof(path), MEMORY_BLOCKS "/memory%u/state", number);
	fixture_read(fixture, path, state, sizeof(state));
	if (!strcmp(state, "online")) {
		snprintf(path, sizeof(path), MEMORY_BLOCKS "/memory%u/valid_zones", number);
		fixture_read(fixture, path, zone, sizeof(zone));
	}
	snprintf(text, size, "%s %s", *state ? state : "absent", zone);
}

static struct picture take_picture(struct fixture *fixture)
{
	struct picture picture;
	unsigned int i;

	memset(&picture, 0, sizeof(picture));
	for (i = 0; i < BLOCKS; i++)
		read_block(fixture, FIRST + i, picture.block[i], sizeof(picture.block[i]));
	fixture_read(fixture, POOL "nr_hugepages", picture.pool, sizeof(picture.pool));
	picture.bound = fixture_exists(fixture, DAX_DEVICES "/dax0.0/driver");
	return picture;
}

static void set_up(struct walk *walk)
{
	const struct scenario *scenario = walk->scenario;
	struct fixture_device device = fixture_hmem;

	device.blocks = BLOCKS;
	device.driver = scenario->bound ? "kmem" : NULL;
	if (walk->driver != PER_BLOCK && scenario->bound)
		device.state = scenario->odd	? "mixed"
			       : scenario->from ? scenario->from
						: "unplugged";
	fixture_create(&walk->fixture);
	fixture_add_device(&walk->fixture, &device);
	fake_reset(&walk->fixture, &device);
	fake.has_state = walk->driver != PER_BLOCK;
	if (scenario->from)
		fake_add_blocks(scenario->from);
	if (scenario->odd)
		fixture_add_block(&walk->fixture, FIRST + 1, "online", "Normal");
	fixture_write(&walk->fixture, "sys/module/kmem/taint",
		      walk->driver == OURS ? "OE\n" : "\n");
	fixture_write(&walk->fixture, POOL "nr_hugepages", "5\n");
	fixture_write(&walk->fixture, POOL "free_hugepages", "5\n");
	fixture_write(&walk->fixture, POOL "surplus_hugepages", "0\n");
	fake.pool = POOL "nr_hugepages";
	fake.fail_word = scenario->fail_word;
	fake.fail_times = 99;
	fake.fail_err = -EIO;
	/* The block that goes offline, and online, last. */
	fake.fail_block = scenario->fail_word ? FIRST : -1;
	if (walk->driver != PER_BLOCK) {
		fake.fail_state = scenario->fail_word && !strcmp(scenario->fail_word, "offline")
					  ? "unplugged"
					  : scenario->fail_word;
		fake.fail_state_err = -EIO;
	}
	fake.fail_unbind = scenario->fail_unbind ? -EBUSY : 0;
	walk->before = take_picture(&walk->fixture);
}

static const char *wanted_block(enum daxplug_state state)
{
	switch (state) {
	case DAXPLUG_STATE_UNPLUGGED:
		return "absent ";
	case DAXPLUG_STATE_ONLINE_KERNEL:
		return "online Normal";
	default:
		return "online Movable";
	}
}

static bool is_done(const struct walk *walk, const struct picture *now)
{
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		if (strcmp(now->block[i], wanted_block(walk->scenario->to)))
			return false;
	return !(walk->scenario->flags & DAXPLUG_CHANGE_RELEASE) || !now->bound;
}

static bool has_strange_zone(const struct walk *walk, const struct picture *now)
{
	const char *wanted = wanted_block(walk->scenario->to);
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		if (!strncmp(now->block[i], "online", 6) &&
		    strcmp(now->block[i], walk->before.block[i]) && strcmp(now->block[i], wanted))
			return true;
	return false;
}

/* Returns a description of the fault, or NULL. */
static const char *judge(struct walk *walk, enum daxplug_outcome outcome)
{
	struct picture now = take_picture(&walk->fixture);
	bool as_before;

	/* Pages that are reported as lost may be missing. Memory newly plugged has none to lose. */
	if (walk->huge_pages_lost || walk->scenario->action == DAXPLUG_ACTION_PLUG)
		memcpy(now.pool, walk->before.pool, sizeof(now.pool));
	as_before = !memcmp(&now, &walk->before, sizeof(now));

	if (fixture_exists(&walk->fixture, "stuck"))
		return "unbound while memory was online";
	if (has_strange_zone(walk, &now))
		return "a block is in a strange zone";
	switch (outcome) {
	case DAXPLUG_OUTCOME_DONE:
		return is_done(walk, &now) ? NULL : "said done, and is not";
	case DAXPLUG_OUTCOME_REFUSED:
	case DAXPLUG_OUTCOME_ROLLED_BACK:
		return as_before ? NULL : "said to be as before, and is not";
	case DAXPLUG_OUTCOME_INCOMPLETE:
		walk->incomplete++;
		return NULL;
	default:
		return "has no outcome";
	}
}

static enum daxplug_outcome change(struct walk *walk, struct daxplug_device *device, char *message,
				   size_t size)
{
	const struct scenario *scenario = walk->scenario;
	struct daxplug_change *change;
	enum daxplug_outcome outcome;

	assert_int_equal(daxplug_change_new(device, scenario->action, &change), 0);
	if (scenario->to != DAXPLUG_STATE_UNPLUGGED)
		assert_int_equal(daxplug_change_set_state(change, scenario->to), 0);
	assert_int_equal(daxplug_change_set_flags(change, scenario->flags), 0);
	faults->armed = true;
	if (!daxplug_change_start(change))
		(void)!daxplug_change_wait(change);
	faults->armed = false;
	outcome = daxplug_change_outcome(change);
	walk->huge_pages_lost = daxplug_change_huge_pages_lost(change);
	snprintf(message, size, "%s / %s", daxplug_change_message(change),
		 daxplug_change_hint(change));
	/* An error has a reason, and none comes without. */
	assert_true(!daxplug_change_error(change) ==
		    (daxplug_change_reason(change) == DAXPLUG_REASON_UNKNOWN));
	daxplug_change_unref(change);
	return outcome;
}

/* Returns whether the change of the scenario is refused half-way. */
static bool is_refused(const struct walk *walk)
{
	return walk->scenario->fail_word ||
	       (walk->scenario->fail_unbind && walk->driver == PER_BLOCK);
}

/* One change with some faults; returns how many calls there were. */
static unsigned int run(struct walk *walk, struct faults with)
{
	struct daxplug *daxplug;
	enum daxplug_outcome outcome;
	const char *wrong;
	char message[700];

	set_up(walk);
	assert_int_equal(daxplug_new(walk->fixture.root, &daxplug), 0);
	daxplug->system = &system_fake;
	assert_int_equal(daxplug_scan(daxplug), 0);
	*faults = with;
	outcome = change(walk, daxplug_first(daxplug), message, sizeof(message));
	wrong = judge(walk, outcome);
	if (wrong)
		print_message("# %s, driver %d, calls %u %u %u-, errno %d: %s: %s (%s)\n",
			      walk->scenario->name, walk->driver, with.first, with.second,
			      with.from, with.err, wrong, daxplug_outcome_name(outcome), message);
	assert_null(wrong);
	/* If no other step fails, a refused change is rolled back. */
	if (!with.first && !with.from)
		assert_int_equal(outcome, is_refused(walk) ? DAXPLUG_OUTCOME_ROLLED_BACK
							   : DAXPLUG_OUTCOME_DONE);
	daxplug_unref(daxplug);
	fixture_remove(&walk->fixture);
	walk->runs++;
	return faults->calls;
}

static void walk_scenario(enum driver driver, const struct scenario *scenario)
{
	static const int errors[] = { ENOMEM, EIO, EACCES };
	struct walk walk = { .driver = driver, .scenario = scenario };
	unsigned int calls = run(&walk, (struct faults){ 0 }), i, j;
	/* All pairs where there is time; else some, other ones for each first call. */
	unsigned int step = getenv("DAXPLUG_TEST_LONG") ? 1 : 151;

	assert_true(calls > 20);
	for (i = 1; i <= calls; i++) {
		int err = errors[i % (sizeof(errors) / sizeof(errors[0]))];

		run(&walk, (struct faults){ .first = i, .err = err });
		run(&walk, (struct faults){ .from = i, .err = EACCES });
		for (j = i + 1 + i * 7 % step; j <= calls + 10; j += step)
			run(&walk, (struct faults){ .first = i, .second = j, .err = err });
	}
	print_message("# %s: %u calls, %u runs, %u incomplete\n", scenario->name, calls, walk.runs,
		      walk.incomplete);
}

static void walk_all(enum driver driver)
{
	unsigned int i;

	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		/* Without a state file a device that is bound has its blocks. */
		if (driver == PER_BLOCK && scenarios[i].bound && !scenarios[i].from)
			continue;
		walk_scenario(driver, &scenarios[i]);
	}
}

static void per_block(void **state)
{
	(void)state;
	walk_all(PER_BLOCK);
}

static void ours(void **state)
{
	(void)state;
	walk_all(OURS);
}

static void upstream(void **state)
{
	(void)state;
	walk_all(UPSTREAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(per_block),
		cmocka_unit_test(ours),
		cmocka_unit_test(upstream),
	};

	faults = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (faults == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
