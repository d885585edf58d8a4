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

/* The faulty pages, by number. */
static DEFINE_XARRAY(faulty);

/* Protects @withholding: how many blocks with faulty pages are going online. */
static DEFINE_MUTEX(withholding_lock);
static unsigned int withholding;

static void forget(unsigned long pfn, unsigned long nr)
{
	unsigned long index;
	void *entry;

	xa_for_each_range(&faulty, index, entry, pfn, pfn + nr - 1)
		xa_erase(&faulty, index);
}

/* A page that is not recorded here would be handed out again after a replug. */
static void remember(unsigned long pfn)
{
	xa_store(&faulty, pfn, xa_mk_value(1), GFP_KERNEL | __GFP_NOFAIL);
}

/* The number of pages that are read together; a section has a multiple of it. */
#define LOOK 64

/* Since 6.18 a page's flags are a struct of one word. */
static unsigned long flags_of(const struct page *page)
{
	BUILD_BUG_ON(sizeof(page->flags) != sizeof(unsigned long));
	return READ_ONCE(*(const unsigned long *)&page->flags);
}

/* Four at a time: one by one, this took a tenth of the time of offlining an idle block. */
static bool any_faulty(const struct page *page)
{
	const struct page *end = page + LOOK;
	unsigned long flags = 0;

	for (; page < end; page += 4)
		flags |= flags_of(page) | flags_of(page + 1) | flags_of(page + 2) |
			 flags_of(page + 3);
	return flags & BIT(PG_hwpoison);
}

static void look(unsigned long pfn)
{
	unsigned long end = pfn + LOOK;

	if (!any_faulty(pfn_to_page(pfn)))
		return;
	for (; pfn < end; pfn++)
		if (PageHWPoison(pfn_to_page(pfn)))
			remember(pfn);
}

/**
 * kmem_poison_remember() - remember the faulty pages of a block
 * @pfn: the first page
 * @nr: how many; all offline, their page structs not gone yet
 *
 * Finds PG_hwpoison, whether memory_failure(), soft offlining or a failed copy of a migration has
 * set it. Misses a memory_failure() that found the page online and sets the flag
 * only after MEM_OFFLINE; only the core could close that window, because no call tells a
 * driver of a page that is no longer online.
 *
 * Context: Process context, sleeps.
 */
void kmem_poison_remember(unsigned long pfn, unsigned long nr)
{
	unsigned long end = pfn + nr;

	forget(pfn, nr);
	for (; pfn < end; pfn += LOOK) {
		look(pfn);
		if (IS_ALIGNED(pfn, PAGES_PER_SECTION))
			cond_resched();
	}
}

/**
 * kmem_poison_count() - count the pages that are remembered as faulty
 * @pfn: the first page
 * @nr: how many
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

/*
 * Leaves a page as memory_failure() leaves a free one: allocated, without an owner, counted as
 * managed. Until it goes online a page is PageReserved or, since 6.11, PageOffline.
 */
static void withhold(struct page *page)
{
	if (PageOffline(page))
		__ClearPageOffline(page);
	ClearPageReserved(page);
	adjust_managed_page_count(page, 1);
}

/* The core calls this for each chunk of any block that goes online. */
static void online_sound_pages(struct page *page, unsigned int order)
{
	if (!kmem_poison_count(page_to_pfn(page), 1UL << order)) {
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
 * @nr: how many it has
 *
 * The kernel has one hook for this, set_online_page_callback(). While another driver has it, such
 * as a balloon driver, a faulty page can be in use for a moment until it is marked.
 *
 * Context: Process context, sleeps; not in a memory notifier.
 * Return: whether the block has any, and kmem_poison_mark() is to be called
 * when the block is online or could not go online.
 */
bool kmem_poison_withhold(unsigned long pfn, unsigned long nr)
{
	if (!kmem_poison_count(pfn, nr))
		return false;

	mutex_lock(&withholding_lock);
	if (!withholding++ && set_online_page_callback(online_sound_pages))
		pr_warn("another driver decides which pages go online; faulty ones are marked only afterwards\n");
	mutex_unlock(&withholding_lock);
	return true;
}

/*
 * With vm.memory_failure_recovery=0 memory_failure() panics, on any page. Where the setting
 * cannot be read, the answer is yes.
 */
static bool memory_failure_may_panic(void)
{
	unsigned long recovery;

	return kmem_setting_read("/proc/sys/vm/memory_failure_recovery", &recovery) || !recovery;
}

/**
 * kmem_poison_mark() - have the kernel mark the faulty pages of a block again
 * @pfn: the block's first page
 * @nr: how many it has
 * @online: whether it is online
 *
 * memory_failure() counts a page in HardwareCorrupted as well. Where it would panic the page is
 * only marked, which suffices as long as our hook kept the page from the allocator.
 *
 * Context: Process context, sleeps; not in a memory notifier.
 */
void kmem_poison_mark(unsigned long pfn, unsigned long nr, bool online)
{
	bool only_mark = online && memory_failure_may_panic();
	unsigned long index;
	void *entry;

	if (online)
		xa_for_each_range(&faulty, index, entry, pfn, pfn + nr - 1) {
			if (only_mark)
				SetPageHWPoison(pfn_to_page(index));
			else
				memory_failure(index, 0);
		}

	mutex_lock(&withholding_lock);
	if (!--withholding)
		restore_online_page_callback(online_sound_pages);
	mutex_unlock(&withholding_lock);
}

/**
 * kmem_poison_exit() - forget all faulty pages, at module exit
 *
 * Context: Process context, sleeps.
 */
void kmem_poison_exit(void)
{
	xa_destroy(&faulty);
}
