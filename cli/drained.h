/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_DRAINED_H
#define DAXPLUG_CLI_DRAINED_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "libdaxplug.h"

uint64_t drained_bytes(const struct daxplug_change *change);
void drained_print(const struct daxplug_change *change, FILE *to);
void drained_add_json(struct json_object *object, const struct daxplug_change *change);

#endif /* DAXPLUG_CLI_DRAINED_H */
