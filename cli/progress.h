/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_PROGRESS_H
#define DAXPLUG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum progress_style - how progress is shown on standard error
 * @PROGRESS_AUTO: as a line that is overwritten, if standard error is a
 *	terminal that supports it
 * @PROGRESS_NEVER: not at all
 * @PROGRESS_JSON: as one JSON object for each line
 */
enum progress_style { PROGRESS_AUTO, PROGRESS_NEVER, PROGRESS_JSON };

/**
 * struct progress - the progress of a running change
 * @style: how progress is shown
 * @device: its device
 * @phase: its phase, in a word or two
 * @began: when this phase began, in ms; 0 before the first
 * @last: when it was last shown, in ms
 * @line: whether there is a line to clear
 */
struct progress {
	enum progress_style style;
	const char *device;
	const char *phase;
	int64_t began;
	int64_t last;
	bool line;
};

/**
 * struct progress_amount - the completed part of a phase
 * @done: the completed number
 * @total: the total number; 0 if it does not matter
 * @bytes: whether the numbers are bytes, not memory blocks
 * @finite: whether the remaining time can be estimated
 * @waits_for: the PID of the process that the phase waits for, or 0
 */
struct progress_amount {
	uint64_t done;
	uint64_t total;
	bool bytes;
	bool finite;
	int waits_for;
};

bool progress_parse(const char *text, enum progress_style *style);
void progress_update(struct progress *progress, const char *phase,
		     const struct progress_amount *amount);
void progress_wipe(struct progress *progress);
int64_t progress_now(void);

#endif /* DAXPLUG_CLI_PROGRESS_H */
