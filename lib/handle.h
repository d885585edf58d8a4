/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_HANDLE_H
#define DAXPLUG_HANDLE_H

#include "libdaxplug.h"
#include "report.h"
#include "system.h"

/**
 * struct daxplug - a view of a system
 * @root: the directory that holds sys/ and proc/, open
 * @live: whether that is the root of this system
 * @system: how the system is changed; another than the real one in tests
 * @block_size: of memory blocks, in bytes; 0 if unknown
 * @devices: all devices, ordered, @count of them
 * @count: how many
 * @timeout: of a change, in ms, or negative
 * @cancel_fd: what cancels a change when readable, or -1
 * @progress: what to call during a change, or NULL
 * @progress_data: for it
 * @report: about the last call that failed, or the last change
 */
struct daxplug {
	int root;
	bool live;
	const struct system_ops *system;
	uint64_t block_size;
	struct daxplug_device **devices;
	unsigned int count;
	int64_t timeout;
	int cancel_fd;
	daxplug_progress *progress;
	void *progress_data;
	struct report report;
};

#endif /* DAXPLUG_HANDLE_H */
