// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "status.h"

/* The exit status for a change that was not begun, or would not be. */
static int status_of_reason(enum daxplug_reason reason)
{
	switch (reason) {
	case DAXPLUG_REASON_PERMISSION:
	case DAXPLUG_REASON_UNREADABLE:
	case DAXPLUG_REASON_WORKER:
	case DAXPLUG_REASON_NO_MEMORY:
		return EXIT_CANNOT_TELL;
	case DAXPLUG_REASON_TIMEOUT:
	case DAXPLUG_REASON_LOCKED:
		return EXIT_TIMED_OUT;
	case DAXPLUG_REASON_UNSUPPORTED:
	case DAXPLUG_REASON_NO_BLOCKS:
	case DAXPLUG_REASON_NO_DRIVER:
		return EXIT_NOT_SUPPORTED;
	default:
		return EXIT_REFUSED;
	}
}

/**
 * status_of_change() - the exit status for one change
 * @change: the change, ended
 *
 * Return: an exit status.
 */
int status_of_change(const struct daxplug_change *change)
{
	switch (daxplug_change_outcome(change)) {
	case DAXPLUG_OUTCOME_DONE:
	case DAXPLUG_OUTCOME_UNCHANGED:
	case DAXPLUG_OUTCOME_DRY_RUN:
		return EXIT_DONE;
	case DAXPLUG_OUTCOME_ROLLED_BACK:
		return daxplug_change_error(change) == -ETIMEDOUT ? EXIT_TIMED_OUT : EXIT_FAILED;
	case DAXPLUG_OUTCOME_REFUSED:
		if (daxplug_change_error(change) == -EOPNOTSUPP)
			return EXIT_NOT_SUPPORTED;
		return status_of_reason(daxplug_change_reason(change));
	default:
		return EXIT_INCOMPLETE;
	}
}

/* The exit status for the verdict of a forecast. */
int status_of_forecast(const struct daxplug_forecast *forecast)
{
	switch (daxplug_forecast_verdict(forecast)) {
	case DAXPLUG_VERDICT_GO:
		return EXIT_DONE;
	case DAXPLUG_VERDICT_REFUSED:
		return status_of_reason(daxplug_forecast_reason(forecast));
	default:
		return EXIT_CANNOT_TELL;
	}
}

/* Combines exit statuses: the common one if they agree. */
int status_combine(int so_far, int status)
{
	return so_far == NO_STATUS || so_far == status ? status : EXIT_MIXED;
}

/**
 * status_without_json() - the exit status if the JSON could not be printed for lack of memory
 * @status: the exit status of the command
 * @changes_memory: whether the command may have changed memory; then its status stays the same
 *
 * Return: the exit status.
 */
int status_without_json(int status, bool changes_memory)
{
	return status || changes_memory ? status : EXIT_CANNOT_TELL;
}
