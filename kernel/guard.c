// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "adoption.h"
#include "blocks.h"
#include "compat.h"
#include "events.h"
#include "guard.h"
#include "poison.h"
#include "region.h"

static bool guard;
module_param(guard, bool, 0644);
MODULE_PARM_DESC(guard,
		 "kmem/guard of devices bound from now on: refuse per-block changes (default 0)");

/* Protects the list and what struct kmem_region says; innermost of ours, never sleeps. */
DEFINE_SPINLOCK(kmem_guard_lock);
LIST_HEAD(kmem_guard_regions);

/* Woken when a block that was in flight has arrived. */
static DECLARE_WAIT_QUEUE_HEAD(settled);

static void record(struct kmem_region *region, unsigned int block, enum dax_block_state state)
{
	dax_block_count(&region->counts, region->blocks[block], -1);
	dax_block_count(&region->counts, state, 1);
	region->blocks[block] = state;
}

/*
 * Memory that is online needs somebody who can take it back: it keeps this
 * module loaded. A transition takes its reference when it has succeeded, so
 * that unloading the module can cancel a plug that is under way.
 */
static bool pin(struct kmem_region *region)
{
	if (!region->pinned)
		region->pinned = try_module_get(THIS_MODULE);
	return region->pinned;
}

/**
 * kmem_guard_unpin() - let the module go, as far as a region is concerned
 * @region: the region
 *
 * Context: kmem_guard_lock held.
 */
void kmem_guard_unpin(struct kmem_region *region)
{
	if (!region->pinned)
		return;
	region->pinned = false;
	module_put(THIS_MODULE);
}

/**
 * kmem_guard_unpin_if_idle() - let the module go if no block of a region is or will be online
 * @region: the region
 *
 * Whoever is half-way through a block may be putting it online, and has pinned
 * the module for that.
 *
 * Context: kmem_guard_lock held.
 */
void kmem_guard_unpin_if_idle(struct kmem_region *region)
{
	if (!region->counts.online && !region->transition && !region->in_flight)
		kmem_guard_unpin(region);
}

/* Somebody else's attempt, on a device whose user wants to know of it. */
static void log_refusal(struct kmem_region *region, unsigned int block, const char *what)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	if (!__ratelimit(&limit))
		return;
	pr_notice("%s: guard: memory%llu: refused to be put %s by %s (pid %d)\n",
		  kmem_region_name(region), kmem_region_block_id(region, block), what,
		  current->comm, task_pid_nr(current));
}

static int may_switch(struct kmem_region *region, unsigned int block, const char *what)
{
	if (region->adding == current) {
		region->policy = kmem_block_policy(region, block);
		/* What the policy is to put online nobody else may, while more is added. */
		if (region->heeds_policy && region->policy != DAX_BLOCK_OFFLINE)
			region->actor = current;
		return -EBUSY;
	}
	if (region->actor == current || (!region->actor && !region->guarded))
		return 0;

	region->stats.refusals++;
	if (region->guarded)
		log_refusal(region, block, what);
	return -EBUSY;
}

static bool has_faults(struct kmem_region *region, unsigned int block)
{
	return kmem_poison_count(PHYS_PFN(kmem_region_block_start(region, block)),
				 PHYS_PFN(memory_block_size_bytes())) > 0;
}

static int may_go_online(struct kmem_region *region, unsigned int block)
{
	int err = may_switch(region, block, "online");

	if (err)
		return err;
	/* Nobody else marks them again. The kernel says the same until the block is removed. */
	if (region->actor != current && has_faults(region, block))
		return -EHWPOISON;
	if (region->transition && region->actor == current)
		return 0;
	return pin(region) ? 0 : -EBUSY;
}

/* A block is about to be switched; nobody can refuse it after the last notifier. */
static int depart(struct kmem_region *region, int err)
{
	if (region->actor == current)
		region->consent = KMEM_ASKED;
	else if (!err)
		WRITE_ONCE(region->in_flight, true);
	return err;
}

