/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_GROW_H
#define DAXPLUG_GROW_H

#include <stdlib.h>

/**
 * grow() - room for one more element in an array
 * @array: the array
 * @count: how many elements it has
 * @size: of an element
 *
 * Room doubles: it is full whenever the count is a power of two.
 *
 * Return: the array, maybe elsewhere; or NULL, with the old one as it was.
 */
static inline void *grow(void *array, unsigned int count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? 2 * (size_t)count : 1, size);
}

#endif /* DAXPLUG_GROW_H */
