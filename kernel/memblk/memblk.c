// SPDX-License-Identifier: GPL-2.0-only
/* Finds and switches the system's memory blocks, through reach.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/math64.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "memblk.h"
#include "reach.h"

/**
 * kmem_memblk_check() - check that memory blocks can be found and switched on this kernel
 *
 * Tests the block that holds ZERO_PAGE(0), which exists on every machine and cannot be removed.
 *
 * Context: Process context, at module load.
 * Return: 0, or -ENXIO with a line in the log.
 */
int kmem_memblk_check(void)
{
	u64 address = PFN_PHYS(page_to_pfn(ZERO_PAGE(0)));
	struct memory_block *block = kmem_reach_block(div64_ul(address, memory_block_size_bytes()));
	bool can_switch = block && kmem_reach_can_switch(block);

	if (block)
		put_device(&block->dev);
	if (can_switch)
		return 0;

	pr_err("this kernel's memory blocks %s, so no device could be plugged or unplugged; not loaded\n",
	       block ? "have no state attribute that can be called" : "cannot be found");
	return -ENXIO;
}

/**
 * kmem_memblk_policy() - the state that the system's policy gives a block that is being added
 * @id: the block's number, the N of memoryN
 *
 * The core sets block->online_type to the policy before it onlines a block that it has added, and
 * resets it afterwards.
 *
 * Context: Any but interrupts, in a memory notifier.
 * Return: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY; -ENXIO if the block cannot be found,
 * or kmem_memblk_switch() could not switch it.
 */
int kmem_memblk_policy(u64 id)
{
	struct memory_block *block = kmem_reach_block(id);
	bool can_switch;
	int type;

	if (!block)
		return -ENXIO;

	can_switch = kmem_reach_can_switch(block);
	type = block->online_type;
	put_device(&block->dev);
	if (!can_switch)
		return -ENXIO;

	switch (type) {
	case MMOP_ONLINE:
		return DAX_BLOCK_ONLINE_ANY;
	case MMOP_ONLINE_KERNEL:
		return DAX_BLOCK_KERNEL;
	case MMOP_ONLINE_MOVABLE:
		return DAX_BLOCK_MOVABLE;
	default:
		return DAX_BLOCK_OFFLINE;
	}
}

/**
 * kmem_memblk_zone() - derive the state of an online block from its zone
 * @pfn: one of its pages
 *
 * Reads the zone of the page: the core sets memory_block->zone only after MEM_ONLINE.
 *
 * Context: Any.
 * Return: DAX_BLOCK_KERNEL or DAX_BLOCK_MOVABLE.
 */
enum dax_block_state kmem_memblk_zone(unsigned long pfn)
{
	return page_zonenum(pfn_to_page(pfn)) == ZONE_MOVABLE ? DAX_BLOCK_MOVABLE
							      : DAX_BLOCK_KERNEL;
}

/* Clears the TIF_SIGPENDING of restart_syscall(), unless a signal is pending. */
static void drop_restart(void)
{
	spin_lock_irq(&current->sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

/**
 * kmem_memblk_switch() - switch a block, like a write to the block's own state file
 * @block: the block
 * @word: "offline", "online", "online_kernel" or "online_movable"
 *
 * Context: Process context, sleeps; taking a block offline lasts until the core has moved all pages
 * of the block, has failed, or sees a pending signal.
 * Return: 0; KMEM_MEMBLK_LATER if device_hotplug_lock is taken, after 5 ms; -EINVAL if the block
 * is already in that state; -EBUSY if a page cannot be moved; -EINTR after a signal; -EHWPOISON
 * and others from the core, or from a notifier that refused; -EIO if a notifier returned an errno
 * that is internal to the kernel; -ENXIO if the block has no state attribute.
 */
int kmem_memblk_switch(struct memory_block *block, const char *word)
{
	int err = kmem_reach_switch(block, word);

	/* restart_syscall() leaves a signal pending; a notifier that returns the errno does not. */
	if (err == -ERESTARTNOINTR && signal_pending(current)) {
		drop_restart();
		return KMEM_MEMBLK_LATER;
	}
	/* A notifier may return an errno that must not reach userspace. */
	return err <= -ERESTARTSYS ? -EIO : err;
}

struct search {
	const struct dax_spans *spans;
	struct memory_block **blocks;
};

static int take_if_inside(struct memory_block *block, void *data)
{
	u64 start = PFN_PHYS(section_nr_to_pfn(block->start_section_nr));
	struct search *search = data;
	unsigned int number;

	if (dax_spans_block_at(search->spans, start, &number) && !search->blocks[number]) {
		get_device(&block->dev);
		search->blocks[number] = block;
	}
	return 0;
}

static int collect(const struct dax_spans *spans, u64 id, struct memory_block **blocks)
{
	struct search search = { .spans = spans, .blocks = blocks };

	return kmem_reach_blocks(id, take_if_inside, &search);
}

/* Returns the first present block without a device in @blocks, or @spans->total. */
static unsigned int first_missing(const struct dax_spans *spans, const u8 *states,
				  struct memory_block **blocks)
{
	unsigned int i = 0;

	while (i < spans->total && (blocks[i] || states[i] == DAX_BLOCK_ABSENT))
		i++;
	return i;
}

/**
 * kmem_memblks_find() - get the devices of all present blocks of some ranges
 * @spans: the ranges
 * @states: the state of each block, an enum dax_block_state each
 * @blocks: a pointer for each block; NULL pointers are set, with a reference, for all blocks that
 *	have a device
 * @missing: set to the first present block that has no device, or to the number of blocks
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ENODEV if a present block has no device.
 */
int kmem_memblks_find(const struct dax_spans *spans, const u8 *states, struct memory_block **blocks,
		      unsigned int *missing)
{
	*missing = first_missing(spans, states, blocks);
	if (*missing == spans->total)
		return 0;
	if (collect(spans, dax_spans_block_id(spans, *missing), blocks))
		return -ENODEV;
	*missing = first_missing(spans, states, blocks);
	return *missing == spans->total ? 0 : -ENODEV;
}

/**
 * kmem_memblks_find_any() - get the devices of those blocks of some ranges that have one
 * @spans: the ranges
 * @blocks: as for kmem_memblks_find()
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ENODEV if none of the ranges has a device for its first block.
 */
int kmem_memblks_find_any(const struct dax_spans *spans, struct memory_block **blocks)
{
	int err = -ENODEV;
	unsigned int i;

	for (i = 0; i < spans->nr && err; i++)
		err = collect(spans, dax_spans_block_id(spans, spans->span[i].first), blocks);
	return err;
}

/**
 * kmem_memblk_put() - drop the reference to a block's device
 * @block: the pointer that kmem_memblks_find() set; set to NULL
 *
 * Context: Any that may sleep.
 */
void kmem_memblk_put(struct memory_block **block)
{
	if (*block)
		put_device(&(*block)->dev);
	*block = NULL;
}
