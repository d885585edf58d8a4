// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/page-flags.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "compat/setting.h"
#include "poison.h"

/* How a page became known as faulty: by PG_hwpoison, or by kmem_poison_report(). */
enum source {
	MARKED,
	REPORTED,
};

/* The source of each page with a hardware fault, by pfn. */
static DEFINE_XARRAY(faulty);

/* The mark of the pages in @faulty that were known when their block began to go online. */
#define WITHHELD XA_MARK_0

/* Protects @withholding, the number of blocks with faulty pages that are going online. */
static DEFINE_MUTEX(withholding_lock);
static unsigned int withholding;

static void forget_marked(unsigned long pfn, unsigned long nr)
{
	unsigned long index;
	void *entry;

	xa_for_each_range(&faulty, index, entry, pfn, pfn + nr - 1)
		xa_cmpxchg(&faulty, index, xa_mk_value(MARKED), NULL, 0);
}

/*
 * Must not fail: a page that is not recorded would be used again after a replug. A page that was
 * reported stays so.
 */
static void remember_marked(unsigned long pfn)
{
	xa_cmpxchg(&faulty, pfn, NULL, xa_mk_value(MARKED), GFP_KERNEL | __GFP_NOFAIL);
}

/* The number of pages that are checked together; divides the pages of a section. */
#define CHECKED_TOGETHER 64

/* Since 6.18 page->flags is a struct of one word. */
static unsigned long flags_of(const struct page *page)
{
	BUILD_BUG_ON(sizeof(page->flags) != sizeof(unsigned long));
	return READ_ONCE(*(const unsigned long *)&page->flags);
}

/* Four pages at a time: one by one took a tenth of the time of offlining an idle block. */
static bool any_faulty(const struct page *page)
{
	const struct page *end = page + CHECKED_TOGETHER;
	unsigned long flags = 0;

	for (; page < end; page += 4)
		flags |= flags_of(page) | flags_of(page + 1) | flags_of(page + 2) |
			 flags_of(page + 3);
	return flags & BIT(PG_hwpoison);
}

static void check(unsigned long pfn)
{
	unsigned long end = pfn + CHECKED_TOGETHER;

	if (!any_faulty(pfn_to_page(pfn)))
		return;
	for (; pfn < end; pfn++)
		if (PageHWPoison(pfn_to_page(pfn)))
			remember_marked(pfn);
}

/**
 * kmem_poison_remember() - remember the faulty pages of a block
 * @pfn: the first page
 * @nr: the number of pages; all offline, with their page structs still in place
 * @foreign: the block is memory of another driver. Then nothing marks its pages again when it goes
 *	online, so pages that were remembered before stay so.
 *
 * Finds every page with PG_hwpoison, whether memory_failure(), soft offlining, or a machine check
 * during the copy of a migration set the flag. Misses a page that memory_failure() found online,
 * but marks only after MEM_OFFLINE: only the core could close that window, because no driver is
 * told of a fault in an offline page.
 *
 * Context: Process context, sleeps.
 */
void kmem_poison_remember(unsigned long pfn, unsigned long nr, bool foreign)
{
	unsigned long end = pfn + nr;

	if (!foreign)
		forget_marked(pfn, nr);
	for (; pfn < end; pfn += CHECKED_TOGETHER) {
		check(pfn);
		if (IS_ALIGNED(pfn, PAGES_PER_SECTION))
			cond_resched();
	}
}

/**
 * kmem_poison_report() - remember pages that are reported as faulty
 * @pfn: the first page
 * @nr: the number of pages; those in memory of other drivers have no effect
 *
 * Each page is kept from the allocator and marked when its block next begins to go online; until
 * then a page that is online already stays in use.
 *
 * Context: Process context, sleeps.
 */
void kmem_poison_report(unsigned long pfn, unsigned long nr)
{
	unsigned long end = pfn + nr;

	for (; pfn < end; pfn++) {
		xa_store(&faulty, pfn, xa_mk_value(REPORTED), GFP_KERNEL | __GFP_NOFAIL);
		cond_resched();
	}
}

/**
 * kmem_poison_next() - find the next run of pages that are remembered as faulty
 * @pfn: the page to begin with; set to the first page of the run
 *
 * Context: Any but interrupts.
 * Return: the number of pages of the run, 0 if no page from @pfn on is remembered.
 */
unsigned long kmem_poison_next(unsigned long *pfn)
{
	unsigned long nr = 1;

	if (!xa_find(&faulty, pfn, ULONG_MAX, XA_PRESENT))
		return 0;
	while (xa_load(&faulty, *pfn + nr))
		nr++;
	return nr;
}

