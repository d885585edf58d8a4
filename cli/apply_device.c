// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes one device match its section. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "change.h"
#include "complain.h"
#include "daxctl_config.h"
#include "device_json.h"
#include "drift.h"
#include "json.h"
#include "output.h"
#include "status.h"
#include "tree.h"

/**
 * struct work - the work on one device
 * @apply: the command
 * @section: its section
 * @device: the device
 * @drift: the differences before the work, and those that binding the device has made
 * @before: the former value of each key that differed
 * @changed: something has been changed
 * @status: exit status so far
 * @message: why the work failed, or an empty string
 * @reason: why the change of its state failed
 * @stopped: a signal ended the work
 */
struct work {
	const struct apply *apply;
	const struct section *section;
	struct daxplug_device *device;
	struct drift drift;
	char before[KEY_COUNT][DRIFT_TEXT_SIZE];
	bool changed;
	int status;
	char message[256];
	enum daxplug_reason reason;
	bool stopped;
};

static void fail(struct work *work, int status, const char *text, const char *remedy)
{
	snprintf(work->message, sizeof(work->message), "%s: %s", daxplug_device_name(work->device),
		 text);
	complain("%s%s%s", work->message, *remedy ? "; " : "", remedy);
	work->status = status;
}

/* --- settings --- */

static const char *remedy_for(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return "run it as root";
	case -EROFS:
		return "/sys is mounted read-only here";
	default:
		return "";
	}
}

static int status_of_error(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		return EXIT_NOT_SUPPORTED;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return EXIT_CANNOT_TELL;
	default:
		return EXIT_FAILED;
	}
}

static const char *error_text(int err)
{
	if (err != -EOPNOTSUPP)
		return strerror(-err);
	return options_root() ? "a recorded tree cannot be changed"
			      : "its driver has no such setting";
}

static void fail_setting(struct work *work, enum declared_key key, int err)
{
	char text[160];

	snprintf(text, sizeof(text), "%s = %s: %s", declared_keys[key],
		 work->section->settings[key].value, error_text(err));
	fail(work, status_of_error(err), text, remedy_for(err));
}

static int write_setting(const struct work *work, enum declared_key key)
{
	switch (key) {
	case KEY_GUARD:
		return daxplug_device_set_guard(work->device, work->section->guard);
	case KEY_TIMEOUT:
		return daxplug_device_set_timeout(work->device, work->section->timeout);
	default:
		return daxplug_device_set_memmap_wanted(work->device, work->section->memmap);
	}
}

static void set(struct work *work, enum declared_key key)
{
	int err = work->apply->dry_run ? 0 : write_setting(work, key);

	work->changed |= !err && !work->apply->dry_run;
	if (err)
		fail_setting(work, key, err);
	else if (!work->apply->results)
		printf("%s: %s %s %s, was %s\n", daxplug_device_name(work->device),
		       declared_keys[key], work->apply->dry_run ? "would be" : "is",
		       work->section->settings[key].value, work->before[key]);
}

/*
 * The driver reads memmap_on_memory at bind; the kernel refuses to change it while the device is
 * bound.
 */
static void set_memmap(struct work *work)
{
	int err = daxplug_device_memmap_error(work->device);
	char remedy[128], text[128];

	if (daxplug_device_mode(work->device) != DAXPLUG_MODE_SYSTEM_RAM) {
		set(work, KEY_MEMMAP);
		return;
	}
	if (err) {
		snprintf(text, sizeof(text), "cannot read memmap_on_memory: %s", strerror(-err));
		fail(work, EXIT_CANNOT_TELL, text, remedy_for(err));
		return;
	}
	snprintf(remedy, sizeof(remedy), "daxplug unplug --release %s && daxplug apply",
		 daxplug_device_name(work->device));
	fail(work, EXIT_REFUSED, "memmap-on-memory can change only while no driver has the device",
	     remedy);
}

static void set_driver_key(struct work *work, enum declared_key key, bool differs, bool *noted)
{
	if (!differs || work->status)
		return;
	if (!*noted)
		drift_value(work->device, key, work->before[key]);
	*noted = true;
	set(work, key);
}

