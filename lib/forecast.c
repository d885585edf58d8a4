// SPDX-License-Identifier: LGPL-2.1-or-later
/* The object of a forecast: the conditions that a change of some devices would meet. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/plural.h"
#include "forecast.h"
#include "handle.h"

struct daxplug_forecast *daxplug_forecast_ref(struct daxplug_forecast *forecast)
{
	forecast->refs++;
	return forecast;
}

void daxplug_forecast_unref(struct daxplug_forecast *forecast)
{
	unsigned int i;

	if (!forecast || --forecast->refs)
		return;
	for (i = 0; i < forecast->count; i++)
		daxplug_device_unref(forecast->parts[i].device);
	daxplug_unref(forecast->daxplug);
	free(forecast->parts);
	free(forecast);
}

static void add_part(struct daxplug_forecast *forecast, struct daxplug_device *device,
		     const struct node_set *avoid)
{
	struct part *part = &forecast->parts[forecast->count++];
	unsigned int i;

	part->device = daxplug_device_ref(device);
	part->node = device->target_node;
	if (avoid)
		part->avoid = *avoid;
	part->online = device->counts.online * device->daxplug->block_size;
	for (i = 0; i < USES; i++)
		part->use[i] = part->online ? -1 : 0;
	part->must_move = part->online ? -1 : 0;
}

static void find_mode(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	char remedy[96];

	if (device->mode == DAXPLUG_MODE_UNKNOWN)
		find(forecast, "mode-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     device, "", "cannot tell which driver it is bound to");
	if (device->mode != DAXPLUG_MODE_DEVDAX && device->mode != DAXPLUG_MODE_FAMFS &&
	    device->mode != DAXPLUG_MODE_OTHER)
		return;
	snprintf(remedy, sizeof(remedy), "daxctl reconfigure-device --mode=system-ram %s",
		 device->name);
	find(forecast, "mode", DAXPLUG_SEVERITY_ERROR, DAXPLUG_REASON_MODE, device, remedy,
	     "bound to the driver %s, which may be using it", device->driver);
}

static void find_unreadable(struct daxplug_forecast *forecast, const struct daxplug_device *device)
{
	if (!device->node_known)
		find(forecast, "node-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     device, "", "cannot tell which NUMA node its memory belongs to");
	if (device->state == DAXPLUG_STATE_UNKNOWN)
		find(forecast, "state-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     device, "run it as root", "cannot tell the state of its memory blocks");
	else if (device->unknown)
		find(forecast, "blocks-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     device, "", "cannot tell the state or the zone of %u memory block%s",
		     device->unknown, dax_plural(device->unknown));
}

/* Estimates the duration from the last transitions. */
static void add_durations(struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		int64_t last = forecast->parts[i].device->words.last_duration;

		if (last <= 0 || forecast->duration < 0)
			forecast->duration = -1;
		else
			forecast->duration += last;
	}
}

/*
 * Checks the free memory of other nodes. A drain without a target leaves all pages to the unplug.
 */
static void add_room(struct daxplug_forecast *forecast)
{
	int err = -ENODEV;

	if (forecast->flags & DAXPLUG_CHANGE_DRAIN) {
		err = forecast_drain_room(forecast);
		if (err == -ENODEV)
			find(forecast, "no-target", DAXPLUG_SEVERITY_WARNING,
			     DAXPLUG_REASON_UNKNOWN, NULL, "unplug without draining",
			     "no other node has memory to drain to: all pages are left to the "
			     "unplug");
	}
	if (err == -ENODEV)
		forecast_room(forecast);
	else if (err)
		find_room_unknown(forecast);
}

static void fill(struct daxplug_forecast *forecast, bool with_users)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++) {
		find_mode(forecast, forecast->parts[i].device);
		find_unreadable(forecast, forecast->parts[i].device);
	}
	forecast_driver(forecast);
	if (forecast->action != DAXPLUG_ACTION_PLUG) {
		forecast_use(forecast);
		forecast_pools(forecast);
		add_room(forecast);
		forecast_commit(forecast);
		forecast_push_back(forecast);
	}
	if (forecast->action != DAXPLUG_ACTION_UNPLUG)
		forecast_plug(forecast);
	if (with_users && forecast->action != DAXPLUG_ACTION_PLUG)
		forecast_users(forecast);
	add_durations(forecast);
}

