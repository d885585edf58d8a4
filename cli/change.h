/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes one change and prints its progress and outcome, for plug, unplug, replug and reclaim. */
#ifndef DAXPLUG_CLI_CHANGE_H
#define DAXPLUG_CLI_CHANGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "libdaxplug.h"
#include "options.h"
#include "progress.h"

/* The options of all changes, for the table of long options and for the help. */
enum { OPTION_TIMEOUT = OPTION_OWN, OPTION_PROGRESS, OPTION_NO_WAIT, OPTION_VERB };

#define CHANGE_OPTIONS                                                                             \
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },                                    \
		{ "no-wait", no_argument, NULL, OPTION_NO_WAIT },                                  \
		{ "progress", required_argument, NULL, OPTION_PROGRESS },                          \
		{ "quiet", no_argument, NULL, 'q' },                                               \
	{                                                                                          \
		"json", no_argument, NULL, 'J'                                                     \
	}

#define CHANGE_HELP                                                                                \
	"      --timeout TIME    give up after TIME and roll back: 30s, 1.5min, infinity\n"        \
	"      --no-wait         fail at once if another daxplug is at work on it\n"               \
	"      --progress=HOW    auto, never, or json on standard error\n"                         \
	"  -q, --quiet           print nothing but errors\n"                                       \
	"  -J, --json            print the results as JSON\n"

/**
 * struct change_options - how changes are made and reported
 * @flags: DAXPLUG_CHANGE_*
 * @timeout: in ms, or negative for none
 * @progress: how progress is shown
 * @quiet: print nothing but errors
 * @json: print the results as JSON
 * @signals: readable when the user wants to stop, or -1
 */
struct change_options {
	unsigned int flags;
	int64_t timeout;
	enum progress_style progress;
	bool quiet;
	bool json;
	int signals;
};

int change_option(int option, struct change_options *options);
int change_run(struct daxplug_change *change, const struct change_options *options);
void change_add_json(struct json_object *object, const struct daxplug_change *change);
bool change_interrupted(const struct daxplug_change *change);
int change_stopped(int status, bool incomplete);

#endif /* DAXPLUG_CLI_CHANGE_H */
