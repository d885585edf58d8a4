// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

int put(const char *path, const char *word)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (file < 0)
		return errno;
	if (write(file, word, strlen(word)) < 0)
		err = errno;
	close(file);
	return err;
}

int get(const char *path, char *line, size_t size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;
	int err = 0;

	line[0] = '\0';
	if (file < 0)
		return errno;
	length = read(file, line, size - 1);
	if (length < 0)
		err = errno;
	else
		line[length] = '\0';
	close(file);
	line[strcspn(line, "\n")] = '\0';
	return err;
}

long long get_number(const char *path, int base)
{
	char line[64];

	if (get(path, line, sizeof(line)) || !line[0])
		return -1;
	return strtoll(line, NULL, base);
}

bool exists(const char *path)
{
	return !access(path, F_OK);
}

char *slurp(const char *path)
{
	size_t size = 1 << 20, length = 0;
	char *text = malloc(size);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t more;

	if (file < 0 || !text)
		die("%s: %s", path, strerror(errno));
	while ((more = read(file, text + length, size - length - 1)) > 0)
		length += (size_t)more;
	if (more < 0 || length == size - 1)
		die("%s: cannot be read, or is longer than %zu bytes", path, size);
	close(file);
	text[length] = '\0';
	return text;
}

const char *path_of(const char *format, ...)
{
	static _Thread_local char paths[4][256];
	static _Thread_local unsigned int next;
	char *path = paths[next++ % 4];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(paths[0]), format, args);
	va_end(args);
	return path;
}

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("storm: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	_exit(2);
}
