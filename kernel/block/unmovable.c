// SPDX-License-Identifier: GPL-2.0-only
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/vmstat.h>

#include "compat/compat.h"
#include "unmovable.h"

/* A larger order is garbage: 1 GiB is the largest folio on x86. */
#define ORDER_MAX 18U

/*
 * A page may change during a test, and with CONFIG_DEBUG_VM the page flag macros then BUG(). So
 * the tests read a copy of the page struct, which may be stale, but does not change. The page
 * structs stay in place, because the block cannot be removed meanwhile.
 */
union copy {
	struct page page;
	struct folio folio;
	struct page pages[4];
};

/*
 * Only a head page needs more than one page struct. Copies at most @max, up to the end of the
 * block, because there may be no page structs after it. Races with all users of the pages, so the
 * result is a guess.
 */
static void copy_pages(union copy *copy, const struct page *page, unsigned long max)
{
	unsigned long nr = min_t(unsigned long, max, ARRAY_SIZE(copy->pages));

	data_race(copy->page = *page);
	if (!PageHead(&copy->page))
		return;
	memset(copy->pages + 1, 0, sizeof(*copy) - sizeof(copy->page));
	data_race(memcpy(copy->pages + 1, page + 1, (nr - 1) * sizeof(*page)));
}

/*
 * Whether the core can migrate the page: a page of a process or a file, on an LRU list or on the
 * way there, or one with movable_ops.
 */
static bool is_movable(struct page *page)
{
	return PageLRU(page) || page->mapping || kmem_page_has_movable_ops(page);
}

/* PageVmemmapSelfHosted shares its bit with a flag of pages of processes and files. */
static bool is_own_memmap(struct page *page)
{
	return PageVmemmapSelfHosted(page) && !PageLRU(page) && !page->mapping;
}

static enum dax_reason why_unmovable(union copy *copy)
{
	struct page *page = &copy->page;

	if (PageTail(page) || PageBuddy(page) || is_own_memmap(page))
		return DAX_REASON_NONE;
	if (PageReserved(page))
		return DAX_REASON_RESERVED;
	if (folio_test_slab(&copy->folio) || kmem_page_is_large_kmalloc(page))
		return DAX_REASON_SLAB;
	if (PageTable(page))
		return DAX_REASON_PAGE_TABLE;
	/* On the way to or from a free list, or a hugetlb page, which the core migrates. */
	if (!page_ref_count(page) || PageHuge(page))
		return DAX_REASON_NONE;
	if (!is_movable(page))
		return DAX_REASON_KERNEL;
	return folio_maybe_dma_pinned(&copy->folio) ? DAX_REASON_PINNED : DAX_REASON_NONE;
}

/* The size of the copied folio, in pages. */
static unsigned long pages_of(union copy *copy)
{
	unsigned int order = 0;

	if (!PageTail(&copy->page) && PageHead(&copy->page))
		order = folio_order(&copy->folio);
	return 1UL << min(order, ORDER_MAX);
}

/* The size of a free chunk in pages, or 0. A fast path: most of an idle block is free. */
static unsigned long free_pages_at(struct page *page)
{
	if (!data_race(PageBuddy(page)))
		return 0;
	return 1UL << min_t(unsigned long, data_race(page_private(page)), ORDER_MAX);
}

/* Whether the page is on a per-CPU free list, or is a free huge page, which the core dissolves. */
static bool is_unused(union copy *copy)
{
	struct page *page = &copy->page;

	return !PageTail(page) && !page_ref_count(page);
}

/*
 * Whether the page is borrowed, for example for I/O: it has more references than its mappings and
 * caches account for. Of a large folio only a pin is detected, because the rules for its
 * reference count differ between kernels.
 */
static enum dax_reason why_borrowed(union copy *copy)
{
	struct page *page = &copy->page;
	int owners;

	if (PageTail(page) || !PageLRU(page))
		return DAX_REASON_NONE;
	if (PageHead(page))
		return folio_maybe_dma_pinned(&copy->folio) ? DAX_REASON_PINNED : DAX_REASON_NONE;

