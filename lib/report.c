// SPDX-License-Identifier: LGPL-2.1-or-later
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

/**
 * report_clear() - reset a report: nothing has failed
 * @report: the report
 */
void report_clear(struct report *report)
{
	*report = (struct report){ .block = -1, .pfn = -1 };
}

/**
 * report_error() - record a failure
 * @report: the report; its outcome, block and hint do not change
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
 * report_hint() - set the remedy
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
 * report_errno() - describe an errno in English, regardless of the thread's
 * locale
 * @err: a negative errno
 * @text: set to the description
 * @size: the size of @text
 *
 * Return: @text.
 */
const char *report_errno(int err, char *text, size_t size)
{
	locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	snprintf(text, size, "error %d", -err);
	if (english) {
		snprintf(text, size, "%s", strerror_l(-err, english));
		freelocale(english);
	}
	return text;
}
