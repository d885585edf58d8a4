/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that daxplug record records. */
#ifndef DAXPLUG_CLI_RECORD_WHAT_H
#define DAXPLUG_CLI_RECORD_WHAT_H

#include "libdaxplug.h"
#include "record_tree.h"

void record_what(struct record_tree *tree, struct daxplug *daxplug);

#endif /* DAXPLUG_CLI_RECORD_WHAT_H */
