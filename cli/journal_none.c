// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of a build without libsystemd. */
#include <errno.h>

#include "journal.h"

void journal_begin(void)
{
}

void journal_write(const struct journal_result *result)
{
	(void)result;
}

int journal_read(const char *root, int64_t since, journal_visit *visit, void *data)
{
	(void)root, (void)since, (void)visit, (void)data;
	return -EOPNOTSUPP;
}
