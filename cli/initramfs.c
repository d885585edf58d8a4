// SPDX-License-Identifier: GPL-2.0-or-later
/* Rebuilds the initramfs if it contains the driver. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "apply.h"
#include "complain.h"
#include "output.h"
#include "program.h"
#include "status.h"

/**
 * struct builder - a program that builds initramfs images
 * @list: the program that lists an image
 * @image: the path of a kernel's image, with %s for its release; NULL if @list needs none
 * @rebuild: the command that rebuilds the image of the running kernel
 */
struct builder {
	const char *list;
	const char *image;
	const char *rebuild[4];
};

static const struct builder builders[] = {
	{ "lsinitramfs", "/boot/initrd.img-%s", { "update-initramfs", "-u", NULL } },
	{ "lsinitrd", NULL, { "dracut", "--force", NULL } },
};

#define BUILDER_COUNT (sizeof(builders) / sizeof(builders[0]))

/* Whether a program could be run and has succeeded. */
static bool succeeds(const char *const *command, int output)
{
	int status;

	return !program_run(command, output, &status) && !status;
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
	char image[256];
	const char *command[] = { builder->list, builder->image ? image : NULL, NULL };
	FILE *listing = tmpfile();
	int found = -1;

	if (!listing)
		return -1;
	if (builder->image)
		snprintf(image, sizeof(image), builder->image, release);
	if (!builder->image || !access(image, F_OK))
		if (succeeds(command, fileno(listing)))
			found = lists_driver(listing);
	fclose(listing);
	return found;
}

static int rebuild(const struct builder *builder)
{
	printf("the initramfs holds kmem and is rebuilt: %s %s\n", builder->rebuild[0],
	       builder->rebuild[1]);
	output_flush();
	if (succeeds(builder->rebuild, -1))
		return EXIT_DONE;
	complain("%s %s failed: the initramfs still has the old options; run it again",
		 builder->rebuild[0], builder->rebuild[1]);
	return EXIT_FAILED;
}

/**
 * initramfs_refresh() - rebuild the initramfs of the running kernel if it holds the driver
 *
 * Return: an exit status.
 */
int initramfs_refresh(void)
{
	struct utsname system;
	unsigned int i;

	uname(&system);
	for (i = 0; i < BUILDER_COUNT; i++) {
		int found = holds_driver(&builders[i], system.release);

		if (found > 0)
			return rebuild(&builders[i]);
		if (!found)
			return EXIT_DONE;
	}
	puts("cannot tell whether an initramfs holds kmem; if one does, rebuild it");
	return EXIT_DONE;
}
