/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces that daxctl sets up at boot, from its own configuration, daxctl.conf. */
#ifndef DAXPLUG_CLI_DAXCTL_CONFIG_H
#define DAXPLUG_CLI_DAXCTL_CONFIG_H

#include <stdbool.h>

#include "config.h"

/**
 * struct daxctl_section - a section of daxctl.conf
 * @uuid: the line of the UUID; its text is only the UUID
 * @is_ram: daxctl makes the namespace RAM; a section can also say mode = devdax
 */
struct daxctl_section {
	struct config_line uuid;
	bool is_ram;
};

typedef void daxctl_visit(const struct daxctl_section *section, void *data);

void daxctl_each_section(daxctl_visit *visit, void *data, struct config_gap *gap);
int daxctl_makes_ram(const char *uuid);

#endif /* DAXPLUG_CLI_DAXCTL_CONFIG_H */
