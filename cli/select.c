// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "select.h"

static bool is_in_region(const struct daxplug_device *device, const char *region)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", daxplug_device_region(device));
	return !strcmp(region, number) || !strcmp(region, daxplug_device_region_name(device));
}

static bool has_all(const struct selection *selection)
{
	int i;

	for (i = 0; i < selection->name_count; i++)
		if (!strcmp(selection->names[i], "all"))
			return true;
	return !selection->name_count;
}

/* Has this very device been asked for. */
bool select_by_name(const struct selection *selection, const struct daxplug_device *device)
{
	const char *name = daxplug_device_name(device);
	int i;

	for (i = 0; i < selection->name_count; i++)
		if (!strcmp(selection->names[i], name))
			return true;
	return false;
}

static bool is_selected(const struct selection *selection, const struct daxplug_device *device)
{
	if (selection->node >= 0 && daxplug_device_target_node(device) != selection->node)
		return false;
	if (selection->region && !is_in_region(device, selection->region))
		return false;
	return has_all(selection) || select_by_name(selection, device);
}

static int check_names(struct daxplug *daxplug, const struct selection *selection)
{
	int i;

	for (i = 0; i < selection->name_count; i++) {
		const char *name = selection->names[i];

		if (!strcmp(name, "all") || daxplug_find(daxplug, name))
			continue;
		complain("%s: no such device; daxplug list shows those that there are", name);
		return EXIT_NO_DEVICE;
	}
	return EXIT_DONE;
}

/* All conditions must hold; no name at all is as good as "all". */
static int find_devices(struct daxplug *daxplug, struct selection *selection)
{
	struct daxplug_device *device;
	unsigned int most = 0;

	if (check_names(daxplug, selection))
		return EXIT_NO_DEVICE;
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		most++;
	selection->devices = calloc(most + 1, sizeof(*selection->devices));
	if (!selection->devices) {
		complain("not enough memory");
		return EXIT_FAILED;
	}

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (is_selected(selection, device))
			selection->devices[selection->count++] = device;
	if (selection->count || (!most && selection->may_be_empty && !select_any(selection)))
		return EXIT_DONE;
	complain("no DAX device%s", most ? " fits" : " in this system");
	return EXIT_NO_DEVICE;
}

static int open_system(const char *root, struct daxplug **daxplug)
{
	int err = daxplug_open(root, daxplug);

	if (err) {
		complain("cannot open %s: %s", root ? root : "/", strerror(-err));
		return exit_status_of(err, DAXPLUG_OUTCOME_DONE);
	}
	err = daxplug_scan(*daxplug);
	if (!err)
		return EXIT_DONE;
	complain("%s", daxplug_message(*daxplug));
	daxplug_close(*daxplug);
	return exit_status_of(err, DAXPLUG_OUTCOME_DONE);
}

/**
 * select_devices() - find the devices asked for and do something with them
 * @selection: what is asked for; has the devices while @use runs
 * @use: what to do
 * @data: for it
 *
 * Return: the exit status of @use, or another after a complaint; that of no
 * device if a name is unknown or nothing fits.
 */
int select_devices(struct selection *selection, select_use *use, void *data)
{
	struct daxplug *daxplug;
	int status = open_system(selection->root, &daxplug);

	if (status)
		return status;
	status = find_devices(daxplug, selection);
	if (!status)
		status = use(daxplug, data);
	free(selection->devices);
	daxplug_close(daxplug);
	return status;
}

static int parse_node(const char *text, long *node)
{
	char *end;

	errno = 0;
	*node = strtol(text, &end, 10);
	if (errno || end == text || *end || *node < 0 || *node > INT_MAX)
		return usage_error("--node %s: the number of a NUMA node is wanted", text);
	return EXIT_DONE;
}

/**
 * select_option() - take one of SELECT_OPTIONS
 * @option: what getopt_long() returned
 * @selection: what is asked for
 *
 * Return: an exit status; that of a usage error if it is none of them.
 */
int select_option(int option, struct selection *selection)
{
	switch (option) {
	case SELECT_NODE:
		return parse_node(optarg, &selection->node);
	case SELECT_REGION:
		selection->region = optarg;
		return EXIT_DONE;
	case SELECT_ROOT:
		selection->root = optarg;
		return EXIT_DONE;
	default:
		return EXIT_USAGE;
	}
}

/* What is left on the command line are names. */
void select_names(int argc, char **argv, struct selection *selection)
{
	selection->names = argv + optind;
	selection->name_count = argc - optind;
}

/* Is anything in particular asked for. */
bool select_any(const struct selection *selection)
{
	return selection->name_count || selection->node >= 0 || selection->region;
}
