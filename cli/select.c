// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "select.h"
#include "selector.h"
#include "status.h"

static bool is_in_region(const struct daxplug_device *device, const char *region)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", daxplug_device_region(device));
	return !strcmp(region, number) || !strcmp(region, daxplug_device_region_name(device));
}

/* Whether a device passes --node and --region. */
static bool passes(const struct selection *selection, const struct daxplug_device *device)
{
	if (selection->node >= 0 && daxplug_device_target_node(device) != selection->node)
		return false;
	return !selection->region || is_in_region(device, selection->region);
}

/* The best match of any selector; no selector means "all". */
static enum selector_fit best_fit(const struct selection *selection,
				  const struct daxplug_device *device)
{
	enum selector_fit best = selection->name_count ? SELECTOR_NO : SELECTOR_FITS, fit;
	int i;

	for (i = 0; i < selection->name_count; i++) {
		fit = selector_fit(selection->names[i], device);
		best = fit > best ? fit : best;
	}
	return best;
}

/* Complains if an error hides whether a selector matches another device. */
static bool may_fit_another(struct daxplug *daxplug, const char *selector)
{
	struct daxplug_device *device;
	const char *property;
	int err;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		err = selector_unknown(selector, device, &property);
		if (!err)
			continue;
		complain("%s: cannot tell whether %s matches: its %s cannot be read: %s", selector,
			 daxplug_device_name(device), property, strerror(-err));
		return true;
	}
	return false;
}

static bool fits_any_device(struct daxplug *daxplug, const char *selector)
{
	struct daxplug_device *device;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (selector_fit(selector, device) != SELECTOR_NO)
			return true;
	return false;
}

/*
 * Complains about each selector that matches no device, or that may match another device than those
 * that it is known to match; the others stay in effect.
 */
static int check_names(struct daxplug *daxplug, const struct selection *selection)
{
	int i, status = NO_STATUS;

	for (i = 0; i < selection->name_count; i++) {
		const char *name = selection->names[i];
		bool fits = fits_any_device(daxplug, name);

		if (!strcmp(name, "all") || (fits && selector_is_unique(name)))
			continue;
		if (may_fit_another(daxplug, name)) {
			status = status_combine(status, EXIT_CANNOT_TELL);
			continue;
		}
		if (fits)
			continue;
		complain("%s: no such device (see 'daxplug list')", name);
		status = status_combine(status, EXIT_UNKNOWN_NAME);
	}
	return status;
}

static int collect(struct daxplug *daxplug, struct selection *selection)
{
	struct daxplug_device *device;
	unsigned int most = 0;

	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		most++;
	selection->devices = calloc(most + 1, sizeof(*selection->devices));
	if (!selection->devices) {
		complain("out of memory");
		return EXIT_CANNOT_TELL;
	}
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device))
		if (passes(selection, device) && best_fit(selection, device) != SELECTOR_NO)
			selection->devices[selection->count++] = device;
	return EXIT_DONE;
}

static const char *none_text(struct daxplug *daxplug)
{
	if (daxplug_orphan_first(daxplug))
		return "no matching DAX device, but orphaned memory; to remove it: daxplug reclaim all";
	return daxplug_first(daxplug) ? "no matching DAX device (see 'daxplug list')"
				      : "no DAX device in this system (see 'daxplug check')";
}

static int use_devices(struct daxplug *daxplug, struct selection *selection, select_use *use,
		       void *data)
{
	bool any_in_system = daxplug_first(daxplug);
	int status = check_names(daxplug, selection);
	int err = collect(daxplug, selection);

	if (err)
		return err;
	if (selection->count ||
	    (selection->may_be_empty && !any_in_system && !select_any(selection)))
		return status_combine(status, use(daxplug, data));
	if (status != NO_STATUS)
		return status;
	complain("%s", none_text(daxplug));
	return EXIT_UNKNOWN_NAME;
}

