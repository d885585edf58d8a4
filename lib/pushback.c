// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Findings about parts of the kernel that refill the node of a device while an unplug empties it.
 */
#include <errno.h>
#include <stdio.h>

#include "forecast.h"
#include "handle.h"
#include "refill.h"

/* Adds a finding if DAXPLUG_CHANGE_NO_REFILL could not switch a setting off. */
static void find_unwritable(struct daxplug_forecast *forecast, const struct refill_setting *setting)
{
	int err = sysfs_may_write(forecast->daxplug, setting->path);
	char words[64];

	if (err == -EACCES || err == -EPERM || err == -EROFS)
		find(forecast, "refill-unwritable", DAXPLUG_SEVERITY_ERROR,
		     DAXPLUG_REASON_PERMISSION, NULL,
		     "run it as root, with /sys and /proc writable",
		     "cannot switch off what refills the device: /%s: %s", setting->path,
		     report_errno(err, words, sizeof(words)));
}

/* Whether the setting is known to be on; adds findings about the setting itself. */
static bool is_on(struct daxplug_forecast *forecast, enum refill_way way, int node,
		  struct refill_setting *setting)
{
	int on = refill_is_on(forecast->daxplug, way, node, setting);
	char words[64];

	if (on < 0)
		find(forecast, "refill-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     NULL, "", "cannot tell whether the kernel refills the device: /%s: %s",
		     setting->path, report_errno(on, words, sizeof(words)));
	if (on > 0 && forecast->flags & DAXPLUG_CHANGE_NO_REFILL)
		find_unwritable(forecast, setting);
	return on > 0;
}

static void find_demotion(struct daxplug_forecast *forecast)
{
	struct refill_setting setting;
	char remedy[112];

	if (!is_on(forecast, REFILL_DEMOTION, -1, &setting))
		return;
	snprintf(remedy, sizeof(remedy), "echo 0 > /%s", setting.path);
	find(forecast, "demotion", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN, NULL, remedy,
	     "demotion moves cold pages to slower nodes, which may refill the device meanwhile");
}

static void find_balancing(struct daxplug_forecast *forecast)
{
	struct refill_setting setting;

	if (!is_on(forecast, REFILL_BALANCING, -1, &setting))
		return;
	find(forecast, "numa-balancing", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, NULL,
	     "sysctl kernel.numa_balancing=0",
	     "NUMA balancing moves pages between nodes, which may refill the device meanwhile");
}

static void find_interleave(struct daxplug_forecast *forecast, const struct part *part)
{
	struct refill_setting setting;
	char remedy[112];

	if (!is_on(forecast, REFILL_INTERLEAVE, part->node, &setting))
		return;
	snprintf(remedy, sizeof(remedy), "echo 1 > /%s", setting.path);
	find(forecast, "interleave-weight", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN,
	     part->device, remedy, "node %d has an interleave weight of %s", part->node,
	     setting.value);
}

/**
 * forecast_push_back() - name the parts of the kernel that work against an unplug
 * @forecast: the forecast
 */
void forecast_push_back(struct daxplug_forecast *forecast)
{
	unsigned int i;

	find_demotion(forecast);
	find_balancing(forecast);
	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].node >= 0 && forecast->parts[i].online)
			find_interleave(forecast, &forecast->parts[i]);
}
