// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy.h"

/* The numbers of set_mempolicy(2) and move_pages(2). */
enum { DEFAULT = 0, PREFERRED = 1 };
enum { MOVE_OWN = 1 << 1 };
enum { NODE_BITS = 64, PAGE = 4096, BATCH = 512 };

void prefer_range(void *start, size_t length, int node)
{
	unsigned long nodes = 1ul << node;

	syscall(SYS_mbind, start, length, PREFERRED, &nodes, (unsigned long)NODE_BITS, 0);
}

void prefer_task(int node)
{
	unsigned long nodes = node < 0 ? 0 : 1ul << node;

	if (node < 0)
		syscall(SYS_set_mempolicy, DEFAULT, NULL, 0ul);
	else
		syscall(SYS_set_mempolicy, PREFERRED, &nodes, (unsigned long)NODE_BITS);
}

/* Moves pages to a node, or only counts them without @move. Returns how many are on the node. */
static size_t move_pages(char *start, size_t pages, int node, bool move)
{
	size_t done, i, found = 0;

	for (done = 0; done < pages; done += BATCH) {
		size_t count = pages - done < BATCH ? pages - done : BATCH;
		void *addresses[BATCH];
		int nodes[BATCH], status[BATCH];

		for (i = 0; i < count; i++) {
			addresses[i] = start + (done + i) * PAGE;
			nodes[i] = node;
			status[i] = -1;
		}
		syscall(SYS_move_pages, 0, count, addresses, move ? nodes : NULL, status, MOVE_OWN);
		for (i = 0; i < count; i++)
			found += status[i] == node;
	}
	return found;
}

void move_to_node(char *start, size_t pages, int node)
{
	move_pages(start, pages, node, true);
}

size_t count_on_node(char *start, size_t pages, int node)
{
	return move_pages(start, pages, node, false);
}
