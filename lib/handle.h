/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_HANDLE_H
#define DAXPLUG_HANDLE_H

#include "libdaxplug.h"
#include "report.h"
#include "system.h"

/**
 * struct daxplug - a view of a system
 * @refs: how many references there are; one for each device that the caller or another
 *	object holds is among them
 * @free: frees it once the last reference is gone
 * @root: the directory that holds sys/ and proc/, open
 * @live: whether that is the root of this system
 * @brief: read only the counts of blocks where daxplug's driver tells them
 * @system: how the system is changed; another than the real one in tests
 * @block_size: of memory blocks, in bytes; 0 if unknown
 * @devices: all devices, ordered, @count of them
 * @count: how many
 * @orphans: all orphaned ranges, ordered, @orphan_count of them
 * @orphan_count: how many
 * @report: about the last call that failed
 */
struct daxplug {
	unsigned int refs;
	void (*free)(struct daxplug *daxplug);
	int root;
	bool live;
	bool brief;
	const struct system_ops *system;
	uint64_t block_size;
	struct daxplug_device **devices;
	unsigned int count;
	struct daxplug_orphan *orphans;
	unsigned int orphan_count;
	struct report report;
};

/* Drops a reference; devices, which are below handles, do so too. */
static inline void handle_put(struct daxplug *daxplug)
{
	if (!--daxplug->refs)
		daxplug->free(daxplug);
}

int handle_copy(const struct daxplug *daxplug, struct daxplug **copy);
int orphans_read(struct daxplug *daxplug);
void orphans_forget(struct daxplug *daxplug);

#endif /* DAXPLUG_HANDLE_H */