static bool are_of_one_handle(struct daxplug_device *const *devices, unsigned int count)
{
	unsigned int i;

	for (i = 1; i < count; i++)
		if (devices[i]->daxplug != devices[0]->daxplug)
			return false;
	return true;
}

/**
 * forecast_make() - as daxplug_forecast_new()
 * @devices: the devices
 * @count: number of devices
 * @terms: the change to be made
 * @forecast: set to the forecast
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int forecast_make(struct daxplug_device *const *devices, unsigned int count,
		  const struct terms *terms, struct daxplug_forecast **forecast)
{
	struct daxplug_forecast *new;
	unsigned int i;

	if (!count || terms->action <= DAXPLUG_ACTION_UNKNOWN ||
	    terms->action > DAXPLUG_ACTION_REPLUG || !are_of_one_handle(devices, count))
		return -EINVAL;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->parts = calloc(count, sizeof(*new->parts));
	if (!new->parts) {
		free(new);
		return -ENOMEM;
	}
	new->refs = 1;
	new->daxplug = daxplug_ref(devices[0]->daxplug);
	new->action = terms->action;
	new->state = terms->state;
	new->flags = terms->flags;
	new->room = -1;
	for (i = 0; i < count; i++)
		add_part(new, devices[i], terms->avoid ? &terms->avoid[i] : NULL);
	fill(new, terms->with_users);
	*forecast = new;
	return 0;
}

int daxplug_forecast_new(struct daxplug_device *const *devices, unsigned int count,
			 enum daxplug_action action, enum daxplug_state state,
			 struct daxplug_forecast **forecast)
{
	const struct terms terms = { .action = action, .state = state, .with_users = true };

	return forecast_make(devices, count, &terms, forecast);
}

/**
 * forecast_obstacle() - find the reason for which daxplug itself refuses a change
 * @forecast: the forecast
 *
 * Such a change would exhaust the machine's memory, or never end. All other findings are left to
 * the kernel, which knows more and refuses by itself.
 *
 * Return: the first of these findings; NULL if there is none.
 */
const struct finding *forecast_obstacle(const struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < forecast->finding_count; i++) {
		const struct finding *finding = &forecast->findings[i];

		if (finding->severity == DAXPLUG_SEVERITY_ERROR &&
		    (finding->reason == DAXPLUG_REASON_NO_ROOM ||
		     finding->reason == DAXPLUG_REASON_COMMIT_LIMIT ||
		     finding->reason == DAXPLUG_REASON_PERMISSION))
			return finding;
	}
	return NULL;
}

static const struct finding *finding_at(const struct daxplug_forecast *forecast, unsigned int at)
{
	static const struct finding none = { .id = "" };

	return at < forecast->finding_count ? &forecast->findings[at] : &none;
}

enum daxplug_action daxplug_forecast_action(const struct daxplug_forecast *forecast)
{
	return forecast->action;
}

/* The first finding is the most severe. */
enum daxplug_verdict daxplug_forecast_verdict(const struct daxplug_forecast *forecast)
{
	switch (finding_at(forecast, 0)->severity) {
	case DAXPLUG_SEVERITY_ERROR:
		return DAXPLUG_VERDICT_REFUSED;
	case DAXPLUG_SEVERITY_UNSURE:
		return DAXPLUG_VERDICT_UNKNOWN;
	default:
		return DAXPLUG_VERDICT_GO;
	}
}

enum daxplug_reason daxplug_forecast_reason(const struct daxplug_forecast *forecast)
{
	const struct finding *first = finding_at(forecast, 0);

	return first->severity == DAXPLUG_SEVERITY_ERROR ? first->reason : DAXPLUG_REASON_UNKNOWN;
}

unsigned int daxplug_forecast_findings(const struct daxplug_forecast *forecast)
{
	return forecast->finding_count;
}

const char *daxplug_forecast_finding_id(const struct daxplug_forecast *forecast,
					unsigned int finding)
{
	return finding_at(forecast, finding)->id;
}

enum daxplug_severity daxplug_forecast_finding_severity(const struct daxplug_forecast *forecast,
							unsigned int finding)
{
	return finding_at(forecast, finding)->severity;
}

