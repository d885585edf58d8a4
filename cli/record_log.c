// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "options.h"
#include "record_log.h"
#include "span.h"

#define JOURNAL_LOG "var/log/daxplug-journal.log"
#define KERNEL_LOG "var/log/daxplug-kernel.log"

/* Larger than any single record of /dev/kmsg. */
#define MOST_MESSAGE 8192

static void print_entry(const struct journal_entry *entry, void *data)
{
	char when[STAMP_SIZE];

	stamp_text(entry->us, true, when);
	fprintf(data, "%s %s %s %s\n", when, *entry->device ? entry->device : "-", entry->source,
		entry->message);
}

static int print_journal(FILE *log)
{
	return journal_read(NULL, 0, print_entry, log);
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT", then lines with properties. */
static void print_message(const char *message, FILE *log)
{
	const char *text = strchr(message, ';');

	if (!text || (!strstr(text, "\n SUBSYSTEM=dax\n") && strncmp(text, ";kmem", 5)))
		return;
	fprintf(log, "%.*s\n", (int)strcspn(message, "\n"), message);
}

/* Prints the kernel's messages about DAX devices, which contain no kernel addresses. */
static int print_kernel_log(FILE *log)
{
	char message[MOST_MESSAGE + 1];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : 1;

	while (length > 0) {
		length = read(fd, message, MOST_MESSAGE);
		if (length > 0) {
			message[length] = '\0';
			print_message(message, log);
		} else if (length < 0 && errno == EPIPE) {
			length =
				1; /* messages were overwritten meanwhile: the next is the oldest */
		}
	}
	length = errno;
	if (fd < 0)
		return -length;
	close(fd);
	return length == EAGAIN ? 0 : -length;
}

static void record_output(struct record_tree *tree, const char *path, int (*print)(FILE *log))
{
	char *text = NULL;
	size_t size;
	FILE *log = open_memstream(&text, &size);
	int err = log ? print(log) : -ENOMEM;

	if (err == -EACCES || err == -EPERM)
		tree->denied++;
	if (err && err != -EOPNOTSUPP)
		fprintf(tree->notes, "%s: %s\n", path, strerror(-err));
	if (log && !fclose(log) && *text)
		record_write(tree, path, text);
	free(text);
}

/* Records the messages of the driver and of daxplug, from this system or a recorded tree. */
void record_log(struct record_tree *tree)
{
	if (options_root()) {
		record_files(tree, JOURNAL_LOG, NULL);
		record_files(tree, KERNEL_LOG, NULL);
		return;
	}
	record_output(tree, JOURNAL_LOG, print_journal);
	record_output(tree, KERNEL_LOG, print_kernel_log);
}
