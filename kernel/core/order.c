// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "order.h"

/**
 * dax_order_online() - the block to put online at a position
 * @count: how many blocks go online
 * @position: 0 to @count - 1
 *
 * Descending: the scan runs before the new block counts as online, so the
 * block itself is the hole, at the very start of the zone.
 *
 * Return: the block's number.
 */
unsigned int dax_order_online(unsigned int count, unsigned int position)
{
	return count - 1 - position;
}

/**
 * dax_order_offline() - the block to take offline at a position
 * @count: how many blocks go offline
 * @position: 0 to @count - 1
 *
 * The second block first: it leaves a hole right behind the first one, which
 * stays until the end and keeps the start of the zone where it is. The others
 * follow from the top, so that the zone's end shrinks with each.
 *
 * Return: the block's number.
 */
unsigned int dax_order_offline(unsigned int count, unsigned int position)
{
	if (position == count - 1)
		return 0;
	if (position == 0)
		return 1;
	return count - position;
}

/**
 * dax_order_offline_ranked() - list the blocks that go offline: rank by rank
 * @rank: the rank of each block; lower ranks go first
 * @total: how many blocks there are
 * @ranks: blocks of this rank and higher ones are not listed
 * @room: room for @total blocks
 * @list: the list, with room for @total blocks
 *
 * Within a rank the order is that of dax_order_offline(). As long as no hole is further down, each
 * scan walks all blocks below the first rank.
 *
 * Return: how many blocks are in the list.
 */
unsigned int dax_order_offline_ranked(const unsigned char *rank, unsigned int total,
				      unsigned int ranks, unsigned int *room, unsigned int *list)
{
	unsigned int now, block, i, count = 0;

	for (now = 0; now < ranks; now++) {
		unsigned int nr = 0;

		for (block = 0; block < total; block++)
			if (rank[block] == now)
				room[nr++] = block;
		for (i = 0; i < nr; i++)
			list[count + i] = room[dax_order_offline(nr, i)];
		count += nr;
	}
	return count;
}
