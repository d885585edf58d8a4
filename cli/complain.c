// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said on standard error, and what the exit status says. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "command.h"

__attribute__((format(printf, 1, 0), nonnull)) static void say(const char *format,
							       va_list arguments, const char *end)
{
	fputs("daxplug: ", stderr);
	vfprintf(stderr, format, arguments);
	fputs(end, stderr);
}

/* One line on standard error. */
void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments, "\n");
	va_end(arguments);
}

/* The same for a command line that makes no sense; returns the exit status for it. */
int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments, "; daxplug --help tells more\n");
	va_end(arguments);
	return EXIT_USAGE;
}

/* The exit status for one device. */
int exit_status_of(int err, enum daxplug_outcome outcome)
{
	if (!err)
		return EXIT_DONE;
	if (outcome == DAXPLUG_OUTCOME_INCOMPLETE)
		return EXIT_INCOMPLETE;
	switch (err) {
	case -ENODEV:
		return EXIT_NO_DEVICE;
	case -EACCES:
	case -EPERM:
		return EXIT_NOT_PERMITTED;
	case -ETIMEDOUT:
		return EXIT_TIMED_OUT;
	case -ECANCELED:
	case -EINTR:
		return EXIT_INTERRUPTED;
	case -EOPNOTSUPP:
		return EXIT_NOT_SUPPORTED;
	default:
		return outcome == DAXPLUG_OUTCOME_REFUSED ? EXIT_REFUSED : EXIT_FAILED;
	}
}
