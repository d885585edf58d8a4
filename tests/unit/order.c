// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which blocks are switched: complete, and of linear cost. */
#include "core/order.h"
#include "suite.h"

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
struct zone_model {
	bool online[MOST];
	unsigned int start;
	unsigned int end;
	unsigned long cost;
};

static bool is_empty(const struct zone_model *zone)
{
	return zone->start == zone->end;
}

/* The hole scan: from the zone's start to its first hole or its end. */
static void scan(struct zone_model *zone)
{
	for (unsigned int i = zone->start; i < zone->end; i++) {
		zone->cost++;
		if (!zone->online[i])
			return;
	}
}

static void put_online(struct zone_model *zone, unsigned int block)
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

static void take_offline(struct zone_model *zone, unsigned int block)
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

/* Switches the blocks that are online, or those that are not, in an order. */
static void switch_all(struct zone_model *zone, unsigned int count, bool online, order_fn order,
		       void (*one)(struct zone_model *zone, unsigned int block))
{
	static unsigned int list[MOST]; /* too large for a kernel's stack */
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		if (zone->online[i] == online)
			list[found++] = i;
	for (unsigned int i = 0; i < found; i++)
		one(zone, list[order(found, i)]);
}

static void plug(struct zone_model *zone, unsigned int count, order_fn order)
{
	switch_all(zone, count, false, order, put_online);
}

static void unplug(struct zone_model *zone, unsigned int count, order_fn order)
{
	switch_all(zone, count, true, order, take_offline);
}

static void assert_linear(const struct zone_model *zone, unsigned long blocks)
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

UNIT_TEST(every_block_goes_online_once)
{
	assert_permutation(dax_order_online);
}

UNIT_TEST(every_block_goes_offline_once)
{
	assert_permutation(dax_order_offline);
}

/* Shows that the model makes another order slow. */
UNIT_TEST(ascending_order_is_quadratic)
{
	for (unsigned int count = 100; count <= MOST; count += 100) {
		struct zone_model zone = { 0 };

		plug(&zone, count, ascending);
		assert_true(zone.cost >= (unsigned long)count * count / 2);
		zone.cost = 0;
		unplug(&zone, count, ascending);
		assert_true(zone.cost >= (unsigned long)count * (count - 1) / 2);
	}
}

UNIT_TEST(plug_is_linear)
{
	for (unsigned int count = 1; count <= MOST; count++) {
		struct zone_model zone = { 0 };

		plug(&zone, count, dax_order_online);
		assert_linear(&zone, count);
		assert_int_equal(zone.end - zone.start, count);
	}
}

UNIT_TEST(unplug_is_linear)
{
	for (unsigned int count = 1; count <= MOST; count++) {
		struct zone_model zone = { 0 };

		plug(&zone, count, dax_order_online);
		zone.cost = 0;
		unplug(&zone, count, dax_order_offline);
		assert_linear(&zone, count);
		assert_true(is_empty(&zone));
	}
}

/* The blocks that a transition has switched when it fails at a position, and its rollback. */
UNIT_TEST(rollback_of_a_plug_is_linear)
{
	enum { COUNT = 300 };

	for (unsigned int failed = 0; failed < COUNT; failed++) {
		struct zone_model zone = { 0 };

		for (unsigned int i = 0; i < failed; i++)
			put_online(&zone, dax_order_online(COUNT, i));
		zone.cost = 0;
		unplug(&zone, COUNT, dax_order_offline);
		assert_linear(&zone, failed);
		assert_true(is_empty(&zone));
	}
}

UNIT_TEST(rollback_of_an_unplug_is_linear)
{
	enum { COUNT = 300 };

	for (unsigned int failed = 0; failed < COUNT; failed++) {
		struct zone_model zone = { 0 };

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
UNIT_TEST(unplug_of_a_part_is_linear)
{
	for (unsigned int step = 2; step <= 50; step++) {
		struct zone_model zone = { 0 };
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
static void unplug_ranked(struct zone_model *zone, const unsigned char *rank, unsigned int count,
			  unsigned int ranks)
{
	static unsigned int room[MOST], list[MOST];
	unsigned int i;

	assert_int_equal(dax_order_offline_ranked(rank, count, ranks, room, list), count);
	for (i = 0; i < count; i++) {
		assert_true(i == 0 || rank[list[i - 1]] <= rank[list[i]]);
		take_offline(zone, list[i]);
	}
}

UNIT_TEST(ranks_go_one_after_the_other)
{
	enum { RANKS = 17 };

	for (unsigned int count = 1; count <= MOST; count += 37) {
		static unsigned char rank[MOST];
		struct zone_model zone = { 0 };

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
UNIT_TEST(blocks_in_use_at_the_top_leave_it_linear)
{
	for (unsigned int used = 0; used <= MOST; used += 50) {
		static unsigned char rank[MOST];
		struct zone_model zone = { 0 };

		memset(rank, 0, sizeof(rank));
		plug(&zone, MOST, dax_order_online);
		for (unsigned int i = MOST - used; i < MOST; i++)
			rank[i] = 1 + i % 16;
		zone.cost = 0;
		unplug_ranked(&zone, rank, MOST, 17);
		assert_in_range(zone.cost, 0, MOST * (STEPS_A_BLOCK + 2 * 16));
	}
}

/* The price of the ranks: while the empty blocks go, each scan walks those in use below. */
UNIT_TEST(blocks_in_use_at_the_start_are_walked_once_per_empty_block)
{
	for (unsigned int used = 0; used <= MOST; used += 50) {
		unsigned long empty = MOST - used;
		static unsigned char rank[MOST];
		struct zone_model zone = { 0 };

		plug(&zone, MOST, dax_order_online);
		memset(rank, 0, sizeof(rank));
		memset(rank, 1, used);
		zone.cost = 0;
		unplug_ranked(&zone, rank, MOST, 2);
		assert_in_range(zone.cost, empty * used, empty * used + MOST * STEPS_A_BLOCK);
	}
}

UNIT_TEST(a_block_of_no_rank_is_not_listed)
{
	const unsigned char rank[] = { 2, 0, 2, 1 };
	unsigned int room[4], list[4];

	assert_int_equal(dax_order_offline_ranked(rank, 4, 2, room, list), 2);
	assert_int_equal(list[0], 1);
	assert_int_equal(list[1], 3);
}

UNIT_SUITE(order, UNIT_CASE(every_block_goes_online_once), UNIT_CASE(every_block_goes_offline_once),
	   UNIT_CASE(ascending_order_is_quadratic), UNIT_CASE(plug_is_linear),
	   UNIT_CASE(unplug_is_linear), UNIT_CASE(rollback_of_a_plug_is_linear),
	   UNIT_CASE(rollback_of_an_unplug_is_linear), UNIT_CASE(unplug_of_a_part_is_linear),
	   UNIT_CASE(ranks_go_one_after_the_other),
	   UNIT_CASE(blocks_in_use_at_the_top_leave_it_linear),
	   UNIT_CASE(blocks_in_use_at_the_start_are_walked_once_per_empty_block),
	   UNIT_CASE(a_block_of_no_rank_is_not_listed))
