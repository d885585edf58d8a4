// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the configuration of other programs, and finds out whether some of it is unreadable. */
#include <errno.h>

#include "machine.h"
#include "tree.h"

/**
 * machine_read_config() - as config_each_line()
 * @findings: gets a finding if a file or a directory cannot be read
 * @directories: the directories of the files, NULL-terminated, the first taking precedence
 * @suffix: the suffix of the files' names
 * @visit: called for each line
 * @data: passed to @visit
 *
 * Return: true if everything could be read.
 */
bool machine_read_config(struct findings *findings, const char *const *directories,
			 const char *suffix, config_visit *visit, void *data)
{
	struct config_gap gap;

	config_each_line(directories, suffix, visit, data, &gap);
	if (gap.err)
		findings_add(findings, "configuration-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE,
			     gap.err == -EACCES ? "run it as root" : "",
			     "cannot tell what %s configures: %s", gap.path, tree_error(-gap.err));
	return !gap.err;
}
