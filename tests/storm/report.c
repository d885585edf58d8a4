// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "report.h"

enum { MAX_ENTRIES = 256, LAST_ACTIONS = 20 };

static struct entry {
	char what[48];
	int err;
	unsigned long count;
} entries[MAX_ENTRIES];

static unsigned int entry_count;
static pthread_mutex_t entries_lock = PTHREAD_MUTEX_INITIALIZER;

static char history[LAST_ACTIONS][512];
static unsigned long remembered;

void note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fputc('\n', stdout);
	fflush(stdout);
}

static struct entry *find_entry(const char *what, int err)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		if (entries[i].err == err && !strcmp(entries[i].what, what))
			return &entries[i];
	}
	if (entry_count == MAX_ENTRIES)
		die("more than %d kinds of outcome", MAX_ENTRIES);
	snprintf(entries[i].what, sizeof(entries[i].what), "%s", what);
	entries[i].err = err;
	return &entries[entry_count++];
}

void tally(const char *what, int err)
{
	pthread_mutex_lock(&entries_lock);
	find_entry(what, err)->count++;
	pthread_mutex_unlock(&entries_lock);
}

void tally_print(void)
{
	unsigned int i, j;

	for (i = 0; i < entry_count; i++) {
		for (j = 0; j < i && strcmp(entries[j].what, entries[i].what); j++)
			;
		if (j < i)
			continue;
		printf("# %s:", entries[i].what);
		for (j = i; j < entry_count; j++) {
			if (!strcmp(entries[j].what, entries[i].what))
				printf(" %s %lu", errno_name(entries[j].err), entries[j].count);
		}
		putchar('\n');
	}
	fflush(stdout);
}

void remember(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(history[remembered++ % LAST_ACTIONS], sizeof(history[0]), format, args);
	va_end(args);
}

void history_print(void)
{
	unsigned long i = remembered > LAST_ACTIONS ? remembered - LAST_ACTIONS : 0;

	note("the last actions:");
	for (; i < remembered; i++)
		note("  %s", history[i % LAST_ACTIONS]);
}

const char *errno_name(int err)
{
	return err ? strerrorname_np(err) : "done";
}
