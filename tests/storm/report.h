/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_REPORT_H
#define STORM_REPORT_H

/* note() - a line of TAP diagnostics */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* tally() - count a result (an errno, or 0) of an operation; for any thread */
void tally(const char *what, int err);
void tally_print(void);

/* remember() - add to the last actions, which history_print() prints, oldest first */
void remember(const char *format, ...) __attribute__((format(printf, 1, 2)));
void history_print(void);

/* errno_name() - "done" for 0 */
const char *errno_name(int err);

#endif
