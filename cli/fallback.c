// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fallback.h"
#include "tree.h"

/* packaging/load-kmem writes this file, and removes it when daxplug's driver is loaded. */
#define NOTE "run/daxplug/fallback"
#define NOTE_PREFIX "daxplug: its "

/**
 * fallback_reason() - why daxplug's driver was not loaded
 * @reason: set to the rest of a sentence that begins with "daxplug's", which the caller frees; to
 *	NULL if modprobe's rule has loaded the driver, or has not run
 *
 * Return: 0; -ENOMEM; or the negative errno of reading the note of that rule.
 */
int fallback_reason(char **reason)
{
	char *text;
	int err = tree_read_if_any(NOTE, &text);

	*reason = NULL;
	if (text && !strncmp(text, NOTE_PREFIX, strlen(NOTE_PREFIX))) {
		text[strcspn(text, "\n")] = '\0';
		*reason = strdup(text + strlen(NOTE_PREFIX));
		err = *reason ? 0 : -ENOMEM;
	}
	free(text);
	return err;
}

/* A key can be enrolled only with Secure Boot. */
#define ENROL "/usr/lib/daxplug/sign-driver enrol, or boot without module.sig_enforce if it is set"
#define CORRECT "correct \"options kmem\" in /etc/modprobe.d, then: daxplug takeover"

/**
 * fallback_remedy() - the remedy that lets the next load of daxplug's driver succeed
 * @reason: from fallback_reason()
 *
 * Return: a command line or an instruction.
 */
const char *fallback_remedy(const char *reason)
{
	/* Messages of load-kmem, and of modprobe for an errno of init_module(2). */
	static const struct {
		const char *words, *remedy;
	} known[] = {
		{ "daxplug=off", "boot without daxplug=off on the kernel command line" },
		{ "not built for", "/usr/lib/daxplug/build-driver && daxplug takeover" },
		{ "loaded nothing",
		  "remove the line for daxplug_kmem from /etc/modprobe.d, then: daxplug takeover" },
		{ "Key was rejected", ENROL },
		{ "Required key", ENROL },
		{ "Operation not permitted", ENROL },
		{ "Exec format error",
		  "build the driver again for this kernel; dmesg has the difference" },
		{ "must be stock or none", CORRECT },
		{ "Invalid argument", CORRECT },
	};
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strstr(reason, known[i].words))
			return known[i].remedy;
	return "dmesg | grep kmem";
}
