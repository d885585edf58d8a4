/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_PROGRESS_H
#define DAXPLUG_PROGRESS_H

#include "libdaxplug.h"

/**
 * struct progress - a line on the terminal that says how far a change is
 * @began: when this phase began, in ms; 0 before
 * @phase: the phase
 * @shown: whether there is a line to be wiped
 */
struct progress {
	int64_t began;
	enum daxplug_phase phase;
	bool shown;
};

void progress_show(struct daxplug *daxplug, struct progress *progress);
void progress_wipe(struct progress *progress);
int64_t progress_now(void);

#endif /* DAXPLUG_PROGRESS_H */
