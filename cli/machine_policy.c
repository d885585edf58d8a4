// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's policy for new memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "tree.h"

#define POLICY "sys/devices/system/memory/auto_online_blocks"
#define ZONE_POLICY "sys/module/memory_hotplug/parameters/online_policy"
#define DEFAULT_STATE "sys/module/kmem/parameters/default_state"

/*
 * Reads the first word of a file, which the caller frees; NULL if the file cannot be read or is
 * empty.
 */
static char *read_word(const char *path)
{
	char *text = tree_read(path);

	if (text)
		text[strcspn(text, " \n")] = '\0';
	if (text && *text)
		return text;
	free(text);
	return NULL;
}

static bool goes_to_kernel_zone(const char *policy)
{
	char *zones;
	bool movable;

	if (!strcmp(policy, "online_kernel"))
		return true;
	if (strcmp(policy, "online"))
		return false;
	zones = read_word(ZONE_POLICY);
	movable = zones && !strcmp(zones, "auto-movable");
	free(zones);
	return !movable;
}

/* Adds the findings about the system's policy and the driver's default states. */
void machine_policy(struct findings *findings)
{
	char *policy = read_word(POLICY), *own = read_word(DEFAULT_STATE);

	if (!policy)
		findings_add(findings, "policy-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
			     "/" POLICY " cannot be read");
	else if (goes_to_kernel_zone(policy))
		findings_add(findings, "policy-online-kernel",
			     own ? DAXPLUG_SEVERITY_INFO : DAXPLUG_SEVERITY_WARNING, NO_PLACE,
			     "echo offline > /" POLICY,
			     "the policy '%s' puts new memory online at once, in a kernel zone, "
			     "where it may never be taken back; at boot memhp_default_state= "
			     "sets it",
			     policy);
	else if (strcmp(policy, "offline"))
		findings_add(findings, "policy-online", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "the policy '%s' puts new memory online at once", policy);
	if (own)
		findings_add(findings, "default-state", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
			     "the driver puts devices in the state '%s' when they are bound", own);
	free(policy);
	free(own);
}
