// SPDX-License-Identifier: GPL-2.0-or-later
/* For LD_PRELOAD: allocation number FAIL_ALLOCATION, counted from 1, fails. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool fails(void)
{
	static long number, wanted = -1;

	if (wanted < 0) {
		const char *text = getenv("FAIL_ALLOCATION");

		wanted = text ? atol(text) : 0;
	}
	if (++number != wanted)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
