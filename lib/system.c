// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a live system is changed, and that a recorded one is not. */
#include <errno.h>

#include "system.h"

/* A recorded tree is there to be read: no kernel is behind its files. */
static int refuse_in_a_record(struct daxplug *daxplug, const char *what)
{
	(void)daxplug, (void)what;
	return -EOPNOTSUPP;
}

static int refuse_to_write(struct daxplug *daxplug, const char *path, const char *text)
{
	(void)text;
	return refuse_in_a_record(daxplug, path);
}

const struct system_ops system_live = {
	.write = sysfs_write,
	.load = module_load,
};

const struct system_ops system_recorded = {
	.write = refuse_to_write,
	.load = refuse_in_a_record,
};
