// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "command.h"
#include "complain.h"
#include "device_json.h"
#include "json.h"
#include "options.h"
#include "select.h"
#include "signals.h"
#include "status.h"
#include "tree.h"

/**
 * struct job - the command line
 * @change: the options of the changes
 * @names: the ranges, or "all"; @count of them
 * @count: number of ranges
 * @selection: selects no device
 * @results: the results of all ranges as JSON; NULL to print them as text
 * @status: the exit status so far
 * @stopped: a signal has stopped it
 * @incomplete: a rollback is incomplete
 */
struct job {
	struct change_options change;
	char **names;
	int count;
	struct selection selection;
	struct json_object *results;
	int status;
	bool stopped;
	bool incomplete;
};

static void print_help(void)
{
	puts("usage: daxplug reclaim [OPTION...] RANGE...|all\n"
	     "\n"
	     "Take orphaned memory offline and remove it, or change nothing. Memory is\n"
	     "orphaned if its device was unbound while it was online; 'daxplug list' lists it.\n"
	     "\n"
	     "      --dry-run         check everything, change nothing\n" CHANGE_HELP GLOBAL_HELP);
}

static bool take_address(const char **text, int base, uint64_t *address)
{
	char *end;

	errno = 0;
	*address = strtoull(*text, &end, strncmp(*text, "0x", 2) ? base : 16);
	if (errno || end == *text)
		return false;
	*text = end;
	return true;
}

/*
 * Parses a range as list prints it, in hexadecimal, or as in a selector, where
 * hexadecimal needs 0x.
 */
static bool parse_range(const char *text, uint64_t *start, uint64_t *end)
{
	int base = 16;

	if (!strncmp(text, "range:", 6)) {
		text += 6;
		base = 10;
	}
	return take_address(&text, base, start) && *text++ == '-' &&
	       take_address(&text, base, end) && !*text && *start <= *end;
}

static bool is_wanted(const char *name, const struct daxplug_orphan *orphan)
{
	uint64_t start, end;

	if (!strcmp(name, "all"))
		return true;
	return parse_range(name, &start, &end) && start == daxplug_orphan_start(orphan) &&
	       end == daxplug_orphan_end(orphan);
}

static void add_result(const struct job *job, const struct daxplug_orphan *orphan,
		       const struct daxplug_change *change, int status)
{
	struct json_object *object = json_orphan(orphan);

	change_add_json(object, change);
	json_add_number(object, "exit_status", status);
	json_append(job->results, object);
}

static int reclaim(struct job *job, struct daxplug *daxplug, const struct daxplug_orphan *orphan)
{
	struct daxplug_change *change;
	int status, err = daxplug_change_new_reclaim(daxplug, orphan, &change);

	if (err) {
		complain("%s: cannot prepare the change: %s", daxplug_orphan_name(orphan),
			 strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	status = change_run(change, &job->change);
	if (change_interrupted(change))
		job->stopped = true;
	job->incomplete |= status == EXIT_INCOMPLETE;
	if (job->results)
		add_result(job, orphan, change, status);
	else if (daxplug_change_outcome(change) == DAXPLUG_OUTCOME_DRY_RUN && !job->change.quiet)
		printf("%s: would be reclaimed\n", daxplug_orphan_name(orphan));
	daxplug_change_unref(change);
	return status;
}

static unsigned int reclaim_named(struct job *job, struct daxplug *daxplug, const char *name)
{
	struct daxplug_orphan *orphan;
	unsigned int count = 0;

	for (orphan = daxplug_orphan_first(daxplug); orphan; orphan = daxplug_orphan_next(orphan)) {
		if (!is_wanted(name, orphan))
			continue;
		count++;
		if (job->stopped || signals_came()) {
			job->stopped = true;
			complain("interrupted; %s not attempted", daxplug_orphan_name(orphan));
			continue;
		}
		job->status = status_combine(job->status, reclaim(job, daxplug, orphan));
	}
	return count;
}

static void none_found(struct job *job, const char *name)
{
	if (strcmp(name, "all")) {
		complain("%s: no such orphaned range (see 'daxplug list')", name);
		job->status = status_combine(job->status, EXIT_UNKNOWN_NAME);
		return;
	}
	if (!job->change.quiet && !job->results)
		puts("no orphaned memory");
	job->status = status_combine(job->status, EXIT_DONE);
}

static int reclaim_all(struct daxplug *daxplug, void *data)
{
	int i, err = tree_find("sys/bus/dax/drivers/kmem/stranded");
	struct job *job = data;

	if (err == -ENOENT) {
		complain("the kmem driver in use keeps no orphaned memory (see 'daxplug check')");
		return EXIT_NOT_SUPPORTED;
	}
	if (err) {
		complain("cannot tell whether the kmem driver in use keeps orphaned memory: %s",
			 strerror(-err));
		return EXIT_CANNOT_TELL;
	}
	job->change.signals = signals_open();
	for (i = 0; i < job->count; i++)
		if (!reclaim_named(job, daxplug, job->names[i]))
			none_found(job, job->names[i]);
	return job->stopped ? change_stopped(job->status, job->incomplete) : job->status;
}

enum { OPTION_DRY_RUN = OPTION_VERB };

static const struct option long_options[] = {
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	CHANGE_OPTIONS,
	GLOBAL_OPTIONS,
};

static int check_names(const struct job *job)
{
	uint64_t start, end;
	int i;

	for (i = 0; i < job->count; i++)
		if (strcmp(job->names[i], "all") && !parse_range(job->names[i], &start, &end))
			return usage_error("'%s' is not a range of addresses START-END, nor all",
					   job->names[i]);
	return job->count ? NO_STATUS : usage_error("no range given");
}

/* Returns NO_STATUS to continue, or an exit status. */
static int parse(int argc, char **argv, struct job *job)
{
	int option, status = EXIT_DONE;

	while ((option = option_next(argc, argv, ":qJhV", long_options)) != OPTIONS_END) {
		if (option == OPTION_DRY_RUN)
			job->change.flags |= DAXPLUG_CHANGE_DRY_RUN;
		else
			status = change_option(option, &job->change);
		if (status == NO_STATUS)
			return option_stop(option, print_help);
		if (status)
			return status;
	}
	job->names = argv + optind;
	job->count = argc - optind;
	return check_names(job);
}

static int run(int argc, char **argv)
{
	struct job job = {
		.change = { .timeout = -1, .signals = -1 },
		.selection = { .node = -1, .may_be_empty = true },
		.status = NO_STATUS,
	};
	int status = parse(argc, argv, &job);

	if (status != NO_STATUS)
		return status;
	if (job.change.json) {
		job.results = json_new_array();
		if (!job.results) {
			complain("out of memory");
			return EXIT_CANNOT_TELL;
		}
	}
	status = select_devices(&job.selection, reclaim_all, &job);
	if (job.results && !json_print(job.results))
		status = status_without_json(status, !(job.change.flags & DAXPLUG_CHANGE_DRY_RUN));
	return status;
}

const struct command reclaim_command = {
	.name = "reclaim",
	.summary = "take back memory that no device owns any more",
	.changes_memory = true,
	.help = print_help,
	.run = run,
};
