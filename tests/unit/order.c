// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which blocks are switched: complete, and of linear cost. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka.h"
#include "core/order.h"

#define MOST 1000

/* Steps of a scan that a block may cost on average, whatever their number. */
#define STEPS_A_BLOCK 5

typedef unsigned int (*order_fn)(unsigned int count, unsigned int position);

static unsigned int ascending(unsigned int count, unsigned int position)
{
	(void)count;
	return position;
}

/*
 * A model of the kernel's work on a zone that holds only a device's blocks: how it
 * follows the zone's span, and how many blocks it scans.
 */
struct zone {
	bool online[MOST];
	unsigned int start;
	unsigned int end;
	unsigned long cost;
};

static bool is_empty(const struct zone *zone)
{
	return zone->start == zone->end;
}

/* The hole scan: from the zone's start to its first hole or its end. */
static void scan(struct zone *zone)
{
	for (unsigned int i = zone->start; i < zone->end; i++) {
		zone->cost++;
		if (!zone->online[i])
			return;
	}
}

static void put_online(struct zone *zone, unsigned int block)
{
	assert_false(zone->online[block]);
	if (is_empty(zone)) {
		zone->start = block;
		zone->end = block + 1;
	}
	zone->start = block < zone->start ? block : zone->start;
	zone->end = block + 1 > zone->end ? block + 1 : zone->end;
	/* The scan comes before the block counts as online. */
	scan(zone);
	zone->online[block] = true;
}

static void take_offline(struct zone *zone, unsigned int block)
{
	bool first = block == zone->start, last = block == zone->end - 1;

	assert_true(zone->online[block]);
	zone->online[block] = false;
	while (first && !is_empty(zone) && !zone->online[zone->start]) {
		zone->start++;
		zone->cost++;
	}
	while (last && !is_empty(zone) && !zone->online[zone->end - 1]) {
		zone->end--;
		zone->cost++;
	}
	scan(zone);
}

/* Switches the blocks of a list, which is ascending, in an order. */
static void switch_list(struct zone *zone, const unsigned int *list, unsigned int count,
			order_fn order, void (*one)(struct zone *zone, unsigned int block))
{
	for (unsigned int i = 0; i < count; i++)
		one(zone, list[order(count, i)]);
}

static unsigned int list_blocks(const struct zone *zone, unsigned int count, bool online,
				unsigned int *list)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		if (zone->online[i] == online)
			list[found++] = i;
	return found;
}

static void plug(struct zone *zone, unsigned int count, order_fn order)
{
	unsigned int list[MOST];

	switch_list(zone, list, list_blocks(zone, count, false, list), order, put_online);
}

static void unplug(struct zone *zone, unsigned int count, order_fn order)
{
	unsigned int list[MOST];

	switch_list(zone, list, list_blocks(zone, count, true, list), order, take_offline);
}

static void assert_linear(const struct zone *zone, unsigned long blocks)
{
	assert_in_range(zone->cost, 0, blocks * STEPS_A_BLOCK);
}

static void assert_permutation(order_fn order)
{
	for (unsigned int count = 1; count <= MOST; count++) {
		bool seen[MOST] = { false };

		for (unsigned int position = 0; position < count; position++) {
			unsigned int block = order(count, position);

			assert_in_range(block, 0, count - 1);
			assert_false(seen[block]);
			seen[block] = true;
		}
	}
}

static void every_block_goes_online_once(void **unused)
{
	(void)unused;
	assert_permutation(dax_order_online);
}

static void every_block_goes_offline_once(void **unused)
{
	(void)unused;
	assert_permutation(dax_order_offline);
}

/* Otherwise the model would not show the use of the order. */
static void ascending_order_is_quadratic(void **unused)
{
	(void)unused;
	for (unsigned int count = 100; count <= MOST; count += 100) {
		struct zone zone = { 0 };

		plug(&zone, count, ascending);
		assert_true(zone.cost >= (unsigned long)count * count / 2);
		zone.cost = 0;
		unplug(&zone, count, ascending);
		assert_true(zone.cost >= (unsigned long)count * (count - 1) / 2);
	}
}

static void plug_is_linear(void **unused)
{
	(void)unused;
	for (unsigned int count = 1; count <= MOST; count++) {
		struct zone zone = { 0 };

		plug(&zone, count, dax_order_online);
		assert_linear(&zone, count);
		assert_int_equal(zone.end - zone.start, count);
	}
}

static void unplug_is_linear(void **unused)
{
	(void)unused;
	for (unsigned int count = 1; count <= MOST; count++) {
		struct zone zone = { 0 };

		plug(&zone, count, dax_order_online);
		zone.cost = 0;
		unplug(&zone, count, dax_order_offline);
		assert_linear(&zone, count);
		assert_true(is_empty(&zone));
	}
}

/* The blocks that a transition has switched when it fails at a position, and its rollback. */
static void rollback_of_a_plug_is_linear(void **unused)
{
	enum { COUNT = 300 };

	(void)unused;
	for (unsigned int failed = 0; failed < COUNT; failed++) {
		struct zone zone = { 0 };

		for (unsigned int i = 0; i < failed; i++)
			put_online(&zone, dax_order_online(COUNT, i));
		zone.cost = 0;
		unplug(&zone, COUNT, dax_order_offline);
		assert_linear(&zone, failed);
		assert_true(is_empty(&zone));
	}
}

