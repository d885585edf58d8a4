// SPDX-License-Identifier: GPL-2.0-or-later
/* The endings of counted nouns and their verbs: one memory block stays, two stay. */
#include "core/plural.h"
#include "suite.h"

UNIT_TEST(one_is_singular)
{
	assert_string_equal(dax_plural(1), "");
	assert_string_equal(dax_plural_verb(1), "s");
}

UNIT_TEST(all_others_are_plural)
{
	static const unsigned long long counts[] = { 0, 2, 11, 101, -1ULL, 1ULL + (1ULL << 32) };
	unsigned int i;

	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		assert_string_equal(dax_plural(counts[i]), "s");
		assert_string_equal(dax_plural_verb(counts[i]), "");
	}
}

UNIT_SUITE(plural, UNIT_CASE(one_is_singular), UNIT_CASE(all_others_are_plural))
