/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a command is about. */
#ifndef DAXPLUG_SELECT_H
#define DAXPLUG_SELECT_H

#include <stdbool.h>

#include "libdaxplug.h"

/* The options with which devices are selected, for getopt_long() and for --help. */
enum { SELECT_NODE = 256, SELECT_REGION, SELECT_ROOT, SELECT_FIRST_FREE };

#define SELECT_OPTIONS                                                                             \
	{ "node", required_argument, NULL, SELECT_NODE },                                          \
		{ "region", required_argument, NULL, SELECT_REGION },                              \
	{                                                                                          \
		"sysroot", required_argument, NULL, SELECT_ROOT                                    \
	}

#define SELECT_HELP                                                                                \
	"      --node N          only devices of NUMA node N\n"                                    \
	"      --region R        only devices of region R, a number or a name\n"                   \
	"      --sysroot DIR     the recorded tree below DIR instead of /\n"

/**
 * struct selection - the devices asked for
 * @root: as for daxplug_open()
 * @node: a NUMA node, or -1
 * @region: a region's number or name, or NULL
 * @may_be_empty: that there is no device at all is no error if nothing in
 *	particular is asked for
 * @names: names, or "all"; @name_count of them
 * @name_count: how many
 * @devices: the devices; the caller frees the array
 * @count: how many
 */
struct selection {
	const char *root;
	long node;
	const char *region;
	bool may_be_empty;
	char **names;
	int name_count;
	struct daxplug_device **devices;
	unsigned int count;
};

/* What is done to the devices; returns an exit status. */
typedef int select_use(struct daxplug *daxplug, void *data);

int select_devices(struct selection *selection, select_use *use, void *data);
bool select_by_name(const struct selection *selection, const struct daxplug_device *device);
bool select_any(const struct selection *selection);
int select_option(int option, struct selection *selection);
void select_names(int argc, char **argv, struct selection *selection);

#endif /* DAXPLUG_SELECT_H */
