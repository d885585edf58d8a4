/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* Singular and plural in messages: "1 memory block", "2 memory blocks". */
#ifndef DAXPLUG_CORE_PLURAL_H
#define DAXPLUG_CORE_PLURAL_H

/**
 * dax_plural() - the ending of a noun after a number
 * @count: the number
 *
 * Return: "" for 1, otherwise "s".
 */
static inline const char *dax_plural(unsigned long long count)
{
	return count == 1 ? "" : "s";
}

/**
 * dax_plural_verb() - the ending of a present-tense verb whose subject is a counted noun
 * @count: the number before the noun
 *
 * Return: "s" for 1, otherwise "".
 */
static inline const char *dax_plural_verb(unsigned long long count)
{
	return count == 1 ? "s" : "";
}

#endif /* DAXPLUG_CORE_PLURAL_H */