static int open_system(struct daxplug **daxplug)
{
	const char *root = options_root();
	int err = daxplug_new(root, daxplug);

	if (err) {
		complain("cannot open %s: %s", root ? root : "/", strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	err = daxplug_scan(*daxplug);
	if (!err)
		return EXIT_DONE;
	complain("%s", daxplug_message(*daxplug));
	daxplug_unref(*daxplug);
	return EXIT_CANNOT_TELL;
}

/**
 * select_devices() - find the selected devices and pass them to a function
 * @selection: the names and options; has the devices while @use runs
 * @use: called with the devices
 * @data: passed to @use
 *
 * Prints an error message for a selector without a device, or that may match another device; @use
 * gets the devices that are known to match.
 *
 * Return: the combined exit status.
 */
int select_devices(struct selection *selection, select_use *use, void *data)
{
	struct daxplug *daxplug;
	int status = open_system(&daxplug);

	if (status)
		return status;
	status = use_devices(daxplug, selection, use, data);
	free(selection->devices);
	daxplug_unref(daxplug);
	return status;
}

static int take_node(const char *text, long *node)
{
	char *end;

	errno = 0;
	*node = strtol(text, &end, 10);
	if (errno || end == text || *end || *node < 0 || *node > INT_MAX)
		return usage_error("--node: '%s' is not the number of a NUMA node", text);
	return EXIT_DONE;
}

/**
 * select_option() - take one of SELECT_OPTIONS
 * @option: the return value of option_next()
 * @selection: the names and options
 *
 * Return: an exit status, or NO_STATUS if it is not one of them.
 */
int select_option(int option, struct selection *selection)
{
	switch (option) {
	case OPTION_NODE:
		return take_node(optarg, &selection->node);
	case OPTION_REGION:
		selection->region = optarg;
		return EXIT_DONE;
	default:
		return NO_STATUS;
	}
}

/* Whether selectors are well-formed. Returns an exit status. */
int select_check(const struct selection *selection)
{
	int i;

	for (i = 0; i < selection->name_count; i++) {
		const char *wrong = selector_check(selection->names[i]);

		if (wrong)
			return usage_error("'%s' is %s", selection->names[i], wrong);
	}
	return EXIT_DONE;
}

/* Takes the rest of the command line as selectors. Returns an exit status. */
int select_names(int argc, char **argv, struct selection *selection)
{
	selection->names = argv + optind;
	selection->name_count = argc - optind;
	return select_check(selection);
}

/* Whether there is any selector or option. */
bool select_any(const struct selection *selection)
{
	return selection->name_count || selection->node >= 0 || selection->region;
}

/*
 * Reads memory tiers, which are only shown: complains about a failure, except that only root may
 * read them.
 */
void select_read_tiers(struct daxplug *daxplug)
{
	int err = daxplug_read_tiers(daxplug);

	if (err && err != -EACCES)
		complain("%s", daxplug_message(daxplug));
}

/**
 * select_reason_to_leave() - why a device may hold data that must not be lost
 * @device: the device
 * @binds: whether a device without a driver would be bound
 *
 * Return: the reason in a few words, or NULL.
 */
const char *select_reason_to_leave(const struct daxplug_device *device, bool binds)
{
	enum daxplug_kind kind = daxplug_device_kind(device);

	switch (daxplug_device_mode(device)) {
	case DAXPLUG_MODE_SYSTEM_RAM:
		return NULL;
	case DAXPLUG_MODE_DISABLED:
		if (!binds || kind == DAXPLUG_KIND_HMEM || kind == DAXPLUG_KIND_CXL)
			return NULL;
		return kind == DAXPLUG_KIND_PMEM ? "persistent memory without a driver"
						 : "memory of an unknown kind without a driver";
	case DAXPLUG_MODE_DEVDAX:
		return "devdax mode";
	case DAXPLUG_MODE_FAMFS:
		return "famfs mode";
	case DAXPLUG_MODE_OTHER:
		return "another driver";
	default:
		return "unknown mode";
	}
}

/**
 * select_leave_out_data() - deselect devices that may hold data
 * @selection: the devices; removes those that may hold data, unless they were selected by name,
 *	UUID or serial number
 * @binds: whether a device without a driver would be bound
 * @tell: print a line about each
 */
void select_leave_out_data(struct selection *selection, bool binds, bool tell)
{
	unsigned int i, count = 0;

	for (i = 0; i < selection->count; i++) {
		struct daxplug_device *device = selection->devices[i];
		/*
		 * A device with blocks that an unbind left behind has to be bound to unplug them.
		 */
		const char *reason =
			select_reason_to_leave(device,
					       binds || daxplug_device_blocks_present(device));

		if (!reason || best_fit(selection, device) == SELECTOR_NAMES)
			selection->devices[count++] = device;
		else if (tell)
			printf("%s: skipped: %s (select it by name to include it)\n",
			       daxplug_device_name(device), reason);
	}
	selection->count = count;
}
