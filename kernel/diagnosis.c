// SPDX-License-Identifier: GPL-2.0-only
/* The kernel says -EBUSY for nearly everything. What was it this time? */
#include <linux/errno.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/pfn.h>

#include "diagnosis.h"
#include "drive.h"
#include "guard.h"
#include "region.h"
#include "suspect.h"

static enum kmem_cause by_errno(int err)
{
	switch (err) {
	case -ENOMEM:
		return KMEM_CAUSE_NO_MEMORY;
	case -EEXIST:
		return KMEM_CAUSE_IN_USE;
	case -EHWPOISON:
		return KMEM_CAUSE_POISONED;
	case -ETIMEDOUT:
		return KMEM_CAUSE_TIMEOUT;
	default:
		return KMEM_CAUSE_OTHER;
	}
}

/* What holds or held a block: the page that looks so now, or nothing that can still be seen. */
static enum kmem_cause by_pages(struct kmem_region *region, struct kmem_failure *failure)
{
	u64 start = kmem_region_block_start(region, failure->block);
	enum kmem_cause cause;
	bool faulty = false;

	cause = kmem_suspect_page(start, &failure->pfn, &faulty);
	if (cause != KMEM_CAUSE_NONE)
		return cause;
	return faulty ? KMEM_CAUSE_POISONED : by_errno(failure->err);
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
 * A guess: is less available than one block wants? The core moves pages to other
 * nodes only, where there are others (do_migrate_range() in mm/memory_hotplug.c).
 */
static bool is_memory_short(struct kmem_region *region, unsigned int block)
{
	struct page *page = pfn_to_page(PHYS_PFN(kmem_region_block_start(region, block)));
	long available = si_mem_available();

	if (num_node_state(N_MEMORY) > 1)
		available -= free_on_node(page_to_nid(page));
	return available < (long)PHYS_PFN(memory_block_size_bytes());
}

/*
 * All agreed, and what is movable was being moved. That fails at once for huge
 * pages that are free here, but promised, with none free elsewhere; for all else
 * the core tries until it is stopped.
 */
static enum kmem_cause why_not_moved(struct kmem_region *region, struct kmem_failure *failure)
{
	u64 start = kmem_region_block_start(region, failure->block);
	enum kmem_cause cause = by_pages(region, failure);

	if (cause != by_errno(failure->err) && cause != KMEM_CAUSE_POISONED)
		return cause;
	if (failure->err == -EBUSY)
		return KMEM_CAUSE_HUGE_PAGE;
	if (kmem_suspect_reference(start, &failure->pfn))
		return KMEM_CAUSE_PINNED;
	if (is_memory_short(region, failure->block))
		return KMEM_CAUSE_NO_MEMORY;
	return kmem_suspect_huge(start, &failure->pfn) ? KMEM_CAUSE_HUGE_PAGE
						       : by_errno(failure->err);
}

static bool was_cancelled(const struct kmem_failure *failure)
{
	return failure->err == -EINTR || failure->err == -ETIMEDOUT || failure->err == -ECANCELED;
}

/*
 * The core isolates a block's free pages before it asks the notifiers, and
 * that is where unmovable pages are found. A block that was cancelled before
 * that has not shown anything.
 */
static enum kmem_cause why_not_offline(struct kmem_region *region, struct kmem_failure *failure)
{
	if (region->drive.tried != failure->block)
		return by_errno(failure->err);

	switch (kmem_guard_consent(region)) {
	case KMEM_NOT_ASKED:
		return was_cancelled(failure) ? by_errno(failure->err) : by_pages(region, failure);
	case KMEM_ASKED:
		return KMEM_CAUSE_REFUSED;
	default:
		return why_not_moved(region, failure);
	}
}

static enum kmem_cause why_not_online(struct kmem_region *region, struct kmem_failure *failure)
{
	return kmem_guard_consent(region) == KMEM_ASKED ? KMEM_CAUSE_REFUSED
							: by_errno(failure->err);
}

/**
 * kmem_diagnose() - find out why a step went wrong
 * @region: the region
 * @failure: the failure, its step, block and error filled in; the rest is now
 *
 * Context: Process context, sleeps; right after the failure, by the task that
 * had it.
 */
void kmem_diagnose(struct kmem_region *region, struct kmem_failure *failure)
{
	failure->pfn = 0;

	switch (failure->step) {
	case KMEM_STEP_OFFLINE:
		failure->cause = why_not_offline(region, failure);
		break;
	case KMEM_STEP_ONLINE:
		failure->cause = why_not_online(region, failure);
		break;
	case KMEM_STEP_RESERVE:
		failure->cause = failure->err == -EBUSY ? KMEM_CAUSE_IN_USE
							: by_errno(failure->err);
		break;
	default:
		failure->cause = by_errno(failure->err);
	}
}
