// SPDX-License-Identifier: LGPL-2.1-or-later
/* Why a change failed, and what to do about it, in words. */
#include <errno.h>
#include <stdio.h>

#include "change.h"

static bool may_pass(int err)
{
	return err == -EBUSY || err == -EAGAIN || err == -EINTR || err == -ENOMEM;
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

static bool in_kernel_zone(const struct change *change, const struct block *block)
{
	if (block)
		return block->state == DAX_BLOCK_KERNEL;
	return change->device->counts.movable < change->device->counts.online;
}

/* What daxplug's driver says about the last failure, if it says anything. */
static void add_driver_words(struct change *change)
{
	char path[SYSFS_PATH_SIZE], words[200];
	struct report *report = &change->report;

	device_path(change->device, "kmem/last_failure", path);
	if (sysfs_read(change->device->daxplug, path, words, sizeof(words)) || !*words)
		return;
	report_error(report, report->err, "%s: the driver says: %s", change->device->name, words);
}

/* As fail(), for a block that does not go offline, or for all of them. */
int fail_unplug(struct change *change, int err, const struct block *block)
{
	fail(change, err, block, block ? "put offline" : "unplugged");
	if (!block)
		add_driver_words(change);

	if (err != -EBUSY && err != -EAGAIN)
		return err;
	if (in_kernel_zone(change, block))
		report_hint(&change->report,
			    "memory in a kernel zone may hold what cannot be moved; plug it with "
			    "--movable to be able to unplug it");
	else
		report_hint(&change->report,
			    "something keeps memory there from being moved, such as a pin by a "
			    "virtual machine or RDMA; stop it and try again");
	return err;
}

/* As fail(), for a block that does not go online, or for all of them. */
int fail_plug(struct change *change, int err, const struct block *block)
{
	fail(change, err, block, block ? "put online" : "plugged");
	if (!block)
		add_driver_words(change);

	if (err == -EBUSY)
		report_hint(&change->report, "the kernel log tells who refused: dmesg | grep -i -e "
					     "memory -e kmem");
	else if (err == -EHWPOISON || err == -EIO)
		report_hint(&change->report, "the memory may be damaged: see the kernel log");
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
	report_hint(&change->report, "a udev rule, a memory agent or another tool does that: stop it; "
				     "block by block there is no way to keep it out");
	return -EAGAIN;
}
