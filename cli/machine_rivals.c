// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds other programs' configuration that switches memory blocks, with file and line. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

/**
 * struct search - the state of reading files
 * @findings: findings are added here
 * @file: the current file
 * @about_memory: the current file has a rule about memory blocks
 */
struct search {
	struct findings *findings;
	char file[512];
	bool about_memory;
};

/* --- udev --- */

/* Removes the white space of a rule, for comparing. */
static void squeeze(const char *text, char *squeezed, size_t size)
{
	size_t length = 0;

	for (; *text && length + 1 < size; text++)
		if (!isspace((unsigned char)*text))
			squeezed[length++] = *text;
	squeezed[length] = '\0';
}

static bool switches_blocks(const char *rule)
{
	const char *value = strstr(rule, "ATTR{state}=\"");

	if (value)
		return strncmp(value, "ATTR{state}=\"offline", 20);
	return strstr(rule, "SUBSYSTEM==\"memory\"") && strstr(rule, "RUN") &&
	       (strstr(rule, "online") || strstr(rule, "chmem"));
}

static void find_rule(const struct config_line *line, void *data)
{
	struct search *search = data;
	char rule[2048], remedy[640];
	const char *name = strrchr(line->file, '/') + 1;

	if (strcmp(search->file, line->file)) {
		snprintf(search->file, sizeof(search->file), "%s", line->file);
		search->about_memory = false;
	}
	squeeze(line->text, rule, sizeof(rule));
	if (strstr(rule, "SUBSYSTEM==\"memory\"") || strstr(rule, "SUBSYSTEM!=\"memory\""))
		search->about_memory = true;
	if (!search->about_memory || !switches_blocks(rule))
		return;
	snprintf(remedy, sizeof(remedy),
		 "ln -s /dev/null /etc/udev/rules.d/%s && udevadm control --reload", name);
	if (!strncmp(line->file, "/etc/", 5))
		snprintf(remedy, sizeof(remedy), "remove the rule, then: udevadm control --reload");
	findings_add(search->findings, "udev-onlines-blocks", DAXPLUG_SEVERITY_WARNING,
		     AT_LINE(line->file, line->number), remedy,
		     "a udev rule puts memory blocks online one by one");
}

static void find_rules(struct findings *findings)
{
	static const char *const directories[] = {
		"etc/udev/rules.d",	"run/udev/rules.d", "usr/local/lib/udev/rules.d",
		"usr/lib/udev/rules.d", "lib/udev/rules.d", NULL
	};
	struct search search = { .findings = findings };

	machine_read_config(findings, directories, ".rules", find_rule, &search);
}

/* --- daxctl --- */

static void find_section(const struct config_line *line, void *data)
{
	if (strncmp(line->text, "[reconfigure-device", 19))
		return;
	findings_add(data, "daxctl-reconfigures", DAXPLUG_SEVERITY_WARNING,
		     AT_LINE(line->file, line->number), "remove the section",
		     "daxctl changes the mode of a device when it appears: %s", line->text);
}

static void find_sections(struct findings *findings)
{
	static const char *const directories[] = { "etc/daxctl.conf.d", NULL };

	machine_read_config(findings, directories, ".conf", find_section, findings);
}

/* --- services --- */

static void find_command(const struct config_line *line, void *data)
{
	const char *command = strchr(line->text, '=');
	char remedy[640];

	if (strncmp(line->text, "Exec", 4) || !command ||
	    (!config_has_word(command, "chmem") && !strstr(command, "/system/memory/") &&
	     !strstr(command, "daxctl online-memory") && !strstr(command, "daxctl offline-memory")))
		return;
	snprintf(remedy, sizeof(remedy), "systemctl mask %s", strrchr(line->file, '/') + 1);
	findings_add(data, "service-switches-blocks", DAXPLUG_SEVERITY_WARNING,
		     AT_LINE(line->file, line->number), remedy,
		     "a service switches memory blocks, if it is enabled: %s", command + 1);
}

static void find_services(struct findings *findings)
{
	static const char *const directories[] = {
		"etc/systemd/system",	  "run/systemd/system", "usr/local/lib/systemd/system",
		"usr/lib/systemd/system", "lib/systemd/system", NULL
	};

	machine_read_config(findings, directories, ".service", find_command, findings);
}

/* --- */

/* Adds a finding for each rule, section and service that switches memory blocks. */
void machine_rivals(struct findings *findings)
{
	find_rules(findings);
	find_sections(findings);
	find_services(findings);
}
