// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the known word that is closest to a mistyped one. */
#include <string.h>

#include "closest.h"

/* The maximum length of a word; all known words are shorter. */
#define MOST_LETTERS 31

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * The number of insertions, deletions, replacements and swaps of neighbouring
 * letters that turn one word into the other.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[MOST_LETTERS + 1][MOST_LETTERS + 1];
	size_t i, j, m = strlen(a), n = strlen(b);

	if (m > MOST_LETTERS || n > MOST_LETTERS)
		return MOST_LETTERS;
	for (i = 0; i <= m; i++) {
		for (j = 0; j <= n; j++) {
			if (!i || !j) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
					   rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[m][n];
}

/**
 * closest_word() - find the known word that is closest to a mistyped one
 * @typed: the word as typed
 * @words: the words, @count of them
 * @count: number of words
 *
 * Return: the word; NULL if none is within two letters.
 */
const char *closest_word(const char *typed, const char *const *words, unsigned int count)
{
	const char *closest = NULL;
	unsigned int i, best = 3;

	for (i = 0; i < count; i++) {
		unsigned int steps = distance(typed, words[i]);

		if (steps >= best || steps >= strlen(words[i]))
			continue;
		best = steps;
		closest = words[i];
	}
	return closest;
}
