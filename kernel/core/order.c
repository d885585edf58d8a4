// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#include "order.h"

/**
 * dax_order_online() - the block to put online at a position of the order
 * @count: how many blocks go online
 * @position: 0 to @count - 1
 *
 * Descending: move_pfn_range_to_zone() calls set_zone_contiguous() before the block's sections
 * are online. The new block is the lowest of the zone, so the walk ends at its first pageblock.
 *
 * Return: the block's number.
 */
unsigned int dax_order_online(unsigned int count, unsigned int position)
{
	return count - 1 - position;
}

/**
 * dax_order_offline() - the block to take offline at a position of the order
 * @count: how many blocks go offline
 * @position: 0 to @count - 1
 *
 * Block 1 first: once it is offline, every later walk of set_zone_contiguous() ends right after
 * block 0, which goes offline last and so keeps the start of the zone in place. The other blocks
 * follow from the top down: shrink_zone_span() then finds the new end of the zone right below each.
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
 * dax_order_offline_ranked() - list the blocks that go offline, rank by rank
 * @rank: the rank of each block; lower ranks go first
 * @total: number of blocks
 * @ranks: blocks of this rank and higher ones are not listed
 * @scratch: an array of @total elements, overwritten
 * @list: set to the listed blocks; an array of @total elements
 *
 * Within a rank the order is that of dax_order_offline(). Until a lower block goes offline, every
 * walk of set_zone_contiguous() passes over the online blocks below the first one of the list.
 *
 * Return: the number of blocks in @list.
 */
unsigned int dax_order_offline_ranked(const unsigned char *rank, unsigned int total,
				      unsigned int ranks, unsigned int *scratch, unsigned int *list)
{
	unsigned int this_rank, block, i, count = 0;

	for (this_rank = 0; this_rank < ranks; this_rank++) {
		unsigned int nr = 0;

		for (block = 0; block < total; block++)
			if (rank[block] == this_rank)
				scratch[nr++] = block;
		for (i = 0; i < nr; i++)
			list[count + i] = scratch[dax_order_offline(nr, i)];
		count += nr;
	}
	return count;
}