/* Sets the driver's settings. Called again after a change, which may have bound the device. */
static void set_driver(struct work *work)
{
	struct drift drift = drift_of(work->section, work->device);

	set_driver_key(work, KEY_GUARD, drift.guard, &work->drift.guard);
	set_driver_key(work, KEY_TIMEOUT, drift.timeout, &work->drift.timeout);
}

/* --- the state --- */

static enum daxplug_action action_for(const struct work *work)
{
	if (work->section->state == DAXPLUG_STATE_UNPLUGGED)
		return DAXPLUG_ACTION_UNPLUG;
	return daxplug_device_blocks_present(work->device) ? DAXPLUG_ACTION_REPLUG
							   : DAXPLUG_ACTION_PLUG;
}

static int new_change(const struct work *work, struct daxplug_change **change)
{
	enum daxplug_action action = action_for(work);
	int err = daxplug_change_new(work->device, action, change);

	if (err || action == DAXPLUG_ACTION_UNPLUG)
		return err;
	err = daxplug_change_set_state(*change, work->section->state);
	if (err)
		daxplug_change_unref(*change);
	return err;
}

static void take_result(struct work *work, const struct daxplug_change *change)
{
	work->stopped = change_interrupted(change);
	if (!work->status)
		return;
	work->reason = daxplug_change_reason(change);
	snprintf(work->message, sizeof(work->message), "%s", daxplug_change_message(change));
}

static void print_plan(const struct work *work)
{
	if (!work->status && work->apply->dry_run && !work->apply->results)
		printf("%s: state would be %s, was %s\n", daxplug_device_name(work->device),
		       daxplug_state_name(work->section->state), work->before[KEY_STATE]);
}

static void change_state(struct work *work)
{
	struct change_options options = {
		.flags = work->apply->dry_run ? DAXPLUG_CHANGE_DRY_RUN : 0,
		.timeout = work->section->timeout > 0 ? work->section->timeout : -1,
		.progress = PROGRESS_NEVER,
		.json = work->apply->results,
		.signals = work->apply->signals,
	};
	struct daxplug_change *change;
	char text[128];
	int err = new_change(work, &change);

	if (err) {
		snprintf(text, sizeof(text), "cannot prepare the change: %s", strerror(-err));
		fail(work, EXIT_CANNOT_TELL, text, "");
		return;
	}
	work->status = change_run(change, &options);
	work->changed |= !work->status && !work->apply->dry_run;
	take_result(work, change);
	print_plan(work);
	daxplug_change_unref(change);
}

static void refresh(struct work *work)
{
	int err = work->apply->dry_run ? 0 : daxplug_device_refresh(work->device);

	if (err && !work->status)
		fail(work, EXIT_CANNOT_TELL, strerror(-err), "");
}

/*
 * Sets the driver's settings and the state: the guard before the state, so that no other process
 * puts blocks online in between, unless the driver has yet to bind the device.
 */
static void bring(struct work *work)
{
	bool bound = daxplug_device_mode(work->device) == DAXPLUG_MODE_SYSTEM_RAM;

	if (bound)
		set_driver(work);
	if (!work->drift.state || work->status)
		return;
	change_state(work);
	refresh(work);
	if (!work->apply->dry_run || !bound)
		set_driver(work);
}

/* The statuses of failures promise that nothing was changed, or that all of it was rolled back. */
static void correct_status(struct work *work)
{
	if (work->status && work->changed && !work->stopped)
		work->status = EXIT_INCOMPLETE;
}

/* --- the result --- */

static const char *outcome_of(const struct work *work)
{
	if (work->status)
		return "failed";
	if (!drift_any(&work->drift))
		return "unchanged";
	return work->apply->dry_run ? "would-change" : "changed";
}

static struct json_object *changes_json(const struct work *work)
{
	struct json_object *changes = json_new_array(), *change;
	unsigned int key;

	for (key = 0; key < KEY_COUNT; key++) {
		if (!drift_has(&work->drift, key))
			continue;
		change = json_new_object();
		json_add_text(change, "key", declared_keys[key]);
		json_add_text(change, "before", work->before[key]);
		json_add_text(change, "declared", work->section->settings[key].value);
		json_append(changes, change);
	}
	return changes;
}

