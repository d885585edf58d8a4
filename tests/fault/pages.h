/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_FAULT_PAGES_H
#define DAXPLUG_FAULT_PAGES_H

#include <linux/types.h>

bool fault_page(unsigned long pfn);

#endif /* DAXPLUG_FAULT_PAGES_H */
