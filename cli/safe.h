/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from sysfs or the command line may contain any byte; this makes them safe for a terminal
 * and JSON.
 */
#ifndef DAXPLUG_CLI_SAFE_H
#define DAXPLUG_CLI_SAFE_H

char *safe_text(const char *text);
char *safe_utf8(const char *text);
void print_safe(const char *text);

#endif /* DAXPLUG_CLI_SAFE_H */
