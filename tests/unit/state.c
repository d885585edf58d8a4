// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of the states, the state by the blocks, and the legal changes. */
#include "core/state.h"
#include "suite.h"

#define UNTOUCHED ((enum dax_state)77)

static const char *const names[] = {
	[DAX_STATE_UNPLUGGED] = "unplugged",
	[DAX_STATE_OFFLINE] = "offline",
	[DAX_STATE_ONLINE] = "online",
	[DAX_STATE_ONLINE_KERNEL] = "online_kernel",
	[DAX_STATE_ONLINE_MOVABLE] = "online_movable",
	[DAX_STATE_MIXED] = "mixed",
};

/* Parses a copy that ends with its last byte, so that the sanitizer detects an overrun. */
static bool parse(const void *word, size_t length, enum dax_state *state)
{
	char *copy = malloc(length);
	bool known;

	assert_non_null(copy);
	memcpy(copy, word, length);
	known = dax_state_parse(copy, length, state);
	free(copy);
	return known;
}

static void assert_no_state(const void *word, size_t length)
{
	enum dax_state state = UNTOUCHED;

	assert_false(parse(word, length, &state));
	assert_int_equal(state, UNTOUCHED);
}

UNIT_TEST(there_are_six_states)
{
	assert_int_equal(DAX_STATE_COUNT, 6);
	assert_int_equal(sizeof(names) / sizeof(names[0]), 6);
}

UNIT_TEST(each_state_has_its_name)
{
	for (int i = 0; i < DAX_STATE_COUNT; i++)
		assert_string_equal(dax_state_name(i), names[i]);
}

UNIT_TEST(each_name_is_parsed_with_and_without_newline)
{
	for (int i = 0; i < DAX_STATE_COUNT; i++) {
		enum dax_state state = UNTOUCHED;
		char line[32];

		assert_true(parse(names[i], strlen(names[i]), &state));
		assert_int_equal(state, i);

		state = UNTOUCHED;
		snprintf(line, sizeof(line), "%s\n", names[i]);
		assert_true(parse(line, strlen(line), &state));
		assert_int_equal(state, i);
	}
}

UNIT_TEST(more_than_one_newline_is_no_state)
{
	assert_no_state("online\n\n", 8);
	assert_no_state("\nonline", 7);
	assert_no_state("onl\nine", 7);
	assert_no_state("online\r\n", 8);
}

UNIT_TEST(nothing_is_no_state)
{
	assert_no_state("", 0);
	assert_no_state("\n", 1);
	assert_no_state("\0", 1);
	assert_no_state(" ", 1);
}

UNIT_TEST(a_prefix_is_no_state)
{
	for (int i = 0; i < DAX_STATE_COUNT; i++)
		for (size_t length = 0; length < strlen(names[i]); length++)
			/* One name is the beginning of others. */
			if (strncmp(names[i], "online", length) || length != strlen("online"))
				assert_no_state(names[i], length);
}

UNIT_TEST(more_than_a_name_is_no_state)
{
	for (int i = 0; i < DAX_STATE_COUNT; i++) {
		static const char *const tails[] = { " ", "x", "_", "\t", " \n", "x\n" };

		for (size_t j = 0; j < sizeof(tails) / sizeof(tails[0]); j++) {
			char line[32];

			snprintf(line, sizeof(line), "%s%s", names[i], tails[j]);
			assert_no_state(line, strlen(line));
		}
	}
}

UNIT_TEST(a_nul_is_no_end)
{
	assert_no_state("online\0", 7);
	assert_no_state("online\0\n", 8);
	assert_no_state("online\0_kernel", 14);
	assert_no_state("\0online", 7);
	assert_no_state("unplugged\0mixed", 15);
}

