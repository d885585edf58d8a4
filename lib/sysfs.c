// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "parse.h"
#include "system.h"

/**
 * sysfs_open() - open a file below the root
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @flags: as for open(2)
 *
 * Never waits: a recorded tree may hold anything, a FIFO too.
 *
 * Return: a descriptor, the caller's; or a negative errno.
 */
int sysfs_open(const struct daxplug *daxplug, const char *path, int flags)
{
	int fd = openat(daxplug->root, path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* In one go: sysfs hands out a whole attribute, or a full buffer that is too small. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	ssize_t length;

	do
		length = read(fd, text, size);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : length;
}

/**
 * sysfs_read() - the text of an attribute, without the newline at its end
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @text: room for the text and a NUL
 * @size: how much
 *
 * Return: 0; -EINVAL if the text is too long or has a NUL in it; or what
 * opening or reading failed with.
 */
int sysfs_read(const struct daxplug *daxplug, const char *path, char *text, size_t size)
{
	int fd = sysfs_open(daxplug, path, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read_all(fd, text, size);
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

/**
 * sysfs_read_number() - the number in an attribute
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @number: where it goes; untouched on an error
 *
 * Return: 0; -EINVAL if it is none; or an error of sysfs_read().
 */
int sysfs_read_number(const struct daxplug *daxplug, const char *path, uint64_t *number)
{
	char text[64];
	int err = sysfs_read(daxplug, path, text, sizeof(text));

	return err ? err : parse_number(text, number);
}

/**
 * sysfs_read_link() - where a link points to, as it stands in the link
 * @daxplug: the handle
 * @path: the link, relative to the root
 * @target: room for the text and a NUL
 * @size: how much
 *
 * Return: 0; -ENAMETOOLONG if it does not fit; or what readlink(2) failed with.
 */
int sysfs_read_link(const struct daxplug *daxplug, const char *path, char *target, size_t size)
{
	ssize_t length = readlinkat(daxplug->root, path, target, size);

	if (length < 0)
		return -errno;
	if ((size_t)length == size)
		return -ENAMETOOLONG;
	target[length] = '\0';
	return 0;
}

/* Has the process, or the system, too little to read anything at all just now. */
bool sysfs_is_short(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

bool sysfs_exists(const struct daxplug *daxplug, const char *path)
{
	return !faccessat(daxplug->root, path, F_OK, 0);
}

/**
 * sysfs_may_write() - may this process write to a file
 * @daxplug: the handle
 * @path: the file, relative to the root
 *
 * Return: 0 or a negative errno, such as -EACCES.
 */
int sysfs_may_write(const struct daxplug *daxplug, const char *path)
{
	return faccessat(daxplug->root, path, W_OK, AT_EACCESS) ? -errno : 0;
}

/**
 * sysfs_write() - write a text to an attribute, in one write
 * @daxplug: the handle
 * @path: the file, relative to the root
 * @text: the text
 *
 * Return: 0 or a negative errno. -EINTR after a signal; it is not tried again,
 * because a signal is how a change is cancelled.
 */
int sysfs_write(struct daxplug *daxplug, const char *path, const char *text)
{
	int fd = sysfs_open(daxplug, path, O_WRONLY);
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

static int not_in_a_record(struct daxplug *daxplug, const char *device)
{
	(void)daxplug;
	(void)device;
	return -EOPNOTSUPP;
}

static int no_write_to_a_record(struct daxplug *daxplug, const char *path, const char *text)
{
	(void)text;
	return not_in_a_record(daxplug, path);
}

const struct system_ops system_live = {
	.write = sysfs_write,
	.bind = mode_bind,
	.unbind = mode_unbind,
};

/* A recorded tree is there to be read: nothing happens behind its files. */
const struct system_ops system_recorded = {
	.write = no_write_to_a_record,
	.bind = not_in_a_record,
	.unbind = not_in_a_record,
};
