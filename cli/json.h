/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as JSON, in daxctl's shape and with its keys, and ours beside them. */
#ifndef DAXPLUG_JSON_H
#define DAXPLUG_JSON_H

#include <json-c/json.h>

#include "libdaxplug.h"

struct json_object *json_device(const struct daxplug_device *device);
void json_add_details(struct json_object *object, const struct daxplug_device *device);
void json_add_text(struct json_object *object, const char *key, const char *text);
void json_add_number(struct json_object *object, const char *key, uint64_t number);
int json_print(struct json_object *object);
int json_print_line(struct json_object *object);

#endif /* DAXPLUG_JSON_H */
