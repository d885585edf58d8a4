// SPDX-License-Identifier: GPL-2.0-only
#include <linux/suspend.h>

#include "drive/lifecycle.h"
#include "power.h"

static int power_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
		kmem_lifecycle_fall_asleep(KMEM_SLEEP_HIBERNATION);
		break;
	case PM_SUSPEND_PREPARE:
		kmem_lifecycle_fall_asleep(KMEM_SLEEP_SUSPEND);
		break;
	case PM_RESTORE_PREPARE:
		kmem_lifecycle_fall_asleep(KMEM_SLEEP_RESTORE);
		break;
	case PM_POST_HIBERNATION:
		kmem_lifecycle_wake(KMEM_SLEEP_HIBERNATION);
		break;
	case PM_POST_SUSPEND:
		kmem_lifecycle_wake(KMEM_SLEEP_SUSPEND);
		break;
	case PM_POST_RESTORE:
		kmem_lifecycle_wake(KMEM_SLEEP_RESTORE);
		break;
	}

	return NOTIFY_DONE;
}

static struct notifier_block power_notifier = {
	.notifier_call = power_event,
};

/**
 * kmem_power_init() - register for suspend and hibernation, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of register_pm_notifier().
 */
int kmem_power_init(void)
{
	return register_pm_notifier(&power_notifier);
}

/**
 * kmem_power_exit() - unregister, at module exit
 *
 * Context: Process context, sleeps; no transition can be under way.
 */
void kmem_power_exit(void)
{
	unregister_pm_notifier(&power_notifier);
}