UNIT_TEST(other_words_are_no_state)
{
	static const char *const words[] = {
		"garbage", "ONLINE", "Online",	"unplug", "plug",	    "hotplug", "0",
		"1",	   "-1",     "onlinex", "kernel", "online-movable", "movable", "online_",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_no_state(words[i], strlen(words[i]));
}

UNIT_TEST(a_page_of_anything_is_no_state)
{
	static char page[4096];

	memset(page, 'o', sizeof(page));
	assert_no_state(page, sizeof(page));
	memset(page, '\n', sizeof(page));
	assert_no_state(page, sizeof(page));
	memset(page, 0, sizeof(page));
	memcpy(page, "online\n", 7);
	assert_no_state(page, sizeof(page));
}

/*
 * The table of the ABI: a column for the word written, a row for the present state.
 * '.' nothing to do, 'g' go, 'b' busy, '!' invalid
 */
UNIT_TEST(every_pair_has_its_verdict)
{
	static const char letters[] = {
		[DAX_VERDICT_GO] = 'g',
		[DAX_VERDICT_NOTHING] = '.',
		[DAX_VERDICT_BUSY] = 'b',
		[DAX_VERDICT_INVALID] = '!',
	};
	/* unplugged, offline, online, online_kernel, online_movable, mixed */
	static const char *const table[] = {
		[DAX_STATE_UNPLUGGED] = ".!ggg!",      [DAX_STATE_OFFLINE] = "g!bbb!",
		[DAX_STATE_ONLINE] = "g!.bb!",	       [DAX_STATE_ONLINE_KERNEL] = "g!b.b!",
		[DAX_STATE_ONLINE_MOVABLE] = "g!bb.!", [DAX_STATE_MIXED] = "g!bbb!",
	};

	for (int now = 0; now < DAX_STATE_COUNT; now++)
		for (int wanted = 0; wanted < DAX_STATE_COUNT; wanted++)
			assert_int_equal(letters[dax_state_verdict(now, wanted)],
					 table[now][wanted]);
}

/* The state as the ABI document defines it, computed independently of the driver. */
static enum dax_state amounts_to(const struct dax_block_counts *counts, bool whole_online)
{
	bool all_online = counts->online == counts->total && counts->present == counts->total;

	if (counts->present == 0)
		return DAX_STATE_UNPLUGGED;
	if (counts->present == counts->total && counts->online == 0)
		return DAX_STATE_OFFLINE;
	if (all_online && whole_online)
		return DAX_STATE_ONLINE;
	if (all_online && counts->movable == 0)
		return DAX_STATE_ONLINE_KERNEL;
	if (all_online && counts->movable == counts->total)
		return DAX_STATE_ONLINE_MOVABLE;
	return DAX_STATE_MIXED;
}

UNIT_TEST(all_counts_amount_to_what_the_abi_says)
{
	struct dax_block_counts c;

	for (c.total = 1; c.total <= 6; c.total++)
		for (c.present = 0; c.present <= c.total; c.present++)
			for (c.online = 0; c.online <= c.present; c.online++)
				for (c.movable = 0; c.movable <= c.online; c.movable++)
					for (int whole = 0; whole <= 1; whole++)
						assert_int_equal(dax_state_of(&c, whole),
								 amounts_to(&c, whole));
}

static void assert_amounts_to(struct dax_block_counts counts, bool whole, enum dax_state state)
{
	assert_int_equal(dax_state_of(&counts, whole), state);
}

UNIT_TEST(some_counts_spelt_out)
{
	/* total, present, online, movable */
	assert_amounts_to((struct dax_block_counts){ 8, 0, 0, 0 }, false, DAX_STATE_UNPLUGGED);
	assert_amounts_to((struct dax_block_counts){ 8, 0, 0, 0 }, true, DAX_STATE_UNPLUGGED);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 0, 0 }, false, DAX_STATE_OFFLINE);
	assert_amounts_to((struct dax_block_counts){ 8, 7, 0, 0 }, false, DAX_STATE_MIXED);
	assert_amounts_to((struct dax_block_counts){ 8, 7, 7, 7 }, true, DAX_STATE_MIXED);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 7, 7 }, true, DAX_STATE_MIXED);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 8, 0 }, false, DAX_STATE_ONLINE_KERNEL);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 8, 8 }, false, DAX_STATE_ONLINE_MOVABLE);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 8, 3 }, false, DAX_STATE_MIXED);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 8, 3 }, true, DAX_STATE_ONLINE);
	assert_amounts_to((struct dax_block_counts){ 8, 8, 8, 8 }, true, DAX_STATE_ONLINE);
	assert_amounts_to((struct dax_block_counts){ 1, 1, 1, 1 }, false, DAX_STATE_ONLINE_MOVABLE);
}

UNIT_TEST(blocks_are_counted_in_and_out)
{
	static const struct dax_block_counts one[] = {
		[DAX_BLOCK_ABSENT] = { .present = 0, .online = 0, .movable = 0 },
		[DAX_BLOCK_OFFLINE] = { .present = 1, .online = 0, .movable = 0 },
		[DAX_BLOCK_KERNEL] = { .present = 1, .online = 1, .movable = 0 },
		[DAX_BLOCK_MOVABLE] = { .present = 1, .online = 1, .movable = 1 },
	};
	struct dax_block_counts counts = { .total = 4 };

	for (int state = DAX_BLOCK_ABSENT; state <= DAX_BLOCK_MOVABLE; state++) {
		struct dax_block_counts before = counts;

		dax_block_count(&counts, state, 1);
		assert_int_equal(counts.total, 4);
		assert_int_equal(counts.present, before.present + one[state].present);
		assert_int_equal(counts.online, before.online + one[state].online);
		assert_int_equal(counts.movable, before.movable + one[state].movable);
	}
	for (int state = DAX_BLOCK_ABSENT; state <= DAX_BLOCK_MOVABLE; state++)
		dax_block_count(&counts, state, -1);
	assert_int_equal(counts.total, 4);
	assert_int_equal(counts.present, 0);
	assert_int_equal(counts.online, 0);
	assert_int_equal(counts.movable, 0);
}

UNIT_SUITE(state, UNIT_CASE(there_are_six_states), UNIT_CASE(each_state_has_its_name),
	   UNIT_CASE(each_name_is_parsed_with_and_without_newline),
	   UNIT_CASE(more_than_one_newline_is_no_state), UNIT_CASE(nothing_is_no_state),
	   UNIT_CASE(a_prefix_is_no_state), UNIT_CASE(more_than_a_name_is_no_state),
	   UNIT_CASE(a_nul_is_no_end), UNIT_CASE(other_words_are_no_state),
	   UNIT_CASE(a_page_of_anything_is_no_state), UNIT_CASE(every_pair_has_its_verdict),
	   UNIT_CASE(all_counts_amount_to_what_the_abi_says), UNIT_CASE(some_counts_spelt_out),
	   UNIT_CASE(blocks_are_counted_in_and_out))
