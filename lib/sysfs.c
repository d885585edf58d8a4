// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "parse.h"
#include "system.h"

/* A longer file of proc is not read. */
#define MOST_TEXT (8U << 20)

static ssize_t read_some(int fd, char *text, size_t size)
{
	ssize_t length;

	do
		length = read(fd, text, size);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : length;
}

/**
 * sysfs_read() - read an attribute, without the newline at its end
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @text: set to the text
 * @size: how much
 *
 * Reads once: sysfs returns the whole attribute, or fills a buffer that is too small.
 *
 * Return: 0; -EINVAL if the text is too long or contains a NUL; or the negative errno of opening
 * or reading the file.
 */
int sysfs_read(const struct daxplug *daxplug, const char *path, char *text, size_t size)
{
	int fd = root_open(daxplug, path, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read_some(fd, text, size);
	close(fd);

	if (length < 0)
		return length;
	if ((size_t)length == size || memchr(text, '\0', length))
		return -EINVAL;
	if (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return 0;
}

/*
 * Reads to the end of the file. Returns the NUL-terminated text, which the caller frees, or NULL
 * with *@err set.
 */
static char *read_to_end(int fd, int *err)
{
	size_t size = 16384, used = 0;
	char *text = malloc(size), *grown;
	ssize_t length;

	*err = text ? 0 : -ENOMEM;
	while (!*err) {
		length = read_some(fd, text + used, size - used - 1);
		if (length <= 0) {
			*err = length;
			break;
		}
		used += length;
		if (size - used > 1)
			continue;
		grown = size < MOST_TEXT ? realloc(text, 2 * size) : NULL;
		if (grown) {
			text = grown;
			size *= 2;
		} else {
			*err = -ENOMEM;
		}
	}

	if (*err) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	return text;
}

/**
 * sysfs_read_long() - read a file of any length, such as one of proc
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @err: set to 0, or to a negative errno
 *
 * Return: the text, which the caller frees; NULL on an error.
 */
char *sysfs_read_long(const struct daxplug *daxplug, const char *path, int *err)
{
	int fd = root_open(daxplug, path, O_RDONLY);
	char *text;

	if (fd < 0) {
		*err = fd;
		return NULL;
	}
	text = read_to_end(fd, err);
	close(fd);
	return text;
}

/**
 * sysfs_read_number() - read an attribute that is a number
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @number: set to the number; unchanged on an error
 *
 * Return: 0; -EINVAL if the text is not a number; or an error of sysfs_read().
 */
int sysfs_read_number(const struct daxplug *daxplug, const char *path, uint64_t *number)
{
	char text[64];
	int err = sysfs_read(daxplug, path, text, sizeof(text));

	return err ? err : parse_number(text, number);
}

/**
 * sysfs_read_link() - read the target of a link
 * @daxplug: the handle
 * @path: the link, relative to the root
 * @target: set to the target
 * @size: how much
 *
 * Return: 0; -ENAMETOOLONG if it does not fit; -EINVAL if @path is not a link; or the negative
 * errno of reading the link.
 */
int sysfs_read_link(const struct daxplug *daxplug, const char *path, char *target, size_t size)
{
	int fd = root_open(daxplug, path, O_PATH | O_NOFOLLOW);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = readlinkat(fd, "", target, size);
	if (length < 0)
		length = errno == ENOENT ? -EINVAL : -errno;
	close(fd);

	if (length < 0)
		return length;
	if ((size_t)length == size)
		return -ENAMETOOLONG;
	target[length] = '\0';
	return 0;
}

/**
 * sysfs_open_dir() - open a directory to read its entries
 * @daxplug: the handle
 * @path: the directory, relative to the root
 * @dir: set to the directory, which the caller closes
 *
 * Return: 0 or a negative errno.
 */
int sysfs_open_dir(const struct daxplug *daxplug, const char *path, DIR **dir)
{
	int fd = root_open(daxplug, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	*dir = fdopendir(fd);
	if (*dir)
		return 0;
	close(fd);
	return -ENOMEM;
}

/* Whether an error means a shortage of descriptors or memory, in this process or the system. */
bool sysfs_is_short(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

/**
 * sysfs_find() - test whether a file exists
 * @daxplug: the handle
 * @path: the file, relative to the root
 *
 * Return: 0 if it exists; -ENOENT if it does not; another negative errno if that is unknown.
 */
int sysfs_find(const struct daxplug *daxplug, const char *path)
{
	int fd = root_open(daxplug, path, O_PATH);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/**
 * sysfs_read_inode() - read the inode number of a file
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @inode: set to the number, which sysfs gives to no later file; unchanged on an error
 *
 * Return: 0 or a negative errno.
 */
int sysfs_read_inode(const struct daxplug *daxplug, const char *path, ino_t *inode)
{
	int fd = root_open(daxplug, path, O_PATH), err;
	struct stat file;

	if (fd < 0)
		return fd;
	err = fstat(fd, &file) ? -errno : 0;
	close(fd);
	if (!err)
		*inode = file.st_ino;
	return err;
}

/**
 * sysfs_may_write() - test whether this process may write to a file
 * @daxplug: the handle
 * @path: the file, relative to the root
 *
 * Opens the file, which has no effect on an attribute.
 *
 * Return: 0 or a negative errno, such as -EACCES.
 */
int sysfs_may_write(const struct daxplug *daxplug, const char *path)
{
	int fd = root_open(daxplug, path, O_WRONLY);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/**
 * sysfs_write() - write a text to an attribute, by one write(2)
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @text: the text
 *
 * Return: 0 or a negative errno. -EINTR after a signal; the write is not repeated,
 * because a signal is how a change is cancelled.
 */
int sysfs_write(struct daxplug *daxplug, const char *path, const char *text)
{
	int fd = root_open(daxplug, path, O_WRONLY);
	ssize_t written;
	int err = 0;

	if (fd < 0)
		return fd;
	written = write(fd, text, strlen(text));
	if (written < 0)
		err = -errno;
	else if ((size_t)written != strlen(text))
		err = -EIO;
	close(fd);
	return err;
}
