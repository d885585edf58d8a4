/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lengths of time and points in time, in human-readable form. */
#ifndef DAXPLUG_CLI_SPAN_H
#define DAXPLUG_CLI_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any span that can be written. */
#define SPAN_INFINITY INT64_MAX

/* For stamp_text(). */
#define STAMP_SIZE 40

bool span_parse(const char *text, int64_t *us);
bool stamp_parse(const char *text, int64_t now, int64_t *us);
void stamp_text(int64_t us, bool utc, char *text);
int64_t stamp_now(void);

#endif /* DAXPLUG_CLI_SPAN_H */
