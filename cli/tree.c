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

/* The maximum size of a file; all relevant files are smaller. tree_error() has it in its text. */
#define MOST_BYTES (4 << 20)

/* The size of a single read. */
#define STEP_BYTES (64U << 10)

/* openat2() fails with EAGAIN if any mount or rename on the machine races with a "..". */
#define ATTEMPTS 100

/* Opens a file below the root, and never one outside, wherever links lead. */
static int open_below(const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	const char *root_path = options_root();
	int fd, tries = 0,
		root = open(root_path ? root_path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -1;
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < ATTEMPTS);
	/* A sandbox may forbid openat2(); on the live system no link leads out of the root. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && !root_path)
		fd = openat(root, path, how.flags);
	close(root);
	return fd;
}

/* Whether an error means that there is no such file. */
static bool is_missing(int err)
{
	return err == ENOENT || err == ENOTDIR;
}

/**
 * tree_find() - test whether a file, directory or link exists
 * @path: below the root, without a leading slash; if it is a link, the link is not followed
 *
 * Return: 0 if it exists; -ENOENT if it does not; another negative errno if that is unknown.
 */
int tree_find(const char *path)
{
	int fd = open_below(path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return is_missing(errno) ? -ENOENT : -errno;
	close(fd);
	return 0;
}

/**
 * tree_is_write_only() - test whether a file can be written, but not read
 * @path: below the root, without a leading slash
 *
 * Not even root can read such a file in sysfs.
 *
 * Return: true if @path is such a file.
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
 * tree_link() - read the target of a link
 * @path: below the root, without a leading slash
 *
 * Return: the target, which the caller frees; NULL if @path is not a link, or cannot be read.
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

/* Whether a path is a link to /dev/null, which disables a configuration file. */
bool tree_leads_to_null(const char *path)
{
	char *target = tree_link(path);
	bool leads = target && !strcmp(target, "/dev/null");

	free(target);
	return leads;
}

/*
 * Reads in small steps, because a large read of a file below /proc/sys fails with ENOMEM: the
 * kernel allocates a buffer of that size. Returns the number of bytes, or -1 with errno.
 */
static ssize_t read_bytes(int fd, char *text, size_t most)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < most) {
		size_t left = most - length;

		got = read(fd, text + length, left < STEP_BYTES ? left : STEP_BYTES);
		length += got > 0 ? got : 0;
	}
	return got < 0 ? -1 : (ssize_t)length;
}

/* Returns the whole text, never a part; NULL with an errno of tree_error(). */
static char *read_all(int fd)
{
	char *text = malloc(MOST_BYTES + 1);
	ssize_t length = text ? read_bytes(fd, text, MOST_BYTES + 1) : -1;
	int err;

	if (length >= 0 && length <= MOST_BYTES && !memchr(text, '\0', length)) {
		text[length] = '\0';
		return text;
	}
	err = length < 0 ? errno : length > MOST_BYTES ? EFBIG : EILSEQ;
	free(text);
	errno = err;
	return NULL;
}

/**
 * tree_error() - describe why a file could not be read
 * @err: the errno, positive
 *
 * Return: the reason.
 */
const char *tree_error(int err)
{
	switch (err) {
	case EFBIG:
		return "it is larger than 4 MiB";
	case EILSEQ:
		return "it has a NUL byte, as after a power loss; write it again";
	default:
		return strerror(err);
	}
}

/*
 * Reads and closes a file. Returns NULL with errno if it cannot be read, with errno 0 if it is
 * not a regular file.
 */
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
 * tree_read() - read a file
 * @path: below the root, without a leading slash
 *
 * Return: the text, which the caller frees; NULL with an errno of tree_error() if it cannot be
 * read, EFBIG if it is too large, EILSEQ if it has a NUL byte; NULL with errno 0 if it is not a
 * regular file.
 */
char *tree_read(const char *path)
{
	return read_regular(open_below(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
}

/**
 * tree_read_if_any() - read a file that may be missing
 * @path: below the root, without a leading slash
 * @text: set to the text, which the caller frees; to NULL if there is no such file
 *
 * Return: 0; -EINVAL if @path is not a regular file; or the negative errno of reading it.
 */
int tree_read_if_any(const char *path, char **text)
{
	errno = 0;
	*text = tree_read(path);
	if (*text || is_missing(errno))
		return 0;
	return errno ? -errno : -EINVAL;
}

/* As tree_read(), for a file of the command line, which is not below the root. */
char *tree_read_given(const char *path)
{
	return read_regular(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends a copy of a name to a list of @count names. Returns false if out of memory. */
static bool add_name(char ***names, size_t count, const char *name)
{
	char **more = reallocarray(*names, count + 2, sizeof(*more));

	if (!more)
		return false;
	*names = more;
	more[count] = strdup(name);
	more[count + 1] = NULL;
	return more[count];
}

/* Returns NULL with errno unless it has read all names. */
static char **read_names(DIR *directory)
{
	char **names = calloc(1, sizeof(*names));
	struct dirent *entry;
	size_t count = 0;

	while (names && (errno = 0, entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		if (!add_name(&names, count, entry->d_name))
			break;
		count++;
	}
	if (names && errno) {
		int err = errno;

		tree_free_list(names);
		errno = err;
		return NULL;
	}
	if (names)
		qsort(names, count, sizeof(*names), by_name);
	return names;
}

/**
 * tree_list() - list the names in a directory, sorted
 * @path: below the root, without a leading slash
 *
 * Return: the names, NULL-terminated, to be freed by tree_free_list(); NULL with errno if the
 * directory cannot be read, ENOENT if there is none.
 */
char **tree_list(const char *path)
{
	int fd = open_below(path, O_RDONLY | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	char **names;
	int err;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	names = read_names(directory);
	err = errno;
	closedir(directory);
	errno = err;
	return names;
}

/**
 * tree_list_if_any() - list the names in a directory that may be missing, sorted
 * @path: below the root, without a leading slash
 * @names: set to the names, NULL-terminated, to be freed by tree_free_list(); to NULL if there is
 *	no such directory
 *
 * Return: 0; or the negative errno of reading the directory.
 */
int tree_list_if_any(const char *path, char ***names)
{
	*names = tree_list(path);
	return *names || is_missing(errno) ? 0 : -errno;
}

void tree_free_list(char **names)
{
	char **name;

	for (name = names; name && *name; name++)
		free(*name);
	free(names);
}
