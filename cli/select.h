/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Selects the devices of a command. */
#ifndef DAXPLUG_CLI_SELECT_H
#define DAXPLUG_CLI_SELECT_H

#include <stdbool.h>

#include "libdaxplug.h"
#include "options.h"

/* The options for selecting devices, for the table of long options and for the help. */
#define SELECT_OPTIONS                                                                             \
	{ "node", required_argument, NULL, OPTION_NODE },                                          \
	{                                                                                          \
		"region", required_argument, NULL, OPTION_REGION                                   \
	}

#define SELECT_HELP                                                                                \
	"      --node N          only devices whose memory is NUMA node N\n"                       \
	"      --region R        only devices of region R, a number or a name\n"

#define SELECTOR_HELP                                                                              \
	"\n"                                                                                       \
	"A DEVICE is daxX.Y, /dev/daxX.Y, a pattern such as 'dax1.*', node:N,\n"                   \
	"range:START-END, uuid:UUID, serial:N, a kind (cxl, hmem, pmem), or all.\n"

/**
 * struct selection - the selected devices
 * @node: a NUMA node, or -1
 * @region: a region's number or name, or NULL
 * @may_be_empty: finding no device is not an error, unless a selector or option was given
 * @names: the selectors that were typed; @name_count of them
 * @name_count: how many
 * @devices: the devices found, @count of them
 * @count: how many
 */
struct selection {
	long node;
	const char *region;
	bool may_be_empty;
	char **names;
	int name_count;
	struct daxplug_device **devices;
	unsigned int count;
};

/* Called by select_devices() with the devices; returns an exit status. */
typedef int select_use(struct daxplug *daxplug, void *data);

int select_option(int option, struct selection *selection);
int select_check(const struct selection *selection);
int select_names(int argc, char **argv, struct selection *selection);
bool select_any(const struct selection *selection);
int select_devices(struct selection *selection, select_use *use, void *data);
void select_read_tiers(struct daxplug *daxplug);
const char *select_reason_to_leave(const struct daxplug_device *device, bool binds);
void select_leave_out_data(struct selection *selection, bool binds, bool tell);

#endif /* DAXPLUG_CLI_SELECT_H */