/* It has been, or it has not. The core switches one block at a time, system-wide. */
static void arrive(struct kmem_region *region)
{
	WRITE_ONCE(region->in_flight, false);
	kmem_guard_unpin_if_idle(region);
	wake_up_all(&settled);
}

/* Another driver's memory, at addresses that the region has but could not get. */
static bool is_foreign(const struct kmem_region *region, unsigned int block)
{
	const struct kmem_range *added = region->added;

	return region->blocks[block] == DAX_BLOCK_ABSENT &&
	       !(added && block >= added->first && block < added->first + added->count);
}

static void switched(struct kmem_region *region, unsigned int block, enum dax_block_state state)
{
	record(region, block, state);
	if (region->actor != current) {
		region->whole_online = false;
		kmem_events_changed(region);
		if (state == DAX_BLOCK_OFFLINE)
			kmem_adoption_offline(region);
	}
	arrive(region);
}

static int block_event(struct kmem_region *region, unsigned int block, unsigned long event,
		       unsigned long pfn)
{
	/* Its owner switches it as it likes, whatever this device does meanwhile. */
	if (is_foreign(region, block))
		return 0;
	if (KMEM_IS_PREPARE_ONLINE(event))
		return may_switch(region, block, "online");

	switch (event) {
	case MEM_GOING_ONLINE:
		return depart(region, may_go_online(region, block));
	case MEM_GOING_OFFLINE:
		return depart(region, may_switch(region, block, "offline"));
	case MEM_ONLINE:
		switched(region, block, kmem_block_zone_state(pfn));
		return 0;
	case MEM_OFFLINE:
		switched(region, block, DAX_BLOCK_OFFLINE);
		return 0;
	case MEM_CANCEL_ONLINE:
	case MEM_CANCEL_OFFLINE:
		/* Also comes for what was refused before it came by here. */
		arrive(region);
		return 0;
	default:
		return 0;
	}
}

static struct kmem_region *region_of(const struct memory_notify *change, unsigned int *block)
{
	struct kmem_region *region;

	list_for_each_entry(region, &kmem_guard_regions, node)
		if (kmem_region_block_at(region, PFN_PHYS(change->start_pfn), block))
			return region;
	return NULL;
}

static int memory_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	const struct memory_notify *change = data;
	struct kmem_region *region;
	bool gone = false;
	unsigned int block;
	int err = 0;

	spin_lock(&kmem_guard_lock);
	region = region_of(change, &block);
	if (region) {
		gone = event == MEM_OFFLINE && !is_foreign(region, block);
		err = block_event(region, block, event, change->start_pfn);
	}
	spin_unlock(&kmem_guard_lock);

	/*
	 * Read PG_hwpoison here: with CONFIG_DEBUG_VM the core overwrites the page
	 * structs right after this notifier. The block's nr_hwpoison cannot spare the
	 * look: memory_failure() marks a page, then waits for pcp_batch_high_lock, which
	 * offline_pages() holds nearly up to here, and counts the page only later.
	 */
	if (gone)
		kmem_poison_remember(change->start_pfn, change->nr_pages);
	return notifier_from_errno(err);
}

/* What comes by here has been agreed to by all others. */
static int last_memory_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct kmem_region *region;
	unsigned int block;

	if (event != MEM_GOING_ONLINE && event != MEM_GOING_OFFLINE)
		return NOTIFY_DONE;

	spin_lock(&kmem_guard_lock);
	region = region_of(data, &block);
	if (region && region->actor == current)
		region->consent = KMEM_AGREED;
	spin_unlock(&kmem_guard_lock);

	return NOTIFY_DONE;
}

/* First in line: what is refused should cost nobody else anything. */
static struct notifier_block memory_notifier = {
	.notifier_call = memory_event,
	.priority = INT_MAX,
};

static struct notifier_block last_memory_notifier = {
	.notifier_call = last_memory_event,
	.priority = INT_MIN,
};

/**
 * kmem_guard_init() - begin to listen, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of register_memory_notifier().
 */
