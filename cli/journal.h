/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the results of changes to the systemd journal, and reads them back
 * together with the driver's messages. A build without libsystemd has no
 * journal.
 */
#ifndef DAXPLUG_CLI_JOURNAL_H
#define DAXPLUG_CLI_JOURNAL_H

#include <stdint.h>

#include "libdaxplug.h"
#include "monitor_line.h"

typedef void journal_visit(const struct journal_entry *entry, void *data);

void journal_write(const struct daxplug_change *change);
int journal_read(const char *root, int64_t since, journal_visit *visit, void *data);

#endif /* DAXPLUG_CLI_JOURNAL_H */
