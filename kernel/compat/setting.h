/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of the core that no exported symbol provides, through the files that userspace uses. */
#ifndef DAXPLUG_SETTING_H
#define DAXPLUG_SETTING_H

int kmem_setting_read(const char *path, unsigned long *value);
int kmem_setting_write(const char *path, unsigned long value);

#endif /* DAXPLUG_SETTING_H */
