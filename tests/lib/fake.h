/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake kernel: a write to a fixture changes the fixture as the kernel would
 * change sysfs, or fails as the test has asked.
 */
#ifndef DAXPLUG_TESTS_FAKE_H
#define DAXPLUG_TESTS_FAKE_H

#include "fixture.h"
#include "handle.h"

/**
 * struct fake - the behaviour of the fake kernel; set by a test before the change
 * @fixture: the tree
 * @device: the device, which is the only one
 * @has_state: whether the driver has a state file
 * @policy: the state of blocks after a bind, such as "offline", "online_kernel"
 * @fail_block: N of memoryN that does not take @fail_word, or -1
 * @fail_word: the word
 * @fail_err: a negative errno for that
 * @fail_times: how often it fails
 * @fail_state: a word for the state file that fails, or NULL
 * @fail_state_err: a negative errno for that
 * @fail_leaves: N of memoryN that such a failure leaves offline, or -1
 * @hide_zone: N of memoryN whose zone cannot be read once a block goes offline, or -1
 * @waits: the write of @fail_state fails before its turn, which daxplug's driver does not count
 * @bind_ms: how long binding takes, even if a signal arrives
 * @fail_bind: a negative errno for binding, or 0
 * @bind_lies: a negative errno that a successful bind returns, or 0
 * @binds_to: the driver that a device is bound to in the end
 * @fail_unbind: a negative errno for unbinding, or 0
 * @needs_id: the driver binds the device only by its name, given to new_id
 * @has_id: new_id has the name
 * @no_driver: there is no module kmem
 * @fail_reclaim: a negative errno for reclaiming, or 0
 * @fail_setting: a negative errno for kmem/guard, faulty_pages and the like, or 0
 * @busy_reclaims: how often a node cannot be reclaimed because another task does that
 * @pool: nr_hugepages of a pool whose free pages are on the device, or NULL
 * @pool_left: its pages left when a block has gone offline
 * @system_pool: nr_hugepages of the machine, or NULL
 * @system_pool_left: its pages left then
 * @fail_pool: the most pages to which it can grow again, or 0
 * @lie_block: N of memoryN that stays offline although the plug succeeds, or -1
 * @intruder: N of memoryN that another process puts online whenever a block goes offline, or -1
 * @rival: N of memoryN to whose state another process writes @rival_word first, or -1
 * @rival_word: the word
 * @late_ms: the delay before a write begins; a signal during the delay is lost
 * @slow_ms: how long each write takes; a signal ends it
 * @deaf: no signal ends a write
 * @keep_setting: a setting that takes no value but 0, or NULL
 * @node_setting: a setting that goes with the memory of the device, or NULL
 * @move_err: a negative errno for moving pages, or 0
 * @move_first: how many pages are moved before that
 * @move_ms: how long a call that moves pages takes
 * @room: how many pages node 0 has free, above a high watermark of 100; -1 if that does
 *	not change
 * @emptied: the PID of a process that has no memory once pages of it have moved, or 0
 * @page_out_err: a negative errno for swapping pages out, or 0
 * @kept_page: the address of a page that cannot be swapped out, or 0
 * @stuck_page: the address of a page that cannot be moved, or 0
 * @moves: counts the calls that move pages, in the process of the caller
 * @freed_pool: the free_hugepages of the pool that gets free pages once pages have moved, or NULL
 * @pool_takes_room: whether no node has free memory once the size of a pool was changed
 */
struct fake {
	struct fixture *fixture;
	struct fixture_device device;
	bool has_state;
	const char *policy;
	int64_t fail_block;
	const char *fail_word;
	int fail_err;
	int fail_times;
	const char *fail_state;
	int fail_state_err;
	int64_t fail_leaves;
	int64_t hide_zone;
	bool waits;
	int bind_ms;
	int fail_bind;
	int bind_lies;
	const char *binds_to;
	int fail_unbind;
	bool needs_id;
	bool has_id;
	bool no_driver;
	int fail_reclaim;
	int fail_setting;
	int busy_reclaims;
	const char *pool;
	unsigned int pool_left;
	const char *system_pool;
	unsigned int system_pool_left;
	unsigned int fail_pool;
	int64_t lie_block;
	int64_t intruder;
	int64_t rival;
	const char *rival_word;
	int late_ms;
	int slow_ms;
	bool deaf;
	const char *keep_setting;
	const char *node_setting;
	int move_err;
	unsigned int move_first;
	int move_ms;
	int64_t room;
	int emptied;
	int page_out_err;
	uint64_t kept_page;
	uint64_t stuck_page;
	const char *freed_pool;
	bool pool_takes_room;
	unsigned int moves;
};

/* Pages that were moved to node N are at this frame plus N. */
#define FAKE_FRAME 0x100

extern struct fake fake;
extern const struct system_ops system_fake;

void fake_reset(struct fixture *fixture, const struct fixture_device *device);
/* Sets all blocks of the device to the state of a word. */
void fake_add_blocks(const char *word);

#endif /* DAXPLUG_TESTS_FAKE_H */
