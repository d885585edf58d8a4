// SPDX-License-Identifier: LGPL-2.1-or-later
/* Parts of the kernel that refill the node of a device while an unplug empties it. */
#include <stdio.h>
#include <string.h>

#include "forecast.h"
#include "handle.h"

#define DEMOTION "sys/kernel/mm/numa/demotion_enabled"
#define BALANCING "proc/sys/kernel/numa_balancing"
#define INTERLEAVE "sys/kernel/mm/mempolicy/weighted_interleave"

static void find_demotion(struct daxplug_forecast *forecast)
{
	char text[16];

	if (sysfs_read(forecast->daxplug, DEMOTION, text, sizeof(text)) ||
	    (strcmp(text, "true") && strcmp(text, "1")))
		return;
	find(forecast, "demotion", DAXPLUG_SEVERITY_WARNING, DAXPLUG_REASON_UNKNOWN, NULL,
	     "echo 0 > /" DEMOTION,
	     "demotion moves cold pages to slower nodes, which may refill the device meanwhile");
}

static void find_balancing(struct daxplug_forecast *forecast)
{
	uint64_t mode;

	if (sysfs_read_number(forecast->daxplug, BALANCING, &mode) || !mode)
		return;
	find(forecast, "numa-balancing", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN, NULL,
	     "sysctl kernel.numa_balancing=0",
	     "NUMA balancing moves pages between nodes, which may refill the device meanwhile");
}

static void find_interleave(struct daxplug_forecast *forecast, const struct part *part)
{
	char path[80], remedy[112];
	uint64_t weight;

	snprintf(path, sizeof(path), INTERLEAVE "/node%d", part->node);
	if (sysfs_read_number(forecast->daxplug, path, &weight) || weight < 2)
		return;
	snprintf(remedy, sizeof(remedy), "echo 1 > /%s", path);
	find(forecast, "interleave-weight", DAXPLUG_SEVERITY_INFO, DAXPLUG_REASON_UNKNOWN,
	     part->device, remedy, "node %d has an interleave weight of %llu", part->node,
	     (unsigned long long)weight);
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
