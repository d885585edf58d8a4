// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"

/* One for all: what changes a fixture is a child process with a copy of it. */
struct fake fake;

void fake_reset(struct fixture *fixture, const struct fixture_device *device)
{
	fake = (struct fake){
		.fixture = fixture,
		.device = *device,
		.has_state = device->state,
		.policy = "offline",
		.fail_block = -1,
		.lie_block = -1,
		.intruder = -1,
		.rival = -1,
		.binds_to = "kmem",
	};
}

static int take_time(int ms, bool deaf)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (ms && nanosleep(&time, &time))
		if (!deaf)
			return -EINTR;
	return 0;
}

static void switch_block(unsigned int number, const char *word)
{
	if (!strcmp(word, "offline"))
		fixture_add_block(fake.fixture, number, "offline", "Normal Movable");
	else
		fixture_add_block(fake.fixture, number, "online",
				  strcmp(word, "online_movable") ? "Normal" : "Movable");
}

static bool block_is(unsigned int number, const char *wanted)
{
	char path[128], state[32];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%u/state", number);
	fixture_read(fake.fixture, path, state, sizeof(state));
	return !strcmp(state, wanted);
}

/* The kernel has nothing to do for a block that is online, or offline, already. */
static bool is_so(unsigned int number, const char *word)
{
	return block_is(number, "offline") == !strcmp(word, "offline");
}

static int write_block(unsigned int number, const char *word)
{
	if (number == fake.rival && !is_so(number, fake.rival_word))
		switch_block(number, fake.rival_word);
	if (number == fake.fail_block && !strcmp(word, fake.fail_word) && fake.fail_times > 0) {
		fake.fail_times--;
		return fake.fail_err;
	}
	if (block_is(number, ""))
		return -ENOENT;
	if (is_so(number, word))
		return -EINVAL;
	switch_block(number, word);
	if (fake.intruder >= 0 && number != fake.intruder && !strcmp(word, "offline") &&
	    block_is(fake.intruder, "offline"))
		switch_block(fake.intruder, "online_kernel");
	return 0;
}

static void write_word(const char *word)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/state", fake.device.name);
	fixture_write(fake.fixture, path, "%s\n", word);
}

static void add_blocks(const char *word)
{
	unsigned int i, number;

	for (i = 0; i < fake.device.blocks; i++) {
		number = fake.device.first + i;
		switch_block(number, number == fake.lie_block ? "offline" : word);
	}
}

static unsigned int present_blocks(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < fake.device.blocks; i++)
		count += !block_is(fake.device.first + i, "");
	return count;
}

/* As only a driver does that says what its last failure was. */
static void count_failure(void)
{
	char failure[96], failures[96], text[64];
	unsigned int count = 0;

	snprintf(failure, sizeof(failure), "sys/bus/dax/devices/%s/kmem/last_failure",
		 fake.device.name);
	snprintf(failures, sizeof(failures), "sys/bus/dax/devices/%s/kmem/transitions_failed",
		 fake.device.name);
	fixture_read(fake.fixture, failure, text, sizeof(text));
	if (!*text)
		return;
	fixture_read(fake.fixture, failures, text, sizeof(text));
	sscanf(text, "refused %u", &count);
	fixture_write(fake.fixture, failures, "refused %u\nslab 3\n", count + 1);
}

static int write_device(const char *word)
{
	unsigned int i;

	if (fake.fail_state && !strcmp(fake.fail_state, word)) {
		if (!fake.waits)
			count_failure();
		return fake.fail_state_err;
	}
	if (!strcmp(word, "unplugged")) {
		for (i = 0; i < fake.device.blocks; i++)
			fixture_delete_block(fake.fixture, fake.device.first + i);
	} else {
		if (present_blocks())
			return -EBUSY;
		add_blocks(word);
	}
	write_word(word);
	return 0;
}

static int fake_write(struct daxplug *daxplug, const char *path, const char *text)
{
	unsigned int number;
	int err;

	(void)daxplug;
	take_time(fake.late_ms, true);
	err = take_time(fake.slow_ms, fake.deaf);
	if (err)
		return err;
	if (sscanf(path, MEMORY_BLOCKS "/memory%u/state", &number) == 1)
		return write_block(number, text);
	return write_device(text);
}

static int fake_bind(struct daxplug *daxplug, const char *device)
{
	char path[128], driver[64];

	(void)daxplug;
	take_time(fake.bind_ms, true);
	if (fake.fail_bind)
		return fake.fail_bind;
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/driver", device);
	snprintf(driver, sizeof(driver), "../bus/dax/drivers/%s", fake.binds_to);
	fixture_link(fake.fixture, path, driver);
	if (strcmp(fake.binds_to, "kmem"))
		return 0;
	add_blocks(fake.policy);
	if (fake.has_state)
		write_word(fake.policy);
	return 0;
}

static int fake_unbind(struct daxplug *daxplug, const char *device)
{
	char path[128];
	unsigned int i;

	(void)daxplug;
	if (fake.fail_unbind)
		return fake.fail_unbind;
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/driver", device);
	fixture_delete(fake.fixture, path);
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/state", device);
	fixture_delete(fake.fixture, path);
	for (i = 0; i < fake.device.blocks; i++)
		if (block_is(fake.device.first + i, "offline"))
			fixture_delete_block(fake.fixture, fake.device.first + i);
	return 0;
}

const struct system_ops system_fake = {
	.write = fake_write,
	.bind = fake_bind,
	.unbind = fake_unbind,
};