enum daxplug_reason daxplug_forecast_finding_reason(const struct daxplug_forecast *forecast,
						    unsigned int finding)
{
	return finding_at(forecast, finding)->reason;
}

const char *daxplug_forecast_finding_device(const struct daxplug_forecast *forecast,
					    unsigned int finding)
{
	return finding_at(forecast, finding)->device;
}

const char *daxplug_forecast_finding_text(const struct daxplug_forecast *forecast,
					  unsigned int finding)
{
	return finding_at(forecast, finding)->text;
}

const char *daxplug_forecast_finding_remedy(const struct daxplug_forecast *forecast,
					    unsigned int finding)
{
	return finding_at(forecast, finding)->remedy;
}

int64_t daxplug_forecast_use(const struct daxplug_forecast *forecast, enum daxplug_use use)
{
	return use > DAXPLUG_USE_UNKNOWN && use < USES ? forecast->use[use] : -1;
}

int64_t daxplug_forecast_must_move(const struct daxplug_forecast *forecast)
{
	return forecast->must_move;
}

int64_t daxplug_forecast_room(const struct daxplug_forecast *forecast)
{
	return forecast->room;
}

int daxplug_forecast_is_exact(const struct daxplug_forecast *forecast)
{
	return forecast->exact;
}

static const struct unmovable *unmovable_at(const struct daxplug_forecast *forecast,
					    unsigned int at)
{
	static const struct unmovable none;

	return at < forecast->unmovable_count ? &forecast->unmovable[at] : &none;
}

unsigned int daxplug_forecast_unmovable(const struct daxplug_forecast *forecast)
{
	return forecast->unmovable_count;
}

const char *daxplug_forecast_unmovable_device(const struct daxplug_forecast *forecast,
					      unsigned int unmovable)
{
	return unmovable_at(forecast, unmovable)->device;
}

uint64_t daxplug_forecast_unmovable_block(const struct daxplug_forecast *forecast,
					  unsigned int unmovable)
{
	return unmovable_at(forecast, unmovable)->block;
}

enum daxplug_reason daxplug_forecast_unmovable_reason(const struct daxplug_forecast *forecast,
						      unsigned int unmovable)
{
	return unmovable_at(forecast, unmovable)->reason;
}

static const struct lost_pool *pool_at(const struct daxplug_forecast *forecast, unsigned int at)
{
	static const struct lost_pool none = { .node = -1 };

	return at < forecast->pool_count ? &forecast->pools[at] : &none;
}

unsigned int daxplug_forecast_pools(const struct daxplug_forecast *forecast)
{
	return forecast->pool_count;
}

int daxplug_forecast_pool_node(const struct daxplug_forecast *forecast, unsigned int pool)
{
	return pool_at(forecast, pool)->node;
}

uint64_t daxplug_forecast_pool_page_size(const struct daxplug_forecast *forecast, unsigned int pool)
{
	return pool_at(forecast, pool)->size;
}

uint64_t daxplug_forecast_pool_lost(const struct daxplug_forecast *forecast, unsigned int pool)
{
	return pool_at(forecast, pool)->pages;
}

static const struct user *user_at(const struct daxplug_forecast *forecast, unsigned int at)
{
	static const struct user none;

	return at < forecast->user_count ? &forecast->users[at] : &none;
}

unsigned int daxplug_forecast_users(const struct daxplug_forecast *forecast)
{
	return forecast->user_count;
}

const char *daxplug_forecast_user_name(const struct daxplug_forecast *forecast, unsigned int user)
{
	return user_at(forecast, user)->name;
}

int daxplug_forecast_user_pid(const struct daxplug_forecast *forecast, unsigned int user)
{
	return user_at(forecast, user)->pid;
}

uint64_t daxplug_forecast_user_bytes(const struct daxplug_forecast *forecast, unsigned int user)
{
	return user_at(forecast, user)->bytes;
}

bool daxplug_forecast_users_complete(const struct daxplug_forecast *forecast)
{
	return forecast->users_complete;
}

int64_t daxplug_forecast_page_structs(const struct daxplug_forecast *forecast)
{
	return forecast->page_structs;
}

int daxplug_forecast_page_structs_on_device(const struct daxplug_forecast *forecast)
{
	return forecast->page_structs_on_device;
}

int64_t daxplug_forecast_duration(const struct daxplug_forecast *forecast)
{
	return forecast->duration;
}
