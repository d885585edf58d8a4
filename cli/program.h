/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs other programs. */
#ifndef DAXPLUG_CLI_PROGRAM_H
#define DAXPLUG_CLI_PROGRAM_H

int program_run(const char *const *command, int output, int *status);

#endif /* DAXPLUG_CLI_PROGRAM_H */
