/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties that identify a device and do not change. */
#ifndef DAXPLUG_IDENTITY_H
#define DAXPLUG_IDENTITY_H

#include "core/defaults.h"

struct device;

const char *kmem_identity_kind(struct device *dev);
const char *kmem_identity_uuid(struct device *dev, char *page);
int kmem_identity_serials(struct device *dev, char *page, unsigned long long *serials,
			  unsigned int max);

#endif /* DAXPLUG_IDENTITY_H */
