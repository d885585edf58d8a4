/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines that monitor prints, as text or JSON. */
#ifndef DAXPLUG_CLI_MONITOR_LINE_H
#define DAXPLUG_CLI_MONITOR_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "libdaxplug.h"

/**
 * struct journal_entry - an entry of the journal
 * @us: its time, in microseconds since the epoch
 * @device: the device, or an orphaned range
 * @source: "result" of a daxplug command, or "kernel" for a message of the driver
 * @message: the line
 * @action: the action of the command, or empty
 * @outcome: the outcome, or empty
 * @reason: the reason of a failure, or empty
 * @state_before: the state before, or empty
 * @state: the state after, or empty
 */
struct journal_entry {
	int64_t us;
	const char *device;
	const char *source;
	const char *message;
	const char *action;
	const char *outcome;
	const char *reason;
	const char *state_before;
	const char *state;
};

void monitor_line_event(const struct daxplug_event *event, bool json);
void monitor_line_entry(const struct journal_entry *entry, bool json);

#endif /* DAXPLUG_CLI_MONITOR_LINE_H */
