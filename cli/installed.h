/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kmem drivers that are installed for the running kernel. */
#ifndef DAXPLUG_CLI_INSTALLED_H
#define DAXPLUG_CLI_INSTALLED_H

#include <stdbool.h>

/**
 * enum installed - the driver that "modprobe kmem" would try first
 * @INSTALLED_UNKNOWN: unknown
 * @INSTALLED_NONE: none
 * @INSTALLED_KERNELS: the kernel's own
 * @INSTALLED_OURS: daxplug's
 */
enum installed { INSTALLED_UNKNOWN, INSTALLED_NONE, INSTALLED_KERNELS, INSTALLED_OURS };

enum installed installed_driver(void);
bool installed_is_built_in(void);
char *installed_other_version(void);

#endif /* DAXPLUG_CLI_INSTALLED_H */
