/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_ORPHAN_H
#define DAXPLUG_ORPHAN_H

#include "libdaxplug.h"

#define ORPHAN_NAME_SIZE 48

/**
 * struct daxplug_orphan - an orphaned range, as it was when last read
 * @daxplug: its handle
 * @name: its name
 * @node_err: 0, or the negative errno for which its node is unknown
 *
 * The other members are as the public functions describe them.
 */
struct daxplug_orphan {
	struct daxplug *daxplug;
	char name[ORPHAN_NAME_SIZE];
	uint64_t start;
	uint64_t end;
	int node;
	int node_err;
	int64_t blocks;
	int64_t online;
	int quarantined;
};

void orphan_path(const char *name, const char *attribute, char *path);

#endif /* DAXPLUG_ORPHAN_H */
