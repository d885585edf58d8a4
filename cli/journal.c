// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "journal.h"
#include "options.h"

#define MOST_BYTES 512

/* The ID of each result of a change; docs/agents.md documents it. */
#define RESULT_ID "39f030a4019646378ea2ce9fe503fcb4"

static pid_t parent;

/**
 * struct requester - the process that asked for a change
 * @uid: the user who logged in, or else the user of this process
 * @pid: the PID of this process's parent at its start
 * @unit: the systemd unit, a service or the scope of a login, or empty
 */
struct requester {
	uid_t uid;
	pid_t pid;
	char unit[256];
};

/*
 * Uses the control group of this process, which a user cannot choose, unlike environment
 * variables.
 */
static struct requester find_requester(void)
{
	struct requester requester = { .uid = getuid(), .pid = parent };
	char *unit = NULL;
	uid_t owner;

	if (sd_pid_get_owner_uid(0, &owner) >= 0)
		requester.uid = owner;
	if (sd_pid_get_unit(0, &unit) >= 0 && unit)
		snprintf(requester.unit, sizeof(requester.unit), "%s", unit);
	free(unit);
	return requester;
}

/* Remembers the requester, whose end during a change would make PID 1 the parent. */
void journal_begin(void)
{
	parent = getppid();
}

/**
 * journal_write() - write a result to the journal
 * @result: the result
 *
 * Does nothing without a journal.
 */
void journal_write(const struct journal_result *result)
{
	const char *action = daxplug_action_name(result->action);
	const char *outcome = daxplug_outcome_name(result->outcome);
	const struct requester requester = find_requester();

	if (options_root() || result->outcome == DAXPLUG_OUTCOME_DRY_RUN)
		return;
	sd_journal_send("MESSAGE_ID=" RESULT_ID, "PRIORITY=%d",
			result->failed ? LOG_WARNING : LOG_INFO, "SYSLOG_IDENTIFIER=daxplug",
			"MESSAGE=%s %s: %s%s%s", action, result->device, outcome,
			*result->message ? ": " : "", result->message, "DAXPLUG_DEVICE=%s",
			result->device, "DAXPLUG_ACTION=%s", action, "DAXPLUG_OUTCOME=%s", outcome,
			"DAXPLUG_EXIT_STATUS=%d", result->exit_status, "DAXPLUG_REASON=%s",
			result->failed ? daxplug_reason_name(result->reason) : "",
			"DAXPLUG_STATE_BEFORE=%s", daxplug_state_name(result->before),
			"DAXPLUG_STATE=%s", daxplug_state_name(result->state),
			"DAXPLUG_DURATION_MS=%lld", (long long)result->duration,
			"DAXPLUG_MOVED_BYTES=%llu", (unsigned long long)result->moved,
			"DAXPLUG_REQUESTER_UID=%u", (unsigned int)requester.uid,
			"DAXPLUG_REQUESTER_PID=%d", requester.pid, "DAXPLUG_REQUESTER_UNIT=%s",
			requester.unit, NULL);
}

/* Reads a field of the current entry, empty if there is none; @text has MOST_BYTES. */
static const char *field(sd_journal *journal, const char *name, char *text)
{
	size_t length, skip = strlen(name) + 1;
	const void *data;

	text[0] = '\0';
	if (sd_journal_get_data(journal, name, &data, &length) >= 0 && length >= skip)
		snprintf(text, MOST_BYTES, "%.*s", (int)(length - skip), (const char *)data + skip);
	return text;
}

static void visit_result(sd_journal *journal, uint64_t us, journal_visit *visit, void *data)
{
	char texts[7][MOST_BYTES];
	struct journal_entry entry = {
		.us = us,
		.source = "result",
		.device = field(journal, "DAXPLUG_DEVICE", texts[0]),
		.message = field(journal, "MESSAGE", texts[1]),
		.action = field(journal, "DAXPLUG_ACTION", texts[2]),
		.outcome = field(journal, "DAXPLUG_OUTCOME", texts[3]),
		.reason = field(journal, "DAXPLUG_REASON", texts[4]),
		.state_before = field(journal, "DAXPLUG_STATE_BEFORE", texts[5]),
		.state = field(journal, "DAXPLUG_STATE", texts[6]),
	};

	visit(&entry, data);
}

/* In the kernel's messages the device field is "+dax:dax0.0". */
static void visit_kernel(sd_journal *journal, uint64_t us, journal_visit *visit, void *data)
{
	char device[MOST_BYTES], message[MOST_BYTES];
	const char *name = strrchr(field(journal, "_KERNEL_DEVICE", device), ':');
	struct journal_entry entry = {
		.us = us,
		.source = "kernel",
		.device = name ? name + 1 : "",
		.message = field(journal, "MESSAGE", message),
		.action = "",
		.outcome = "",
		.reason = "",
		.state_before = "",
		.state = "",
	};

	visit(&entry, data);
}

/* Matches only root's messages: any user can log under the name daxplug. */
static int match(sd_journal *journal)
{
	int err = sd_journal_add_match(journal, "SYSLOG_IDENTIFIER=daxplug", 0);

	if (err >= 0)
		err = sd_journal_add_match(journal, "_UID=0", 0);
	if (err >= 0)
		err = sd_journal_add_disjunction(journal);
	return err < 0 ? err : sd_journal_add_match(journal, "_KERNEL_SUBSYSTEM=dax", 0);
}

static int visit_all(sd_journal *journal, int64_t since, journal_visit *visit, void *data)
{
	int err = match(journal), more;

	if (err >= 0)
		err = sd_journal_seek_realtime_usec(journal, since);
	if (err < 0)
		return err;
	while ((more = sd_journal_next(journal)) > 0) {
		char text[MOST_BYTES];
		uint64_t us;

		err = sd_journal_get_realtime_usec(journal, &us);
		if (err < 0)
			return err;
		if (*field(journal, "DAXPLUG_DEVICE", text))
			visit_result(journal, us, visit, data);
		else if (*field(journal, "_KERNEL_DEVICE", text))
			visit_kernel(journal, us, visit, data);
	}
	return more;
}

/**
 * journal_read() - read results of changes, and messages of the driver
 * @root: a recorded tree, whose var/log/journal is read; NULL for this system
 * @since: the earliest time, in microseconds since the epoch
 * @visit: called for each, the oldest first
 * @data: passed to @visit
 *
 * Return: 0 or a negative errno; -EOPNOTSUPP if daxplug was built without the journal.
 */
int journal_read(const char *root, int64_t since, journal_visit *visit, void *data)
{
	sd_journal *journal;
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/var/log/journal", root ? root : "");
	err = root ? sd_journal_open_directory(&journal, path, 0)
		   : sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
	if (err < 0)
		return err;
	err = visit_all(journal, since, visit, data);
	sd_journal_close(journal);
	return err;
}