/**
 * kmem_poison_count() - count the pages that are remembered as faulty
 * @pfn: the first page
 * @nr: the number of pages
 *
 * Context: Any but interrupts.
 * Return: the number.
 */
unsigned long kmem_poison_count(unsigned long pfn, unsigned long nr)
{
	unsigned long index, count = 0;
	void *entry;

	xa_for_each_range(&faulty, index, entry, pfn, pfn + nr - 1)
		count++;
	return count;
}

/**
 * kmem_poison_any() - test whether any page is remembered as faulty
 * @pfn: the first page
 * @nr: the number of pages
 *
 * Context: Any but interrupts.
 * Return: true if any is.
 */
bool kmem_poison_any(unsigned long pfn, unsigned long nr)
{
	return xa_find(&faulty, &pfn, pfn + nr - 1, XA_PRESENT);
}

static bool any_withheld(unsigned long pfn, unsigned long nr)
{
	return xa_find(&faulty, &pfn, pfn + nr - 1, WITHHELD);
}

/*
 * Leaves a page as memory_failure() leaves a free page: allocated, without an owner, counted as
 * managed. Before a page goes online it is PageReserved or, since 6.11, PageOffline.
 */
static void withhold(struct page *page)
{
	if (PageOffline(page))
		__ClearPageOffline(page);
	ClearPageReserved(page);
	adjust_managed_page_count(page, 1);
}

/* The core calls this for each chunk of every block that goes online. */
static void online_sound_pages(struct page *page, unsigned int order)
{
	if (!any_withheld(page_to_pfn(page), 1UL << order)) {
		generic_online_page(page, order);
	} else if (order) {
		online_sound_pages(page, order - 1);
		online_sound_pages(page + (1UL << (order - 1)), order - 1);
	} else {
		withhold(page);
	}
}

/**
 * kmem_poison_withhold() - keep the faulty pages of a block that goes online from the allocator
 * @pfn: the block's first page
 * @nr: the number of its pages
 *
 * The kernel has a single hook for this, set_online_page_callback(). While another driver, such
 * as a balloon driver, has set it, a faulty page can be in use briefly until it is marked.
 *
 * Context: Process context, sleeps; not in a memory notifier.
 * Return: true if the block has any; the caller then has to call kmem_poison_mark() once the
 * block is online or has failed to go online. A page that is reported in between may be in use by
 * then, and is left alone.
 */
bool kmem_poison_withhold(unsigned long pfn, unsigned long nr)
{
	unsigned long index;
	bool any = false;
	void *entry;

	xa_for_each_range(&faulty, index, entry, pfn, pfn + nr - 1) {
		xa_set_mark(&faulty, index, WITHHELD);
		any = true;
	}
	if (!any)
		return false;

	mutex_lock(&withholding_lock);
	if (!withholding++ && set_online_page_callback(online_sound_pages))
		pr_warn("another driver has set the online page callback; faulty pages may be used until they are marked\n");
	mutex_unlock(&withholding_lock);
	return true;
}

/*
 * With vm.memory_failure_recovery=0 memory_failure() panics on any page. Returns true if the
 * setting cannot be read.
 */
static bool memory_failure_may_panic(void)
{
	unsigned long recovery;

	return kmem_setting_read("/proc/sys/vm/memory_failure_recovery", &recovery) || !recovery;
}

/**
 * kmem_poison_mark() - have the kernel mark the faulty pages of a block again
 * @pfn: the block's first page
 * @nr: the number of its pages
 * @online: whether the block is online
 *
 * memory_failure() also counts the page in HardwareCorrupted. If it would panic, this sets
 * PG_hwpoison only, which suffices if online_sound_pages() kept the page from the allocator.
 *
 * Context: Process context, sleeps; not in a memory notifier.
 */
void kmem_poison_mark(unsigned long pfn, unsigned long nr, bool online)
{
	bool only_mark = online && memory_failure_may_panic();
	unsigned long index = pfn;

	while (xa_find(&faulty, &index, pfn + nr - 1, WITHHELD)) {
		xa_clear_mark(&faulty, index, WITHHELD);
		if (only_mark)
			SetPageHWPoison(pfn_to_page(index));
		else if (online)
			memory_failure(index, 0);
	}

	mutex_lock(&withholding_lock);
	if (!--withholding)
		restore_online_page_callback(online_sound_pages);
	mutex_unlock(&withholding_lock);
}

/**
 * kmem_poison_exit() - forget all faulty pages, when the module goes away or could not be loaded
 *
 * Context: Process context, sleeps.
 */
void kmem_poison_exit(void)
{
	xa_destroy(&faulty);
}
