// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "step.h"

/**
 * dax_step_text() - the text for a step in the log
 * @step: the step
 *
 * Return: a past participle, as in "could not be added"; a constant.
 */
const char *dax_step_text(enum dax_step step)
{
	switch (step) {
	case DAX_STEP_FIND:
		return "found";
	case DAX_STEP_OFFLINE:
		return "taken offline";
	case DAX_STEP_REMOVE:
		return "removed";
	case DAX_STEP_RESERVE:
		return "reserved";
	case DAX_STEP_ADD:
		return "added";
	case DAX_STEP_ONLINE:
		return "put online";
	default:
		return "";
	}
}
