/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_HANDLE_H
#define DAXPLUG_HANDLE_H

#include "libdaxplug.h"
#include "report.h"
#include "system.h"

/**
 * struct daxplug - a view of a system
 * @refs: number of references, including one for each device that the caller or another object
 *	holds
 * @free: frees the handle when its last reference is dropped
 * @root: a descriptor of the directory that contains sys/ and proc/
 * @live: whether that directory is the root of this system
 * @brief: read only the counts of blocks if daxplug's driver provides them
 * @system: the functions that change the system; replaced in tests
 * @block_size: the size of memory blocks in bytes; 0 if unknown
 * @devices: all devices, ordered, @count of them
 * @count: number of devices
 * @orphans: all orphaned ranges, ordered, @orphan_count of them
 * @orphan_count: number of orphaned ranges
 * @report: the report of the last call that failed
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

/* Drops a reference; called for devices too, which cannot call up to handle.c. */
static inline void handle_put(struct daxplug *daxplug)
{
	if (!--daxplug->refs)
		daxplug->free(daxplug);
}

int handle_copy(const struct daxplug *daxplug, struct daxplug **copy);
int orphans_read(struct daxplug *daxplug);
void orphans_forget(struct daxplug *daxplug);

#endif /* DAXPLUG_HANDLE_H */
