// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "options.h"
#include "tree.h"

/* More than any file has that is of interest here. */
#define MOST_BYTES (4U << 20)

/* Bytes that one read asks for. */
#define STEP_BYTES (64U << 10)

/* Nothing outside of the root is opened, whatever links say. */
static int open_below(const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	const char *root_path = options_root();
	int fd, root = open(root_path ? root_path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -1;
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	/* A sandbox may forbid the call; links of the live system lead nowhere else. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && !root_path)
		fd = openat(root, path, how.flags);
	close(root);
	return fd;
}

/* Whether there is such a file, directory, or link, wherever that leads. */
bool tree_exists(const char *path)
{
	int fd = open_below(path, O_PATH | O_NOFOLLOW);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/**
 * tree_is_write_only() - whether a file can be written and not read
 * @path: below the root, without a leading slash
 *
 * In sysfs not even root can read such a file.
 *
 * Return: whether @path is such a file.
 */
bool tree_is_write_only(const char *path)
{
	int fd = open_below(path, O_PATH);
	struct stat about;
	bool write_only = fd >= 0 && !fstat(fd, &about) && S_ISREG(about.st_mode) &&
			  (about.st_mode & 0222) && !(about.st_mode & 0444);

	if (fd >= 0)
		close(fd);
	return write_only;
}

/**
 * tree_link() - the target of a link
 * @path: below the root, without a leading slash
 *
 * Return: the target as it stands in the link, which the caller frees; NULL if @path is no
 * link, or cannot be read.
 */
char *tree_link(const char *path)
{
	int fd = open_below(path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	ssize_t length = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target));

	if (fd >= 0)
		close(fd);
	return length > 0 && length < PATH_MAX ? strndup(target, length) : NULL;
}

/* Whether it is a link to /dev/null, with which configuration switches off a file. */
bool tree_leads_to_null(const char *path)
{
	char *target = tree_link(path);
	bool leads = target && !strcmp(target, "/dev/null");

	free(target);
	return leads;
}

/*
 * In steps: a file below /proc/sys fails with ENOMEM where a program asks for as much as
 * the kernel can allocate at once.
 */
static char *read_all(int fd)
{
	char *text = malloc(MOST_BYTES + 1);
	size_t length = 0;
	ssize_t got = text ? 1 : -1;

	while (got > 0 && length < MOST_BYTES) {
		size_t left = MOST_BYTES - length;

		got = read(fd, text + length, left < STEP_BYTES ? left : STEP_BYTES);
		length += got > 0 ? got : 0;
	}
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

/* Closes the file. NULL with errno if it cannot be read, with errno 0 if it is no regular one. */
static char *read_regular(int fd)
{
	struct stat status;
	char *text = NULL;
	int err = 0;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status))
		err = errno;
	else if (S_ISREG(status.st_mode) && !(text = read_all(fd)))
		err = errno;
	close(fd);
	errno = err;
	return text;
}

/**
 * tree_read() - the contents of a file
 * @path: below the root, without a leading slash
 *
 * Return: the text, which the caller frees; NULL with errno if it cannot be read, NULL
 * with errno 0 if it is no regular file.
 */
char *tree_read(const char *path)
{
	return read_regular(open_below(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
}

/* The same for a file of the command line, wherever the root is. */
char *tree_read_given(const char *path)
{
	return read_regular(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **read_names(DIR *directory)
{
	char **names = calloc(1, sizeof(*names)), **more;
	struct dirent *entry;
	size_t count = 0;

	while (names && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		more = reallocarray(names, count + 2, sizeof(*names));
		if (!more)
			break;
		names = more;
		names[count] = strdup(entry->d_name);
		if (!names[count])
			break;
		names[++count] = NULL;
	}
	if (names)
		qsort(names, count, sizeof(*names), by_name);
	return names;
}

/**
 * tree_list() - the names in a directory, in order
 * @path: below the root, without a leading slash
 *
 * Return: the names and a NULL, to be freed by tree_free_list(); NULL if there is no
 * such directory.
 */
char **tree_list(const char *path)
{
	int fd = open_below(path, O_RDONLY | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	char **names;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	names = read_names(directory);
	closedir(directory);
	return names;
}

void tree_free_list(char **names)
{
	char **name;

	for (name = names; name && *name; name++)
		free(*name);
	free(names);
}