int kmem_guard_init(void)
{
	int err = register_memory_notifier(&memory_notifier);

	if (err)
		return err;

	err = register_memory_notifier(&last_memory_notifier);
	if (err)
		unregister_memory_notifier(&memory_notifier);
	return err;
}

/**
 * kmem_guard_exit() - stop listening, at module exit
 *
 * Context: Process context, sleeps.
 */
void kmem_guard_exit(void)
{
	unregister_memory_notifier(&last_memory_notifier);
	unregister_memory_notifier(&memory_notifier);
}

/**
 * kmem_guard_state() - what a region's blocks amount to now
 * @region: the region
 *
 * Context: Any but interrupts; does not wait for a transition.
 * Return: the state; DAX_STATE_MIXED while a transition is under way.
 */
enum dax_state kmem_guard_state(struct kmem_region *region)
{
	enum dax_state state = DAX_STATE_MIXED;

	spin_lock(&kmem_guard_lock);
	if (!region->transition)
		state = dax_state_of(&region->counts, region->whole_online);
	spin_unlock(&kmem_guard_lock);

	return state;
}

/**
 * kmem_guard_block() - what a block is now
 * @region: the region
 * @block: the block's number
 *
 * Context: Any but interrupts.
 * Return: its state.
 */
enum dax_block_state kmem_guard_block(const struct kmem_region *region, unsigned int block)
{
	enum dax_block_state state;

	spin_lock(&kmem_guard_lock);
	state = region->blocks[block];
	spin_unlock(&kmem_guard_lock);

	return state;
}

/**
 * kmem_guard_has_device() - is a device bound to a region
 * @region: the region
 *
 * Context: Any but interrupts.
 * Return: whether one is; if not, it may be so the next moment unless adoption.c's
 * regions_lock is held.
 */
bool kmem_guard_has_device(const struct kmem_region *region)
{
	bool has;

	spin_lock(&kmem_guard_lock);
	has = region->dev;
	spin_unlock(&kmem_guard_lock);

	return has;
}

/**
 * kmem_guard_counts() - how many blocks are what, at one moment
 * @region: the region
 *
 * Under the lock, because a block that is being recorded is counted out and in
 * again: without, it might be missing.
 *
 * Context: Any but interrupts.
 * Return: the counts.
 */
struct dax_block_counts kmem_guard_counts(struct kmem_region *region)
{
	struct dax_block_counts counts;

	spin_lock(&kmem_guard_lock);
	counts = region->counts;
	spin_unlock(&kmem_guard_lock);

	return counts;
}

/**
 * kmem_guard_copy() - what all blocks are at one moment
 * @region: the region
 * @blocks: room for @region->counts.total of them
 *
 * Context: Any but interrupts.
 */
