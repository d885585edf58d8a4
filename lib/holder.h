/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_HOLDER_H
#define DAXPLUG_HOLDER_H

#include <stddef.h>
#include <stdint.h>

struct daxplug;

int holder_find(const struct daxplug *daxplug, int64_t pfn, int node, char *name, size_t size);

#endif /* DAXPLUG_HOLDER_H */
