/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of the driver and of daxplug, for daxplug record. */
#ifndef DAXPLUG_CLI_RECORD_LOG_H
#define DAXPLUG_CLI_RECORD_LOG_H

#include "record_tree.h"

void record_log(struct record_tree *tree);

#endif /* DAXPLUG_CLI_RECORD_LOG_H */
