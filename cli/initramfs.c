// SPDX-License-Identifier: GPL-2.0-or-later
/* Rebuilds each kernel's initramfs if it contains the driver. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "complain.h"
#include "output.h"
#include "program.h"
#include "status.h"
#include "tree.h"

#define MODULES "lib/modules"

#define MOST_WORDS 5

/**
 * struct builder - a program that builds initramfs images
 * @list: the command that lists the image of a kernel; its last word has %s for the release
 * @rebuild: the command that rebuilds that image, likewise
 * @is_path: the last word of @list is the path of the image
 */
struct builder {
	const char *list[MOST_WORDS];
	const char *rebuild[MOST_WORDS];
	bool is_path;
};

static const struct builder builders[] = {
	{ { "lsinitramfs", "/boot/initrd.img-%s" },
	  { "update-initramfs", "-u", "-k", "%s" },
	  true },
	{ { "lsinitrd", "-k", "%s" }, { "dracut", "--force", "--kver", "%s" }, false },
};

#define BUILDER_COUNT (sizeof(builders) / sizeof(builders[0]))

/**
 * struct command_line - a builder's command for one kernel
 * @words: the command, NULL-terminated
 * @last: its last word, with the release
 */
struct command_line {
	const char *words[MOST_WORDS];
	char last[256];
};

static void fill(struct command_line *command, const char *const *words, const char *release)
{
	unsigned int i;

	memset(command, 0, sizeof(*command));
	for (i = 0; words[i + 1]; i++)
		command->words[i] = words[i];
	snprintf(command->last, sizeof(command->last), words[i], release);
	command->words[i] = command->last;
}

static bool lists_driver(FILE *listing)
{
	char line[4096];
	bool found = false;

	rewind(listing);
	while (fgets(line, sizeof(line), listing))
		found = found || strstr(line, "kmem.ko");
	return found;
}

/* Returns 1 or 0; -1 if this program is not installed, or cannot tell. */
static int holds_driver(const struct builder *builder, const char *release)
{
	FILE *listing = tmpfile();
	struct command_line command;
	int found = -1, status;

	if (!listing)
		return -1;
	fill(&command, builder->list, release);
	if (!program_run(command.words, fileno(listing), &status)) {
		if (!status)
			found = lists_driver(listing);
		else if (builder->is_path && access(command.last, F_OK))
			found = 0;
	}
	fclose(listing);
	return found;
}

static int rebuild(const struct builder *builder, const char *release)
{
	struct command_line command;
	char text[320] = "";
	size_t length = 0;
	unsigned int i;
	int status;

	fill(&command, builder->rebuild, release);
	for (i = 0; command.words[i]; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "",
				   command.words[i]);
	printf("the initramfs of %s holds kmem and is rebuilt: %s\n", release, text);
	output_flush();
	if (!program_run(command.words, -1, &status) && !status)
		return EXIT_DONE;
	complain("%s failed: this initramfs still has the old options; run again: "
		 "daxplug apply --boot",
		 text);
	return EXIT_FAILED;
}

static int refresh(const char *release)
{
	unsigned int i;

	for (i = 0; i < BUILDER_COUNT; i++) {
		int found = holds_driver(&builders[i], release);

		if (found > 0)
			return rebuild(&builders[i], release);
		if (!found)
			return EXIT_DONE;
	}
	printf("cannot tell whether the initramfs of %s holds kmem; if it does, rebuild it\n",
	       release);
	return EXIT_DONE;
}

/**
 * initramfs_refresh() - rebuild the initramfs of each installed kernel if it holds the driver
 *
 * Return: an exit status.
 */
int initramfs_refresh(void)
{
	char **releases = tree_list(MODULES), **release;
	int status = EXIT_DONE;

	if (!releases)
		puts("cannot tell whether an initramfs holds kmem; if one does, rebuild it");
	for (release = releases; release && *release; release++)
		if (refresh(*release) != EXIT_DONE)
			status = EXIT_FAILED;
	tree_free_list(releases);
	return status;
}
