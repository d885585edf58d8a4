/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The order in which memory blocks are switched.
 *
 * Whenever a block goes online or offline the kernel scans the zone from its
 * start for holes, to know whether it is contiguous, and stops at the first
 * hole (set_zone_contiguous() in mm/mm_init.c, mm/page_alloc.c before 6.6).
 * Switching in ascending order leaves no hole, so every scan walks all blocks
 * and N blocks cost N². These orders put a hole near the start of the zone
 * throughout, which makes every scan short.
 *
 * The first two take blocks numbered by ascending physical address, 0 to count - 1,
 * and return the number of the block whose turn it is at a given position.
 */
#ifndef DAXPLUG_CORE_ORDER_H
#define DAXPLUG_CORE_ORDER_H

unsigned int dax_order_online(unsigned int count, unsigned int position);
unsigned int dax_order_offline(unsigned int count, unsigned int position);
unsigned int dax_order_offline_ranked(const unsigned char *rank, unsigned int total,
				      unsigned int ranks, unsigned int *room, unsigned int *list);

#endif /* DAXPLUG_CORE_ORDER_H */
