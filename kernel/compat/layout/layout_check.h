/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_LAYOUT_CHECK_H
#define DAXPLUG_LAYOUT_CHECK_H

int dax_layout_check(void);

#endif /* DAXPLUG_LAYOUT_CHECK_H */
