// SPDX-License-Identifier: GPL-2.0-or-later
/* The command's parsers: command line, configuration, journal. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "declared.h"
#include "fuzz.h"
#include "monitor_line.h"
#include "safe.h"
#include "selector.h"
#include "span.h"

#define NOW 1764000000000000

static void fuzz_time(const char *text, size_t size)
{
	char printed[STAMP_SIZE];
	int64_t us;

	(void)size;
	if (span_parse(text, &us))
		assert(us >= 0);
	if (stamp_parse(text, NOW, &us)) {
		stamp_text(us, true, printed);
		assert(*printed);
	}
}

static void fuzz_selector(const char *text, size_t size)
{
	const char *fault = selector_check(text);

	(void)size;
	assert(!fault || *fault);
}

static void fuzz_declared(const char *text, size_t size)
{
	struct declared declared = { 0 };
	char path[64], *files[] = { path };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	unsigned int i;

	assert(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (declared_load(&declared, files, 1))
		for (i = 0; i < declared.count; i++) {
			const struct section *section = &declared.sections[i];

			assert(*section->label && section->match < MATCH_KEYS);
			assert(!selector_check(section->selector));
			assert(section->guard >= -1 && section->guard <= 1);
			assert(section->memmap >= -1 && section->memmap <= 1);
			assert(section->timeout >= -1);
		}
	else
		assert(declared.faults.count);
	declared_free(&declared);
	close(fd);
}

/* Any byte may be in the journal; its output harms neither terminal nor JSON. */
static void fuzz_journal(const char *text, size_t size)
{
	struct journal_entry entry = {
		.us = (int64_t)size * NOW / 64,
		.device = text,
		.source = "result",
		.message = text,
		.action = text + size / 2,
		.outcome = "",
		.reason = text + size / 3,
		.state_before = text + size,
		.state = text,
	};

	monitor_line_entry(&entry, true);
	monitor_line_entry(&entry, false);
}

static void fuzz_word(const char *text, size_t size)
{
	if (config_has_word(text, "kmem"))
		assert(size >= 4 && strstr(text, "kmem"));
}

const struct fuzz_target fuzz_words[] = {
	{ .name = "time", .run = fuzz_time },	      { .name = "selector", .run = fuzz_selector },
	{ .name = "declared", .run = fuzz_declared }, { .name = "journal", .run = fuzz_journal },
	{ .name = "word", .run = fuzz_word },	      { .name = NULL },
};
