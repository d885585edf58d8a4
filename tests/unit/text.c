// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of lists, and the words, numbers and ranges in them. */
#include "core/text.h"
#include "suite.h"

#define UNTOUCHED 77ULL

static struct dax_text text_of(const char *string)
{
	return (struct dax_text){ string, strlen(string) };
}

/* Returns UNTOUCHED if the text is not a number. */
static unsigned long long number_of(const char *string)
{
	unsigned long long number = UNTOUCHED;
	bool parsed = dax_text_number(text_of(string), &number);

	assert_int_equal(parsed, number != UNTOUCHED);
	return number;
}

static bool is_range(const char *string, unsigned long long from, unsigned long long to)
{
	unsigned long long start, end;

	return dax_text_range(text_of(string), &start, &end) && start == from && end == to;
}

static bool is_no_range(const char *string)
{
	unsigned long long start, end;

	return !dax_text_range(text_of(string), &start, &end);
}

UNIT_TEST(numbers_are_decimal_or_hexadecimal)
{
	assert_true(number_of("0") == 0);
	assert_true(number_of("4096") == 4096);
	assert_true(number_of("0010") == 10);
	assert_true(number_of("0xaBcD") == 0xabcd);
	assert_true(number_of("18446744073709551615") == ~0ULL);
	assert_true(number_of("0xffffffffffffffff") == ~0ULL);
}

UNIT_TEST(all_else_is_no_number)
{
	static const char *const wrong[] = {
		"",
		"-1",
		"+1",
		"1 ",
		" 1",
		"0x",
		"x1",
		"1k",
		"12a",
		"0xg",
		"0X10",
		"18446744073709551616",
		"0x10000000000000000",
	};
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_true(number_of(wrong[i]) == UNTOUCHED);
}

UNIT_TEST(a_range_has_both_of_its_ends)
{
	assert_true(is_range("0-0", 0, 0));
	assert_true(is_range("4096-8191", 4096, 8191));
	assert_true(is_range("0x180000000-0x180000fff", 0x180000000, 0x180000fff));
	assert_true(is_range("0-0xffffffffffffffff", 0, ~0ULL));
}

UNIT_TEST(all_else_is_no_range)
{
	static const char *const wrong[] = { "",    "-",    "1",    "1-",   "-1",
					     "2-1", "1-2-", "1--2", "1-2k", "0x-0x1" };
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_true(is_no_range(wrong[i]));
}

UNIT_TEST(a_list_ends_after_its_last_entry)
{
	static const char *const entries[] = { "a", "bc", "d=e" };
	const char *list = " ,a\t, bc\n,,d=e ,\n";
	struct dax_text entry;
	unsigned int i;

	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		assert_true(dax_text_next(&list, &entry));
		assert_true(dax_text_is(entry, entries[i]));
	}
	assert_false(dax_text_next(&list, &entry));
	assert_false(dax_text_next(&list, &entry));
}

UNIT_TEST(a_text_is_split_at_the_first_occurrence)
{
	struct dax_text left, right;

	assert_true(dax_text_split(text_of("a=b=c"), '=', &left, &right));
	assert_true(dax_text_is(left, "a") && dax_text_is(right, "b=c"));
	assert_true(dax_text_split(text_of("="), '=', &left, &right));
	assert_true(dax_text_is(left, "") && dax_text_is(right, ""));
	assert_false(dax_text_split(text_of("ab"), '=', &left, &right));
}

UNIT_TEST(a_word_is_compared_whole)
{
	assert_true(dax_text_is(text_of("cxl"), "cxl"));
	assert_false(dax_text_is(text_of("cxl"), "cx"));
	assert_false(dax_text_is(text_of("cx"), "cxl"));
	assert_true(dax_text_is((struct dax_text){ "cxl0", 3 }, "cxl"));
}

UNIT_SUITE(text, UNIT_CASE(numbers_are_decimal_or_hexadecimal), UNIT_CASE(all_else_is_no_number),
	   UNIT_CASE(a_range_has_both_of_its_ends), UNIT_CASE(all_else_is_no_range),
	   UNIT_CASE(a_list_ends_after_its_last_entry),
	   UNIT_CASE(a_text_is_split_at_the_first_occurrence), UNIT_CASE(a_word_is_compared_whole))
