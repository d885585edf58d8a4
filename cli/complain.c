// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "safe.h"
#include "status.h"

/* The command whose --help a usage error points to, or an empty string. */
static const char *usage_verb = "";

/**
 * print_error_line() - write a line to standard error with one write()
 * @text: the line, without a newline
 *
 * A single write() keeps the lines of processes that share standard error from
 * mixing.
 */
void print_error_line(const char *text)
{
	char *line = NULL;
	int length = asprintf(&line, "%s\n", text);
	ssize_t written = length < 0 ? -1 : write(STDERR_FILENO, line, length);

	/* There is nowhere else to report a failed write. */
	(void)written;
	free(line);
}

__attribute__((format(printf, 2, 0))) static void say(const char *end, const char *format,
						      va_list arguments)
{
	char *text = NULL, *safe = NULL, *line = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	if (text)
		safe = safe_text(text);
	if (safe && asprintf(&line, "daxplug: %s%s", safe, end) < 0)
		line = NULL;
	print_error_line(line ? line : "daxplug: out of memory");
	free(line);
	free(safe);
	free(text);
}

/**
 * complain() - print an error message of one line
 * @format: as for printf(), without a newline
 */
void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

/* Makes usage errors point to the help of this command. */
void usage_of(const char *verb)
{
	usage_verb = verb;
}

/**
 * usage_error() - print an error message about the command line
 * @format: as for printf()
 *
 * Return: the exit status of a usage error.
 */
int usage_error(const char *format, ...)
{
	char end[80];
	va_list arguments;

	snprintf(end, sizeof(end), " (see 'daxplug %s%s--help')", usage_verb,
		 *usage_verb ? " " : "");
	va_start(arguments, format);
	say(end, format, arguments);
	va_end(arguments);
	return EXIT_USAGE;
}
