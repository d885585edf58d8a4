// SPDX-License-Identifier: LGPL-2.1-or-later
/* Why a change failed, and what to do about it, in words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "parse.h"

#define KERNEL_ZONE_HINT                                                                           \
	"memory in a kernel zone may hold what cannot be moved; plug it with --movable to be "     \
	"able to unplug it"
#define PIN_HINT                                                                                   \
	"something keeps memory there from being moved, such as a pin by a virtual machine or "    \
	"RDMA; stop it and try again"

static bool may_pass(int err)
{
	return err == -EBUSY || err == -EAGAIN || err == -EINTR || err == -ENOMEM ||
	       err == -ETIMEDOUT;
}

/**
 * fail() - a change has failed
 * @change: the change; its outcome is left to whoever undoes it
 * @err: a negative errno
 * @block: the block at which it failed, or NULL
 * @what: what could not be done, as in "memory42 could not be ..."
 *
 * Return: @err.
 */
int fail(struct change *change, int err, const struct block *block, const char *what)
{
	struct report *report = &change->report;
	char words[64], subject[48] = "its memory";

	report->block = block ? (int64_t)block->number : -1;
	report->retry = may_pass(err);
	report->hint[0] = '\0';
	if (block)
		snprintf(subject, sizeof(subject), "memory%llu", (unsigned long long)block->number);
	return report_error(report, err, "%s: %s could not be %s: %s", change->device->name,
			    subject, what, report_errno(err, words, sizeof(words)));
}

static const struct {
	const char *reason;
	const char *words;
	const char *hint;
} reasons[] = {
	{ "slab", "the kernel keeps objects of its own in it", KERNEL_ZONE_HINT },
	{ "page_table", "page tables lie in it", KERNEL_ZONE_HINT },
	{ "reserved", "reserved pages lie in it", KERNEL_ZONE_HINT },
	{ "kernel", "the kernel uses memory in it", KERNEL_ZONE_HINT },
	{ "pinned", "memory in it is pinned", PIN_HINT },
	{ "huge_page", "a huge page in it has nowhere to go",
	  "free huge pages, or reserve some on another node" },
	{ "no_memory", "there is not enough memory", "free memory or add swap" },
	{ "refused", "a part of the kernel refused", "the kernel log may tell who" },
	{ "poisoned", "a page of it has a hardware fault", "see the kernel log" },
	{ "in_use", "something else has a part of its address range", "see /proc/iomem" },
	{ "suspend", "the system went to sleep", "" },
	{ "unbind", "the device was unbound", "" },
	{ "unload", "the driver was unloaded", "" },
	{ "timeout", "it took longer than kmem/timeout_ms of the device allows", "" },
};

static void add_reason(struct change *change, const char *reason)
{
	struct report *report = &change->report;
	size_t length = strlen(report->message);
	unsigned int i;

	if (!strcmp(reason, "suspend")) /* awake again */
		report->retry = true;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].reason, reason))
			continue;
		snprintf(report->message + length, sizeof(report->message) - length, ": %s",
			 reasons[i].words);
		report_hint(report, "%s", reasons[i].hint);
	}
}

static int block_of(const char *line, struct block *block)
{
	char name[32];

	if (parse_value(line, "block", name, sizeof(name)) || strncmp(name, "memory", 6))
		return -ENODATA;
	return parse_number(name + 6, &block->number);
}

/* Each line is a cause and how often it was one. */
static uint64_t sum_of(const struct change *change, const char *attribute)
{
	char path[SYSFS_PATH_SIZE], text[512];
	const char *number;
	uint64_t sum = 0;

	device_path(change->device, attribute, path);
	if (sysfs_read(change->device->daxplug, path, text, sizeof(text)))
		return 0;
	for (number = strchr(text, ' '); number; number = strchr(number + 1, ' '))
		sum += strtoull(number, NULL, 10);
	return sum;
}

/**
 * failures_counted() - how many transitions of a device daxplug's driver has seen fail
 * @change: the change
 *
 * It counts, and says in last_failure, what has failed once it had its turn; a write that
 * has to wait, and comes back before, leaves there what was said of an earlier one.
 *
 * Return: those that failed and those that were cancelled; 0 with another driver.
 */
uint64_t failures_counted(const struct change *change)
{
	return sum_of(change, "kmem/transitions_failed") +
	       sum_of(change, "kmem/transitions_cancelled");
}

/*
 * What daxplug's driver says about its last failure, if that was one to get to
 * a state: which block, and why.
 */
static void add_driver_words(struct change *change, const char *what, enum daxplug_state wanted)
{
	char path[SYSFS_PATH_SIZE], line[320], value[32];
	int err = change->report.err;
	struct block block;

	if (failures_counted(change) == change->failures)
		return;
	device_path(change->device, "kmem/last_failure", path);
	if (sysfs_read(change->device->daxplug, path, line, sizeof(line)) ||
	    parse_value(line, "wanted", value, sizeof(value)) ||
	    strcmp(value, daxplug_state_name(wanted)))
		return;

	if (!block_of(line, &block))
		fail(change, err, &block, what);
	if (!parse_value(line, "reason", value, sizeof(value)))
		add_reason(change, value);
	if (!parse_value(line, "rollback", value, sizeof(value))) {
		change->report.outcome = DAXPLUG_OUTCOME_INCOMPLETE;
		report_hint(&change->report, "see daxplug show %s and the kernel log",
			    change->device->name);
	}
}

static bool in_kernel_zone(const struct change *change, const struct block *block)
{
	if (block)
		return block->state == DAX_BLOCK_KERNEL;
	return change->device->counts.movable < change->device->counts.online;
}

/* As fail(), for a block that does not go offline, or for all of them. */
int fail_unplug(struct change *change, int err, const struct block *block)
{
	fail(change, err, block, block ? "put offline" : "unplugged");
	if (err == -EBUSY || err == -EAGAIN)
		report_hint(&change->report, "%s",
			    in_kernel_zone(change, block) ? KERNEL_ZONE_HINT : PIN_HINT);
	if (!block)
		add_driver_words(change, "put offline", DAXPLUG_STATE_UNPLUGGED);
	return err;
}

/* As fail(), for a block that does not go online, or for all of them. */
int fail_plug(struct change *change, int err, const struct block *block, enum daxplug_state wanted)
{
	fail(change, err, block, block ? "put online" : "plugged");
	if (err == -EBUSY)
		report_hint(&change->report,
			    "the kernel log tells who refused: dmesg | grep -i -e memory -e kmem");
	else if (err == -EHWPOISON || err == -EIO)
		report_hint(&change->report, "the memory may be damaged: see the kernel log");
	if (!block)
		add_driver_words(change, "put online", wanted);
	return err;
}

/**
 * fail_interference() - somebody else switched a block during a change
 * @change: the change
 * @block: the block
 *
 * Return: -EAGAIN.
 */
int fail_interference(struct change *change, const struct block *block)
{
	fail(change, -EAGAIN, block, "kept");
	report_error(&change->report, -EAGAIN, "%s: somebody else switched memory%llu meanwhile",
		     change->device->name, (unsigned long long)block->number);
	report_hint(&change->report,
		    "a udev rule, a memory agent or another tool does that: stop it; "
		    "block by block there is no way to keep it out");
	return -EAGAIN;
}
