/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_POLICY_H
#define STORM_POLICY_H

#include <stddef.h>

/*
 * The node from which the kernel allocates memory. This is always a preference: the kernel
 * falls back to another node.
 */

/* prefer_range() - for the pages of a mapping */
void prefer_range(void *start, size_t length, int node);
/* prefer_task() - for every allocation of this thread; -1 for no preference */
void prefer_task(int node);
/* move_to_node() - move as many of the pages to a node as it has room for */
void move_to_node(char *start, size_t pages, int node);
/* count_on_node() - how many of the pages are on a node */
size_t count_on_node(char *start, size_t pages, int node);

#endif
