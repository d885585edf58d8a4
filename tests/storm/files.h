/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_FILES_H
#define STORM_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* put() - write a word to a file at once; 0 or the errno */
int put(const char *path, const char *word);
/* get() - the first line of a file without its newline; 0 or the errno */
int get(const char *path, char *line, size_t size);
/* get_number() - the number in the first line, or -1; base 0 accepts a leading 0x */
long long get_number(const char *path, int base);
bool exists(const char *path);
/* slurp() - return the content of a file, which the caller frees; exits if there is no such file */
char *slurp(const char *path);
/* path_of() - a path from a format, in one of a few buffers of the calling thread */
const char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* die() - end the storm because of an error that is not a violation */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
