// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>

#include "compat.h"
#include "setting.h"

#define NUMBER_SIZE 24

/* Since 7.3 a kernel thread has to request init's view of the file system. */
static struct file *open_setting(const char *path, int flags)
{
	struct file *file = ERR_PTR(-ENOENT);

	scoped_with_init_fs()
	{
		file = filp_open(path, flags, 0);
	}
	return file;
}

/**
 * kmem_setting_read() - read a setting that is a number
 * @path: its file, in the caller's view of the file system: a kernel thread has init's, a task
 *	that binds a device may have another
 * @value: set to the number
 *
 * Context: Process context, sleeps.
 * Return: 0; the errno of opening or reading the file; -EINVAL or -ERANGE if the file does not
 * hold a number.
 */
int kmem_setting_read(const char *path, unsigned long *value)
{
	struct file *file = open_setting(path, O_RDONLY);
	char text[NUMBER_SIZE] = "";
	loff_t position = 0;
	ssize_t got;

	if (IS_ERR(file))
		return PTR_ERR(file);
	got = kernel_read(file, text, sizeof(text) - 1, &position);
	filp_close(file, NULL);
	return got < 0 ? got : kstrtoul(text, 10, value);
}

/**
 * kmem_setting_write() - write a setting that is a number
 * @path: its file, as for kmem_setting_read()
 * @value: the number
 *
 * Context: Process context, sleeps.
 * Return: 0, or the errno of opening or writing the file.
 */
int kmem_setting_write(const char *path, unsigned long value)
{
	struct file *file = open_setting(path, O_WRONLY);
	char text[NUMBER_SIZE];
	loff_t position = 0;
	ssize_t put;

	if (IS_ERR(file))
		return PTR_ERR(file);
	put = kernel_write(file, text, scnprintf(text, sizeof(text), "%lu", value), &position);
	filp_close(file, NULL);
	return put < 0 ? put : 0;
}
