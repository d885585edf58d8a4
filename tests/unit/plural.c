// SPDX-License-Identifier: GPL-2.0-or-later
/* The endings of counted nouns and their verbs: one memory block stays, two stay. */
#include "cmocka.h"
#include "core/plural.h"

static void one_is_singular(void **state)
{
	(void)state;
	assert_string_equal(dax_plural(1), "");
	assert_string_equal(dax_plural_verb(1), "s");
}

static void all_others_are_plural(void **state)
{
	static const unsigned long long counts[] = { 0, 2, 11, 101, -1ULL, 1ULL + (1ULL << 32) };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		assert_string_equal(dax_plural(counts[i]), "s");
		assert_string_equal(dax_plural_verb(counts[i]), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_singular),
		cmocka_unit_test(all_others_are_plural),
	};

	return cmocka_run_group_tests_name("plural", tests, NULL, NULL);
}
