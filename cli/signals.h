/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_SIGNALS_H
#define DAXPLUG_SIGNALS_H

int signals_fd(void);

#endif /* DAXPLUG_SIGNALS_H */
