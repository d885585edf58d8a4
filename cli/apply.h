/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of "daxplug apply". */
#ifndef DAXPLUG_CLI_APPLY_H
#define DAXPLUG_CLI_APPLY_H

#include <json-c/json.h>

#include "declared.h"
#include "libdaxplug.h"

/**
 * struct apply - the command line, and the configuration
 * @declared: the configuration
 * @dry_run: change nothing
 * @results: the results of all devices as JSON; NULL to print them as text
 * @signals: readable when the user wants to stop, or -1
 */
struct apply {
	struct declared declared;
	bool dry_run;
	struct json_object *results;
	int signals;
};

/* Each returns an exit status. */
int apply_device(const struct apply *apply, const struct section *section,
		 struct daxplug_device *device, bool *stopped);
int apply_unknown(const struct apply *apply, const struct daxplug_device *device, const char *why);
int apply_dump(struct daxplug *daxplug);
int apply_boot(struct declared *declared, bool dry_run);
int apply_faults(const struct declared *declared);

/* Rebuilds the initramfs if it holds the driver. */
int initramfs_refresh(void);

#endif /* DAXPLUG_CLI_APPLY_H */
