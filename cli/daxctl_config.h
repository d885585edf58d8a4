/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that daxctl's own configuration, daxctl.conf, has it bring online at boot. */
#ifndef DAXPLUG_CLI_DAXCTL_CONFIG_H
#define DAXPLUG_CLI_DAXCTL_CONFIG_H

#include "config.h"

void daxctl_each_uuid(config_visit *visit, void *data);
bool daxctl_configures(const char *uuid);

#endif /* DAXPLUG_CLI_DAXCTL_CONFIG_H */
