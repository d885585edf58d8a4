/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON. If memory runs out, values are omitted, and json_print() prints an error message instead.
 */
#ifndef DAXPLUG_CLI_JSON_H
#define DAXPLUG_CLI_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json_object *array, struct json_object *value);
void json_add_text(struct json_object *object, const char *key, const char *text);
void json_add_text_if_any(struct json_object *object, const char *key, const char *text);
void json_add_number(struct json_object *object, const char *key, uint64_t number);
void json_add_if_known(struct json_object *object, const char *key, int64_t number);
void json_add_flag(struct json_object *object, const char *key, bool flag);
struct json_object *json_new_text(const char *text);
bool json_print(struct json_object *object);
bool json_print_line(struct json_object *object, FILE *stream);

#endif /* DAXPLUG_CLI_JSON_H */
