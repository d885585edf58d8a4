/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_GROW_H
#define DAXPLUG_GROW_H

#include <stdlib.h>

/**
 * grow() - make space for one more element in an array
 * @array: the array
 * @count: its number of elements
 * @size: the size of an element
 *
 * The capacity doubles, so the array is full whenever the count is a power of
 * two.
 *
 * Return: the array, which may have moved; or NULL, with the old array
 * unchanged.
 */
static inline void *grow(void *array, unsigned int count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? 2 * (size_t)count : 1, size);
}

#endif /* DAXPLUG_GROW_H */
