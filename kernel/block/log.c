// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/platform_device.h>

#include "log.h"

/**
 * kmem_log() - log a line about a device's memory, as dev_printk() does
 * @label: the name of the memory; must not change during the call
 * @level: LOGLEVEL_ERR or another LOGLEVEL_*
 * @format: as for printk(), the newline included
 *
 * Context: Any.
 */
void kmem_log(const struct kmem_label *label, int level, const char *format, ...)
{
	struct va_format text;
	va_list args;

	va_start(args, format);
	text.fmt = format;
	text.va = &args;
	/* dev_printk_emit() needs a device; platform_bus adds no text to the line. */
	dev_printk_emit(level, label->dev ?: &platform_bus, KBUILD_MODNAME " %s: %pV", label->name,
			&text);
	va_end(args);
}
