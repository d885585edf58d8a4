/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses texts from sysfs and proc. Safe for any text. */
#ifndef DAXPLUG_PARSE_H
#define DAXPLUG_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state.h"
#include "libdaxplug.h"

int parse_number(const char *text, uint64_t *number);
int parse_hex(const char *text, uint64_t *number);
int parse_device_name(const char *name, unsigned int *region, unsigned int *instance);
bool parse_list_has(const char *list, unsigned int member);
int parse_node_name(const char *name);
int parse_span(const char *text, uint64_t *start, uint64_t *end);
enum daxplug_state parse_state(const char *text);
enum daxplug_reason parse_reason(const char *text);
enum daxplug_state state_from_core(enum dax_state state);
enum dax_state state_to_core(enum daxplug_state state);
int parse_list_next(const char **list, unsigned int *first, unsigned int *last);
int parse_meminfo(const char *text, const char *key, uint64_t *bytes);
int parse_value(const char *text, const char *key, char *value, size_t size);
enum daxplug_kind parse_kind(const char *path);
int parse_parent(const char *path, char *name, size_t size);
const char *parse_base_name(const char *path);

#endif /* DAXPLUG_PARSE_H */
