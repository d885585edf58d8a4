/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* Messages that count: "1 memory block", "2 memory blocks". */
#ifndef DAXPLUG_CORE_PLURAL_H
#define DAXPLUG_CORE_PLURAL_H

/**
 * dax_plural() - the ending of a noun that is counted
 * @count: the number before it
 *
 * Return: "" for one, or else "s".
 */
static inline const char *dax_plural(unsigned long long count)
{
	return count == 1 ? "" : "s";
}

/**
 * dax_plural_verb() - the ending of a verb in the present, behind a noun that is counted
 * @count: the number before the noun
 *
 * Return: "s" for one, or else "".
 */
static inline const char *dax_plural_verb(unsigned long long count)
{
	return count == 1 ? "s" : "";
}

#endif /* DAXPLUG_CORE_PLURAL_H */
