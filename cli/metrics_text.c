// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "metrics.h"
#include "safe.h"

/* The number of labels printed for the current value. */
static unsigned int labels;

void metric_head(const char *name, const char *type, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_begin(const char *name)
{
	fputs(name, stdout);
	labels = 0;
}

/* Prints UTF-8, with backslashes before characters that would end a value. */
static void print_escaped(const char *text)
{
	char *safe = safe_utf8(text), *letter;

	for (letter = safe; letter && *letter; letter++) {
		if (*letter == '\n') {
			fputs("\\n", stdout);
			continue;
		}
		if (*letter == '"' || *letter == '\\')
			putchar('\\');
		putchar(*letter);
	}
	free(safe);
}

void metric_label(const char *name, const char *value)
{
	printf("%c%s=\"", labels++ ? ',' : '{', name);
	print_escaped(value);
	putchar('"');
}

static void close_labels(void)
{
	if (labels)
		putchar('}');
}

void metric_end(uint64_t value)
{
	close_labels();
	printf(" %" PRIu64 "\n", value);
}

void metric_end_real(double value)
{
	close_labels();
	printf(" %.10g\n", value);
}
