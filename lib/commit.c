// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * With vm.overcommit_memory=2 the kernel commits no more memory than CommitLimit, which shrinks
 * with the memory. If more is committed already, every fork and mmap fails.
 */
#include <errno.h>
#include <stdlib.h>

#include "forecast.h"
#include "handle.h"
#include "node.h"
#include "parse.h"

#define SYSCTL "proc/sys/vm/"

static int read_sysctl(const struct daxplug *daxplug, const char *path, uint64_t *number)
{
	return sysfs_read_number(daxplug, path, number);
}

/* As read_sysctl(), but a missing file counts as 0. */
static int read_optional(const struct daxplug *daxplug, const char *path, uint64_t *number)
{
	int err = read_sysctl(daxplug, path, number);

	if (err != -ENOENT)
		return err;
	*number = 0;
	return 0;
}

/* The memory that CommitLimit would lose: all but huge pages, which do not count for it. */
static uint64_t lost_memory(const struct daxplug_forecast *forecast)
{
	uint64_t lost = 0, huge = 0;
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		lost += forecast->parts[i].online;
	for (i = 0; i < forecast->pool_count; i++)
		huge += forecast->pools[i].pages * forecast->pools[i].size;
	return lost > huge ? lost - huge : 0;
}

static int read_commit(const struct daxplug *daxplug, uint64_t *limit, uint64_t *committed)
{
	char *text;
	int err;

	text = sysfs_read_long(daxplug, "proc/meminfo", &err);
	if (!text)
		return err;
	err = parse_meminfo(text, "CommitLimit", limit);
	if (!err)
		err = parse_meminfo(text, "Committed_AS", committed);
	free(text);
	return err;
}

/* Finds that @committed memory and the @reserve of root, in kB, exceed the @limit without @lost. */
static void judge(struct daxplug_forecast *forecast, uint64_t limit, uint64_t committed,
		  uint64_t reserve, uint64_t lost)
{
	uint64_t left = limit > lost ? limit - lost : 0;
	char promised[32], allowed[32];

	if (committed + reserve * 1024 <= left)
		return;
	find(forecast, "commit-limit",
	     forecast->action == DAXPLUG_ACTION_REPLUG ? DAXPLUG_SEVERITY_WARNING
						       : DAXPLUG_SEVERITY_ERROR,
	     DAXPLUG_REASON_COMMIT_LIMIT, NULL,
	     "stop programs, add swap, raise vm.overcommit_ratio, or use --force",
	     "%s of memory are committed, and without the device only %s may be "
	     "(vm.overcommit_memory=2)",
	     forecast_size(committed, promised, sizeof(promised)),
	     forecast_size(left, allowed, sizeof(allowed)));
}

/**
 * forecast_commit() - check whether more memory would be committed than allowed
 * @forecast: the forecast, with the pools of huge pages
 */
void forecast_commit(struct daxplug_forecast *forecast)
{
	const struct daxplug *daxplug = forecast->daxplug;
	uint64_t mode, fixed, reserve, ratio, limit, committed;
	int err;

	/* A recorded tree may lack the files; then assume the default mode, and no fixed limit. */
	err = read_optional(daxplug, SYSCTL "overcommit_memory", &mode);
	if (!err && mode != 2)
		return;
	if (!err)
		err = read_optional(daxplug, SYSCTL "overcommit_kbytes", &fixed);
	if (!err && fixed)
		return;
	if (err || read_optional(daxplug, SYSCTL "admin_reserve_kbytes", &reserve) ||
	    read_sysctl(daxplug, SYSCTL "overcommit_ratio", &ratio) ||
	    read_commit(daxplug, &limit, &committed)) {
		find(forecast, "commit-unknown", DAXPLUG_SEVERITY_UNSURE, DAXPLUG_REASON_UNREADABLE,
		     NULL, "", "cannot tell how much memory may be committed without the device");
		return;
	}
	judge(forecast, limit, committed, reserve, lost_memory(forecast) / 100 * ratio);
}
