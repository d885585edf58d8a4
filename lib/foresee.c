// SPDX-License-Identifier: LGPL-2.1-or-later
/* Forecasts of changes that have been set up. */
#include <errno.h>
#include <stdlib.h>

#include "change.h"
#include "forecast.h"

static struct terms terms_of(const struct daxplug_change *change, bool with_users)
{
	return (struct terms){
		.action = change->action,
		.state = change->wanted,
		.flags = change->flags,
		.avoid = &change->avoid,
		.with_users = with_users,
	};
}

/**
 * foresee() - make the forecast of a change
 * @change: the change, of a device
 * @forecast: set to the forecast, without the programs that use the memory
 *
 * Return: 0; -ENOMEM.
 */
int foresee(struct daxplug_change *change, struct daxplug_forecast **forecast)
{
	const struct terms terms = terms_of(change, false);

	return forecast_make(&change->device, 1, &terms, forecast);
}

static bool agree(const struct daxplug_change *one, const struct daxplug_change *other)
{
	return other->device && one->action == other->action && one->wanted == other->wanted &&
	       one->flags == other->flags;
}

static int foresee_all(struct daxplug_change *const *changes, unsigned int count,
		       struct daxplug_device **devices, struct node_set *avoid,
		       struct daxplug_forecast **forecast)
{
	struct terms terms = terms_of(changes[0], true);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!agree(changes[0], changes[i]))
			return -EINVAL;
		devices[i] = changes[i]->device;
		avoid[i] = changes[i]->avoid;
	}
	terms.avoid = avoid;
	return forecast_make(devices, count, &terms, forecast);
}

int daxplug_forecast_changes(struct daxplug_change *const *changes, unsigned int count,
			     struct daxplug_forecast **forecast)
{
	struct daxplug_device **devices;
	struct node_set *avoid;
	int err = -ENOMEM;

	if (!count)
		return -EINVAL;
	devices = calloc(count, sizeof(struct daxplug_device *));
	avoid = calloc(count, sizeof(*avoid));
	if (devices && avoid)
		err = foresee_all(changes, count, devices, avoid, forecast);
	free(devices);
	free(avoid);
	return err;
}
