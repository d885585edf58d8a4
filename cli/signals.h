/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT, SIGTERM and SIGHUP ask a change to stop. */
#ifndef DAXPLUG_CLI_SIGNALS_H
#define DAXPLUG_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

int signals_open(void);
void signals_mask_before(sigset_t *mask);
bool signals_came(void);
void signals_obey(void);
void signals_end(void);

#endif /* DAXPLUG_CLI_SIGNALS_H */
