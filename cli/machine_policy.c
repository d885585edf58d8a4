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

/* As tree_read_if_any(), but only the first word; sets @word to NULL if the file is empty. */
static int read_word(const char *path, char **word)
{
	int err = tree_read_if_any(path, word);

	if (*word)
		(*word)[strcspn(*word, " \n")] = '\0';
	if (*word && !**word) {
		free(*word);
		*word = NULL;
	}
	return err;
}

static void add_unreadable(struct findings *findings, const char *path, int err)
{
	findings_add(findings, "policy-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
		     "/%s cannot be read: %s", path,
		     err ? tree_error(-err) : "no such file or empty");
}

/* The kernel always has the file of the zone policy; a recorded tree may lack it. */
static bool goes_to_kernel_zone(struct findings *findings, const char *policy)
{
	char *zones;
	bool movable;
	int err;

	if (!strcmp(policy, "online_kernel"))
		return true;
	if (strcmp(policy, "online"))
		return false;
	err = read_word(ZONE_POLICY, &zones);
	if (err) {
		add_unreadable(findings, ZONE_POLICY, err);
		return false;
	}
	movable = zones && !strcmp(zones, "auto-movable");
	free(zones);
	return !movable;
}

/* Adds the findings about the system's policy and the driver's default states. */
void machine_policy(struct findings *findings)
{
	char *policy, *own;
	int err = read_word(DEFAULT_STATE, &own);

	if (err)
		add_unreadable(findings, DEFAULT_STATE, err);
	err = read_word(POLICY, &policy);
	if (!policy)
		add_unreadable(findings, POLICY, err);
	else if (goes_to_kernel_zone(findings, policy))
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
