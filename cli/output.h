/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output, and its errors. */
#ifndef DAXPLUG_CLI_OUTPUT_H
#define DAXPLUG_CLI_OUTPUT_H

#include <stdbool.h>

void output_prepare(void);
bool output_flush(void);
bool output_failed(void);
int output_finish(int status, bool changes_memory);

#endif /* DAXPLUG_CLI_OUTPUT_H */
