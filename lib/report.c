// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "handle.h"
#include "report.h"

/**
 * report_clear() - nothing has failed
 * @report: the report
 */
void report_clear(struct report *report)
{
	*report = (struct report){ .outcome = DAXPLUG_OUTCOME_DONE, .block = -1 };
}

/**
 * report_error() - say what happened
 * @report: the report; its outcome, block and hint are left alone
 * @err: a negative errno
 * @format: one line, without a newline
 *
 * Return: @err.
 */
int report_error(struct report *report, int err, const char *format, ...)
{
	va_list arguments;

	report->err = err;
	va_start(arguments, format);
	vsnprintf(report->message, sizeof(report->message), format, arguments);
	va_end(arguments);
	return err;
}

/**
 * report_hint() - say what can be done about it
 * @report: the report
 * @format: one line, without a newline
 */
void report_hint(struct report *report, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->hint, sizeof(report->hint), format, arguments);
	va_end(arguments);
}

/**
 * report_errno() - the words for an errno, whatever the locale and the thread
 * @err: a negative errno
 * @text: room for them
 * @size: how much
 *
 * Return: @text.
 */
const char *report_errno(int err, char *text, size_t size)
{
	const char *words = strerrordesc_np(-err);

	if (words)
		snprintf(text, size, "%s", words);
	else
		snprintf(text, size, "error %d", -err);
	return text;
}

const char *daxplug_message(const struct daxplug *daxplug)
{
	return daxplug->report.message;
}

const char *daxplug_hint(const struct daxplug *daxplug)
{
	return daxplug->report.hint;
}

enum daxplug_outcome daxplug_outcome(const struct daxplug *daxplug)
{
	return daxplug->report.outcome;
}

bool daxplug_retry_helps(const struct daxplug *daxplug)
{
	return daxplug->report.retry;
}

int64_t daxplug_failed_block(const struct daxplug *daxplug)
{
	return daxplug->report.block;
}
