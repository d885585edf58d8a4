/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_MAP_H
#define DAXPLUG_CLI_MAP_H

#include "libdaxplug.h"

void map_print(const struct daxplug_device *device);

#endif /* DAXPLUG_CLI_MAP_H */
