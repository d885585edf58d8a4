/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why modprobe's rule for kmem has not loaded daxplug's driver in this boot. */
#ifndef DAXPLUG_CLI_FALLBACK_H
#define DAXPLUG_CLI_FALLBACK_H

int fallback_reason(char **reason);
const char *fallback_remedy(const char *reason);

#endif /* DAXPLUG_CLI_FALLBACK_H */