	owners = atomic_read(&page->_mapcount) + 1 + folio_test_private(&copy->folio);
	if (!folio_test_anon(&copy->folio) || folio_test_swapcache(&copy->folio))
		owners++;
	return page_ref_count(page) > owners ? DAX_REASON_PINNED : DAX_REASON_NONE;
}

/* Whether this is a hugetlb page in use, which moves only to another hugetlb page. */
static enum dax_reason why_huge(union copy *copy)
{
	struct page *page = &copy->page;

	return PageHead(page) && PageHuge(page) && page_ref_count(page) ? DAX_REASON_HUGE_PAGE
									: DAX_REASON_NONE;
}

static enum dax_reason find(u64 start, enum dax_reason (*test)(union copy *copy),
			    struct kmem_pages_seen *seen)
{
	unsigned long first = PHYS_PFN(start), at = first;
	unsigned long end = first + PHYS_PFN(memory_block_size_bytes());

	*seen = (struct kmem_pages_seen){ 0 };
	if (!pfn_to_online_page(first))
		return DAX_REASON_NONE;

	while (at < end) {
		struct page *page = pfn_to_page(at);
		enum dax_reason reason;
		unsigned long nr_free;
		union copy copy;

		nr_free = free_pages_at(page);
		if (nr_free) {
			seen->free += nr_free;
			at += nr_free;
			continue;
		}

		copy_pages(&copy, page, end - at);
		if (PageHWPoison(&copy.page)) {
			seen->faulty = true;
			at++;
			continue;
		}
		/* memory_failure() could not split this folio, and marked one of its tail pages. */
		if (!PageTail(&copy.page) && PageHead(&copy.page) &&
		    folio_test_has_hwpoisoned(&copy.folio))
			seen->faulty = true;
		reason = test(&copy);
		if (reason != DAX_REASON_NONE) {
			seen->pfn = at;
			return reason;
		}

		if (is_unused(&copy))
			seen->free += pages_of(&copy);
		at += pages_of(&copy);
		cond_resched();
	}

	return DAX_REASON_NONE;
}

static bool find_pfn(u64 start, enum dax_reason (*test)(union copy *copy), unsigned long *pfn)
{
	struct kmem_pages_seen seen;
	bool found = find(start, test, &seen) != DAX_REASON_NONE;

	if (found)
		*pfn = seen.pfn;
	return found;
}

/**
 * kmem_node_movable_is_free() - test whether all of a node's ZONE_MOVABLE is free
 * @nid: the node
 *
 * If so, none of its pages has to be scanned: none is in use, and a page with a hardware fault
 * would not be free.
 *
 * Context: Any.
 * Return: true if it is.
 */
bool kmem_node_movable_is_free(int nid)
{
	struct zone *zone = &NODE_DATA(nid)->node_zones[ZONE_MOVABLE];

	return zone_page_state_snapshot(zone, NR_FREE_PAGES) == zone_managed_pages(zone);
}

/**
 * kmem_unmovable_page() - find the first page of a block that looks unmovable
 * @start: the block's physical address; the block online, and not removed meanwhile
 * @seen: filled in
 *
 * A guess, made without a lock. Skips free chunks, so that an idle block costs next to nothing.
 *
 * Context: Process context, may reschedule.
 * Return: why the page looks unmovable, or DAX_REASON_NONE.
 */
enum dax_reason kmem_unmovable_page(u64 start, struct kmem_pages_seen *seen)
{
	return find(start, why_unmovable, seen);
}

/**
 * kmem_borrowed_page() - find the first page of a block that has been borrowed
 * @start: as for kmem_unmovable_page()
 * @pfn: set to the page's pfn, if there is one
 *
 * Any page may be borrowed briefly, so call this only after a block has failed to go offline.
 *
 * Context: Process context, may reschedule.
 * Return: true if there is one.
 */
bool kmem_borrowed_page(u64 start, unsigned long *pfn)
{
	return find_pfn(start, why_borrowed, pfn);
}

/**
 * kmem_huge_page_in_use() - find the first huge page of a block that is in use
 * @start: as for kmem_unmovable_page()
 * @pfn: as for kmem_borrowed_page()
 *
 * Context: Process context, may reschedule.
 * Return: true if there is one.
 */
bool kmem_huge_page_in_use(u64 start, unsigned long *pfn)
{
	return find_pfn(start, why_huge, pfn);
}
