/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines in the kernel log about a device's memory, whether or not the device is bound. */
#ifndef DAXPLUG_LOG_H
#define DAXPLUG_LOG_H

#include <linux/compiler.h>

struct device;

/**
 * struct kmem_label - the name of memory in the log
 * @name: the name of the device that is or was last bound to it; START-END for memory that was
 *	found without a device
 * @dev: the device that is bound to it, or NULL
 */
struct kmem_label {
	const char *name;
	struct device *dev;
};

__printf(3, 4) void kmem_log(const struct kmem_label *label, int level, const char *format, ...);

#endif /* DAXPLUG_LOG_H */
