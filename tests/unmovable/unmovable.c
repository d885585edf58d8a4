// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds an unmovable page of a memory block in a kernel zone, from load to unload.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

static unsigned long block;
module_param(block, ulong, 0444);
MODULE_PARM_DESC(block, "number N of the memoryN that the page is to be in");

static char *kind = "kernel";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "what the page is: kernel, reserved, page_table or slab");

/* Large enough to reach the block soon, small enough that the block has a free one. */
#define CHUNK_ORDER 9
#define OBJECT_SIZE 4096

static struct page *page;
static void *object;

static bool is_in_block(unsigned long pfn)
{
	return PFN_PHYS(pfn) / memory_block_size_bytes() == block;
}

static int node_of_block(void)
{
	return page_to_nid(pfn_to_page(PHYS_PFN(block * memory_block_size_bytes())));
}

/* Allocates the node's free memory for a moment, until an allocation is in the block. */
static struct page *take_chunk(struct list_head *others)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_THISNODE | __GFP_NORETRY | __GFP_NOWARN;
	int nid = node_of_block();
	struct page *chunk;

	while ((chunk = alloc_pages_node(nid, gfp, CHUNK_ORDER))) {
		if (is_in_block(page_to_pfn(chunk)))
			return chunk;
		list_add(&chunk->lru, others);
	}

	return NULL;
}

static struct page *take_page(void)
{
	struct page *chunk, *other, *next;
	LIST_HEAD(others);
	unsigned int i;

	chunk = take_chunk(&others);
	list_for_each_entry_safe(other, next, &others, lru) {
		list_del(&other->lru);
		__free_pages(other, CHUNK_ORDER);
	}
	if (!chunk)
		return NULL;

	split_page(chunk, CHUNK_ORDER);
	for (i = 1; i < 1U << CHUNK_ORDER; i++)
		__free_page(chunk + i);
	return chunk;
}

/* Allocates objects, chained by their first word, until one is in the block. */
static void *take_object(void)
{
	int nid = node_of_block();
	void **taken, *others = NULL;

	while ((taken = kmalloc_node(OBJECT_SIZE, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN,
				     nid))) {
		if (is_in_block(page_to_pfn(virt_to_page(taken))))
			break;
		*taken = others;
		others = taken;
	}

	while (others) {
		void *next = *(void **)others;

		kfree(others);
		others = next;
	}

	return taken;
}

static int __init unmovable_init(void)
{
	if (!strcmp(kind, "slab")) {
		object = take_object();
		return object ? 0 : -ENOMEM;
	}

	page = take_page();
	if (!page)
		return -ENOMEM;
	if (!strcmp(kind, "reserved"))
		SetPageReserved(page);
	if (!strcmp(kind, "page_table"))
		__SetPageTable(page);
	return 0;
}
module_init(unmovable_init);

static void __exit unmovable_exit(void)
{
	kfree(object);
	if (!page)
		return;

	if (PageTable(page))
		__ClearPageTable(page);
	ClearPageReserved(page);
	__free_page(page);
}
module_exit(unmovable_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("A page that cannot be moved, for tests");
MODULE_LICENSE("GPL");
