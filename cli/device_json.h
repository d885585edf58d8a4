/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as JSON, with the keys of "daxctl list" and others; see docs/daxplug.schema.json. */
#ifndef DAXPLUG_CLI_DEVICE_JSON_H
#define DAXPLUG_CLI_DEVICE_JSON_H

#include <json-c/json.h>

#include "libdaxplug.h"

struct json_object *json_device(const struct daxplug_device *device);
struct json_object *json_orphan(const struct daxplug_orphan *orphan);
void json_add_details(struct json_object *object, const struct daxplug_device *device);

#endif /* DAXPLUG_CLI_DEVICE_JSON_H */
