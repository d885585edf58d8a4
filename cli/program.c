// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signals.h"
#include "program.h"

extern char **environ;

/*
 * This process ignores SIGPIPE and blocks the signals that it reads from a descriptor; a program
 * that it starts must do neither.
 */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t ignored, mask;
	int err;

	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	signals_mask_before(&mask);
	err = posix_spawnattr_setsigdefault(attributes, &ignored);
	if (!err)
		err = posix_spawnattr_setsigmask(attributes, &mask);
	return err ? err
		   : posix_spawnattr_setflags(attributes,
					      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int spawn(const char *const *command, int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err = posix_spawn_file_actions_init(&actions);

	if (err)
		return err;
	err = posix_spawnattr_init(&attributes);
	if (err) {
		posix_spawn_file_actions_destroy(&actions);
		return err;
	}
	err = set_signals(&attributes);
	if (!err && output >= 0)
		err = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (!err)
		err = posix_spawnp(pid, command[0], &actions, &attributes, (char *const *)command,
				   environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/**
 * program_run() - run a program and wait until it ends
 * @command: the program and its arguments, NULL-terminated
 * @output: the descriptor that becomes its standard output; -1 for that of this process
 * @status: set to its exit status; -1 if a signal ended it
 *
 * Return: 0; or a negative errno if the program could not be run.
 */
int program_run(const char *const *command, int output, int *status)
{
	int err, how;
	pid_t pid;

	err = spawn(command, output, &pid);
	if (err)
		return -err;
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
	return 0;
}
