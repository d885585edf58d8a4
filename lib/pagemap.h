/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry of /proc/PID/pagemap, an ABI: Documentation/admin-guide/mm/pagemap.rst. */
#ifndef DAXPLUG_PAGEMAP_H
#define DAXPLUG_PAGEMAP_H

#include <stdint.h>

#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_FRAME ((UINT64_C(1) << 55) - 1)

#endif /* DAXPLUG_PAGEMAP_H */
