// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "output.h"
#include "status.h"

/* The errno of the first failed write to standard output, or 0. */
static int first_error;

/**
 * output_prepare() - make standard input, output and error safe to use
 *
 * Opens /dev/null for closed ones, so that no other file gets their numbers. Ignores SIGPIPE, so
 * that a write to a pipe without a reader fails instead of killing a change half-way.
 */
void output_prepare(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	signal(SIGPIPE, SIG_IGN);
}

/**
 * output_flush() - write the buffers
 *
 * Return: true if standard output can still be written to.
 */
bool output_flush(void)
{
	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && !first_error)
		first_error = errno ? errno : EIO;
	return !first_error;
}

/* Whether standard output could not be written to. A closed pipe is not an error. */
bool output_failed(void)
{
	return !output_flush() && first_error != EPIPE;
}

/**
 * output_finish() - flush standard output and determine the exit status
 * @status: the exit status of the command
 * @changes_memory: whether it is a command that changes memory
 *
 * The status of a command that changes memory stays the same even if standard output could not be
 * written.
 *
 * Return: the exit status of the process.
 */
int output_finish(int status, bool changes_memory)
{
	if (!output_failed())
		return status;
	complain("cannot write to standard output: %s", strerror(first_error));
	return status || changes_memory ? status : EXIT_FAILED;
}