static void rollback_of_an_unplug_is_linear(void **unused)
{
	enum { COUNT = 300 };

	(void)unused;
	for (unsigned int failed = 0; failed < COUNT; failed++) {
		struct zone zone = { 0 };

		plug(&zone, COUNT, dax_order_online);
		for (unsigned int i = 0; i < failed; i++)
			take_offline(&zone, dax_order_offline(COUNT, i));
		zone.cost = 0;
		plug(&zone, COUNT, dax_order_online);
		assert_linear(&zone, failed);
		assert_int_equal(zone.end - zone.start, COUNT);
	}
}

/* A device of which the per-block interface has taken blocks: every k-th, or a run. */
static void unplug_of_a_part_is_linear(void **unused)
{
	(void)unused;
	for (unsigned int step = 2; step <= 50; step++) {
		struct zone zone = { 0 };
		unsigned int online = 0;

		for (unsigned int i = MOST; i-- > 0;) {
			if (i % step == 0)
				continue;
			put_online(&zone, i);
			online++;
		}
		zone.cost = 0;
		unplug(&zone, MOST, dax_order_offline);
		/* The scan may walk one run of blocks up to the hole behind it. */
		assert_in_range(zone.cost, 0, (unsigned long)online * (STEPS_A_BLOCK + step));
		assert_true(is_empty(&zone));
	}
}

/* Takes all blocks offline, rank by rank, and checks that each went once, after all lower ranks. */
static void unplug_ranked(struct zone *zone, const unsigned char *rank, unsigned int count,
			  unsigned int ranks)
{
	unsigned int room[MOST], list[MOST], i;

	assert_int_equal(dax_order_offline_ranked(rank, count, ranks, room, list), count);
	for (i = 0; i < count; i++) {
		assert_true(i == 0 || rank[list[i - 1]] <= rank[list[i]]);
		take_offline(zone, list[i]);
	}
}

static void ranks_go_one_after_the_other(void **unused)
{
	enum { RANKS = 17 };

	(void)unused;
	for (unsigned int count = 1; count <= MOST; count += 37) {
		unsigned char rank[MOST];
		struct zone zone = { 0 };

		plug(&zone, count, dax_order_online);
		for (unsigned int i = 0; i < count; i++)
			rank[i] = i * 7 % RANKS;
		zone.cost = 0;
		unplug_ranked(&zone, rank, count, RANKS);
		/* The first rank has every 17th block, so the hole is not far from the start. */
		assert_in_range(zone.cost, 0, (unsigned long)count * (STEPS_A_BLOCK + 2 * RANKS));
		assert_true(is_empty(&zone));
	}
}

/* Memory that is plugged from the top is also used from the top. */
static void blocks_in_use_at_the_top_leave_it_linear(void **unused)
{
	(void)unused;
	for (unsigned int used = 0; used <= MOST; used += 50) {
		unsigned char rank[MOST] = { 0 };
		struct zone zone = { 0 };

		plug(&zone, MOST, dax_order_online);
		for (unsigned int i = MOST - used; i < MOST; i++)
			rank[i] = 1 + i % 16;
		zone.cost = 0;
		unplug_ranked(&zone, rank, MOST, 17);
		assert_in_range(zone.cost, 0, MOST * (STEPS_A_BLOCK + 2 * 16));
	}
}

/* The price of the ranks: while the empty blocks go, each scan walks those in use below. */
static void blocks_in_use_at_the_start_are_walked_once_an_empty_block(void **unused)
{
	(void)unused;
	for (unsigned int used = 0; used <= MOST; used += 50) {
		unsigned long empty = MOST - used;
		unsigned char rank[MOST] = { 0 };
		struct zone zone = { 0 };

		plug(&zone, MOST, dax_order_online);
		memset(rank, 1, used);
		zone.cost = 0;
		unplug_ranked(&zone, rank, MOST, 2);
		assert_in_range(zone.cost, empty * used, empty * used + MOST * STEPS_A_BLOCK);
	}
}

static void a_block_of_no_rank_is_not_listed(void **unused)
{
	const unsigned char rank[] = { 2, 0, 2, 1 };
	unsigned int room[4], list[4];

	(void)unused;
	assert_int_equal(dax_order_offline_ranked(rank, 4, 2, room, list), 2);
	assert_int_equal(list[0], 1);
	assert_int_equal(list[1], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_goes_online_once),
		cmocka_unit_test(every_block_goes_offline_once),
		cmocka_unit_test(ascending_order_is_quadratic),
		cmocka_unit_test(plug_is_linear),
		cmocka_unit_test(unplug_is_linear),
		cmocka_unit_test(rollback_of_a_plug_is_linear),
		cmocka_unit_test(rollback_of_an_unplug_is_linear),
		cmocka_unit_test(unplug_of_a_part_is_linear),
		cmocka_unit_test(ranks_go_one_after_the_other),
		cmocka_unit_test(blocks_in_use_at_the_top_leave_it_linear),
		cmocka_unit_test(blocks_in_use_at_the_start_are_walked_once_an_empty_block),
		cmocka_unit_test(a_block_of_no_rank_is_not_listed),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