static void add_result(const struct work *work)
{
	const struct setting *match = &work->section->settings[work->section->match];
	struct json_object *object = json_device(work->device);

	json_add_text(object, "section", work->section->label);
	json_add_text(object, "file", match->file);
	json_add_number(object, "line", match->line);
	json_add_text(object, "outcome", outcome_of(work));
	json_add_number(object, "exit_status", work->status);
	json_add(object, "changes", changes_json(work));
	json_add_text_if_any(object, "left_alone", work->drift.left_alone);
	if (work->reason != DAXPLUG_REASON_UNKNOWN)
		json_add_text(object, "reason", daxplug_reason_name(work->reason));
	json_add_text_if_any(object, "message", work->message);
	json_append(work->apply->results, object);
}

/*
 * A service that udev starts has daxctl take the namespaces of its own configuration out of
 * devdax mode. Then udev starts apply again, so a failure here would only make the boot look
 * failed. A user who runs apply by hand is told that nothing was done. Returns as
 * daxctl_makes_ram().
 */
static int is_left_to_daxctl(const struct daxplug_device *device, const struct drift *drift)
{
	int err = daxplug_device_uuid_error(device);

	if (!drift->state || daxplug_device_mode(device) != DAXPLUG_MODE_DEVDAX)
		return 0;
	return err ? err : daxctl_makes_ram(daxplug_device_uuid(device));
}

static void fail_daxctl(struct work *work, int err)
{
	char text[160];

	snprintf(text, sizeof(text), "cannot tell whether daxctl's configuration makes it RAM: %s",
		 tree_error(-err));
	fail(work, EXIT_CANNOT_TELL, text, remedy_for(err));
}

static void leave_to_daxctl(struct work *work)
{
	work->drift =
		(struct drift){ .left_alone = "devdax mode, which daxctl's configuration changes" };
	if (!work->apply->results)
		printf("%s: left alone: %s; to make it RAM now: daxctl disable-device %s && "
		       "daxplug apply\n",
		       daxplug_device_name(work->device), work->drift.left_alone,
		       daxplug_device_name(work->device));
}

/**
 * apply_device() - make a device match its section
 * @apply: the command
 * @section: its section
 * @device: the device
 * @stopped: set to whether a signal ended the work
 *
 * Return: an exit status; EXIT_WOULD_CHANGE for a dry run that would change something.
 */
int apply_device(const struct apply *apply, const struct section *section,
		 struct daxplug_device *device, bool *stopped)
{
	struct work work = {
		.apply = apply,
		.section = section,
		.device = device,
		.drift = drift_of(section, device),
	};
	int left = is_left_to_daxctl(device, &work.drift);
	unsigned int key;

	if (left > 0)
		leave_to_daxctl(&work);
	else if (left < 0)
		fail_daxctl(&work, left);
	for (key = 0; key < KEY_COUNT; key++)
		drift_value(device, key, work.before[key]);
	if (work.drift.memmap && !work.status)
		set_memmap(&work);
	if (!work.status && !work.drift.left_alone)
		bring(&work);
	correct_status(&work);
	if (apply->results)
		add_result(&work);
	output_flush();
	*stopped = work.stopped;
	if (!work.status && apply->dry_run && drift_any(&work.drift))
		return EXIT_WOULD_CHANGE;
	return work.status;
}

/**
 * apply_unknown() - leave a device alone because its section is unknown
 * @apply: the command
 * @device: the device
 * @why: the reason, from declared_unknown()
 *
 * Return: EXIT_CANNOT_TELL.
 */
int apply_unknown(const struct apply *apply, const struct daxplug_device *device, const char *why)
{
	struct json_object *object;

	complain("%s", why);
	if (apply->results) {
		object = json_device(device);
		json_add_text(object, "outcome", "failed");
		json_add_number(object, "exit_status", EXIT_CANNOT_TELL);
		json_add(object, "changes", json_new_array());
		json_add_text(object, "message", why);
		json_append(apply->results, object);
	}
	return EXIT_CANNOT_TELL;
}
