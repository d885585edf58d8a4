/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads files of the system, or of the recorded tree given by --sysroot. */
#ifndef DAXPLUG_CLI_TREE_H
#define DAXPLUG_CLI_TREE_H

#include <stdbool.h>

int tree_find(const char *path);
bool tree_is_write_only(const char *path);
char *tree_link(const char *path);
bool tree_leads_to_null(const char *path);
char *tree_read(const char *path);
int tree_read_if_any(const char *path, char **text);
char *tree_read_given(const char *path);
const char *tree_error(int err);
char **tree_list(const char *path);
int tree_list_if_any(const char *path, char ***names);
void tree_free_list(char **names);

#endif /* DAXPLUG_CLI_TREE_H */
