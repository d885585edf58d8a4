/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The order in which memory blocks are switched.
 *
 * Whenever a block goes online (move_pfn_range_to_zone()) or offline
 * (remove_pfn_range_from_zone()), the core calls set_zone_contiguous(), which walks the zone from
 * its start and stops at the first pageblock that is not online. In ascending order the blocks
 * that are online leave no such hole, so every walk passes over all of them, and switching N
 * blocks costs N². The orders below keep a hole near the start of the zone, which makes every
 * walk short.
 *
 * Blocks are numbered by ascending physical address, from 0 to count - 1.
 */
#ifndef DAXPLUG_CORE_ORDER_H
#define DAXPLUG_CORE_ORDER_H

unsigned int dax_order_online(unsigned int count, unsigned int position);
unsigned int dax_order_offline(unsigned int count, unsigned int position);
unsigned int dax_order_offline_ranked(const unsigned char *rank, unsigned int total,
				      unsigned int ranks, unsigned int *scratch,
				      unsigned int *list);

#endif /* DAXPLUG_CORE_ORDER_H */
