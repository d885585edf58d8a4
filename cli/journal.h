/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the results of changes to the systemd journal, and reads them back
 * together with the driver's messages. A build without libsystemd has no
 * journal.
 */
#ifndef DAXPLUG_CLI_JOURNAL_H
#define DAXPLUG_CLI_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "libdaxplug.h"
#include "monitor_line.h"

typedef void journal_visit(const struct journal_entry *entry, void *data);

/**
 * struct journal_result - the result of a change, or of a refusal of several changes together
 * @device: the device, or an orphaned range
 * @action: the action
 * @outcome: the outcome
 * @exit_status: the exit status for this device alone
 * @failed: whether it has failed, for @reason
 * @reason: the reason
 * @message: the message, or empty
 * @before: the state before
 * @state: the state now
 * @duration: in ms
 * @moved: bytes that a drain has moved
 */
struct journal_result {
	const char *device;
	enum daxplug_action action;
	enum daxplug_outcome outcome;
	int exit_status;
	bool failed;
	enum daxplug_reason reason;
	const char *message;
	enum daxplug_state before;
	enum daxplug_state state;
	int64_t duration;
	uint64_t moved;
};

void journal_begin(void);
void journal_write(const struct journal_result *result);
int journal_read(const char *root, int64_t since, journal_visit *visit, void *data);

#endif /* DAXPLUG_CLI_JOURNAL_H */
