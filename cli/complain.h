/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines on standard error. */
#ifndef DAXPLUG_CLI_COMPLAIN_H
#define DAXPLUG_CLI_COMPLAIN_H

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void usage_of(const char *verb);
void print_error_line(const char *text);

#endif /* DAXPLUG_CLI_COMPLAIN_H */
