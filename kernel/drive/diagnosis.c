// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/pfn.h>

#include "block/gate.h"
#include "block/unmovable.h"
#include "diagnosis.h"

static enum dax_reason by_errno(int err)
{
	switch (err) {
	case -ENOMEM:
		return DAX_REASON_NO_MEMORY;
	case -EEXIST:
		return DAX_REASON_IN_USE;
	case -EHWPOISON:
		return DAX_REASON_POISONED;
	case -ETIMEDOUT:
		return DAX_REASON_TIMEOUT;
	default:
		return DAX_REASON_OTHER;
	}
}

/* Looks for the page that keeps the block online; by now that page may look movable. */
static enum dax_reason by_pages(struct kmem_gate *gate, struct kmem_failure *failure)
{
	u64 start = dax_spans_block_start(gate->spans, failure->block);
	struct kmem_pages_seen seen;
	enum dax_reason reason;

	reason = kmem_unmovable_page(start, &seen);
	if (reason != DAX_REASON_NONE) {
		failure->pfn = seen.pfn;
		return reason;
	}
	return seen.faulty ? DAX_REASON_POISONED : by_errno(failure->err);
}

static unsigned long free_on_node(int nid)
{
	struct zone *zones = NODE_DATA(nid)->node_zones;
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		pages += zone_page_state(&zones[i], NR_FREE_PAGES);
	return pages;
}

/*
 * Estimates whether less memory is available than one block holds. If there are other nodes with
 * memory, the core moves pages only to those (do_migrate_range() in mm/memory_hotplug.c).
 */
static bool is_memory_short(struct kmem_gate *gate, unsigned int block)
{
	struct page *page = pfn_to_page(PHYS_PFN(dax_spans_block_start(gate->spans, block)));
	long available = si_mem_available();

	if (num_node_state(N_MEMORY) > 1)
		available -= free_on_node(page_to_nid(page));
	return available < (long)PHYS_PFN(gate->spans->block_size);
}

/*
 * All notifiers agreed, and the core was moving pages. It fails with -EBUSY if the block has a free
 * huge page and all free huge pages of that size in the machine are reserved
 * (dissolve_free_hugetlb_folios()); for all other pages it retries until a signal stops it.
 */
static enum dax_reason why_not_moved(struct kmem_gate *gate, struct kmem_failure *failure)
{
	u64 start = dax_spans_block_start(gate->spans, failure->block);
	enum dax_reason reason = by_pages(gate, failure);

	if (reason != by_errno(failure->err) && reason != DAX_REASON_POISONED)
		return reason;
	if (failure->err == -EBUSY)
		return DAX_REASON_HUGE_PAGE;
	if (kmem_borrowed_page(start, &failure->pfn))
		return DAX_REASON_PINNED;
	if (is_memory_short(gate, failure->block))
		return DAX_REASON_NO_MEMORY;
	return kmem_huge_page_in_use(start, &failure->pfn) ? DAX_REASON_HUGE_PAGE
							   : by_errno(failure->err);
}

/*
 * The core isolates a block's pages before it calls the notifiers, and fails there with -EBUSY on
 * an unmovable page. If the transition was cancelled before that, the block is not to blame.
 */
static enum dax_reason why_not_offline(struct kmem_gate *gate, unsigned int tried,
				       struct kmem_failure *failure)
{
	if (tried != failure->block)
		return by_errno(failure->err);

	switch (kmem_gate_notified(gate)) {
	case KMEM_NOTIFIED_NONE:
		return failure->err == -EBUSY ? by_pages(gate, failure) : by_errno(failure->err);
	case KMEM_NOTIFIED_FIRST:
		return DAX_REASON_REFUSED;
	default:
		return why_not_moved(gate, failure);
	}
}

static enum dax_reason why_not_online(struct kmem_gate *gate, struct kmem_failure *failure)
{
	return kmem_gate_notified(gate) == KMEM_NOTIFIED_FIRST ? DAX_REASON_REFUSED
							       : by_errno(failure->err);
}

/**
 * kmem_diagnose() - find out why a step failed
 * @gate: the gate of the memory
 * @tried: the block that was switched last, or KMEM_NO_BLOCK
 * @failure: the failure, with its step, block and errno filled in; this function sets its reason
 *	and page
 *
 * Context: Process context, sleeps; right after the failure, in the same task.
 */
void kmem_diagnose(struct kmem_gate *gate, unsigned int tried, struct kmem_failure *failure)
{
	failure->pfn = 0;

	switch (failure->step) {
	case DAX_STEP_OFFLINE:
		failure->reason = why_not_offline(gate, tried, failure);
		break;
	case DAX_STEP_ONLINE:
		failure->reason = why_not_online(gate, failure);
		break;
	case DAX_STEP_RESERVE:
		failure->reason = failure->err == -EBUSY ? DAX_REASON_IN_USE
							 : by_errno(failure->err);
		break;
	default:
		failure->reason = by_errno(failure->err);
	}
}
