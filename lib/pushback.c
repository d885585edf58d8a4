// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Findings about parts of the kernel that refill the node of a device while an unplug empties it.
 */
#include <stdio.h>

#include "forecast.h"
#include "handle.h"
#include "refill.h"

/* Whether the setting is known to be on. */
static bool is_on(const struct daxplug_forecast *forecast, enum refill_way way, int node,
		  struct refill_setting *setting)
{
	return refill_is_on(forecast->daxplug, way, node, setting) > 0;
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