void kmem_guard_copy(struct kmem_region *region, u8 *blocks)
{
	spin_lock(&kmem_guard_lock);
	memcpy(blocks, region->blocks, region->counts.total);
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_record_absent() - blocks have been removed
 * @region: the region
 * @first: number of the first block
 * @count: how many
 *
 * Context: Any but interrupts.
 */
void kmem_guard_record_absent(struct kmem_region *region, unsigned int first, unsigned int count)
{
	spin_lock(&kmem_guard_lock);
	while (count--)
		record(region, first + count, DAX_BLOCK_ABSENT);
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_record_found() - a block that somebody else added has been found
 * @region: the region, claimed
 * @block: the block's number
 * @state: what it is
 *
 * Context: Any but interrupts.
 */
void kmem_guard_record_found(struct kmem_region *region, unsigned int block,
			     enum dax_block_state state)
{
	spin_lock(&kmem_guard_lock);
	record(region, block, state);
	if (region->counts.online)
		pin(region);
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_begin_add() - this task adds blocks and must not online them on the way
 * @region: the region
 * @range: the range that it adds, or takes over; its blocks are the region's from here on
 *
 * Context: Any but interrupts.
 */
void kmem_guard_begin_add(struct kmem_region *region, const struct kmem_range *range)
{
	spin_lock(&kmem_guard_lock);
	region->adding = current;
	region->added = range;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_end_add() - it has, or it could not
 * @region: the region
 * @done: whether the blocks of the range are there now
 *
 * Context: Any but interrupts.
 */
void kmem_guard_end_add(struct kmem_region *region, bool done)
{
	const struct kmem_range *range;
	unsigned int i;

	spin_lock(&kmem_guard_lock);
	range = region->added;
	/* Somebody may have been fast enough to switch one already. */
	for (i = 0; done && i < range->count; i++)
		if (region->blocks[range->first + i] == DAX_BLOCK_ABSENT)
			record(region, range->first + i, DAX_BLOCK_OFFLINE);
	region->adding = NULL;
	region->added = NULL;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_ask() - this task, the actor, is about to switch a block
 * @region: the region
 *
 * Context: Any but interrupts.
 */
void kmem_guard_ask(struct kmem_region *region)
{
	WRITE_ONCE(region->consent, KMEM_NOT_ASKED);
}

/**
 * kmem_guard_consent() - what the notifiers said of the actor's last switch
 * @region: the region
 *
 * Context: Any but interrupts.
 * Return: how far they came.
 */
enum kmem_consent kmem_guard_consent(struct kmem_region *region)
{
	return READ_ONCE(region->consent);
}

/**
 * kmem_guard_claim_now() - from now on nobody but this task begins to switch a block
 * @region: the region
 *
 * Somebody may be half-way through one, also through one that is recorded offline: whoever
 * was let through before.
 *
 * Context: Any but interrupts.
 */
void kmem_guard_claim_now(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	region->actor = current;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_claim() - from now on nobody but this task switches the blocks
 * @region: the region
 *
 * Waits for a block that is half-way through, so that afterwards the record
 * stands still.
 *
 * Context: Process context, sleeps; @region->lock held by the task that waits
 * for this one.
 * Return: 0, or -EINTR after a signal to this task, with nothing claimed.
 */
int kmem_guard_claim(struct kmem_region *region)
{
	kmem_guard_claim_now(region);
	if (!wait_event_interruptible(settled, !READ_ONCE(region->in_flight)))
		return 0;

	kmem_guard_release(region);
	return -EINTR;
}

/**
 * kmem_guard_pin() - keep the module loaded if blocks of a region are online
 * @region: the region
 *
 * Context: Any but interrupts.
 * Return: false if the module is being unloaded and it is too late.
 */
bool kmem_guard_pin(struct kmem_region *region)
{
	bool kept;

	spin_lock(&kmem_guard_lock);
	kept = !region->counts.online || pin(region);
	spin_unlock(&kmem_guard_lock);

	return kept;
}

/**
 * kmem_guard_release() - everybody may switch the blocks again
 * @region: the region
 *
 * Context: Any but interrupts.
 */
void kmem_guard_release(struct kmem_region *region)
{
	spin_lock(&kmem_guard_lock);
	region->actor = NULL;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_set_whole_online() - say whether all blocks went online as a whole
 * @region: the region
 * @whole_online: whether they did
 *
 * Context: Any but interrupts.
 */
void kmem_guard_set_whole_online(struct kmem_region *region, bool whole_online)
{
	spin_lock(&kmem_guard_lock);
	region->whole_online = whole_online;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_set_guarded() - refuse per-block changes from outside, or let them be
 * @region: the region
 * @guarded: whether to refuse them
 *
 * Context: Any but interrupts.
 */
void kmem_guard_set_guarded(struct kmem_region *region, bool guarded)
{
	spin_lock(&kmem_guard_lock);
	region->guarded = guarded;
	spin_unlock(&kmem_guard_lock);
}

/**
 * kmem_guard_default() - what the module's parameter says of new devices
 *
 * Return: whether they are guarded.
 */
bool kmem_guard_default(void)
{
	return READ_ONCE(guard);
}
