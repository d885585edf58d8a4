/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_TERMINAL_H
#define DAXPLUG_CLI_TERMINAL_H

#include <stdbool.h>

bool terminal_is_smart(int fd);
unsigned int terminal_width(int fd);

#endif /* DAXPLUG_CLI_TERMINAL_H */
