/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kmem drivers that are installed for the running kernel. */
#ifndef DAXPLUG_CLI_INSTALLED_H
#define DAXPLUG_CLI_INSTALLED_H

/**
 * enum installed - the driver that "modprobe kmem" would try first
 * @INSTALLED_UNKNOWN: unknown, as there is no list of modules
 * @INSTALLED_NONE: none
 * @INSTALLED_KERNELS: the kernel's own
 * @INSTALLED_OURS: daxplug's
 */
enum installed { INSTALLED_UNKNOWN, INSTALLED_NONE, INSTALLED_KERNELS, INSTALLED_OURS };

int installed_driver(enum installed *found);
int installed_is_built_in(void);
int installed_other_version(char **version);

#endif /* DAXPLUG_CLI_INSTALLED_H */
