// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/lockdep.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "compat/compat.h"
#include "gate.h"
#include "memblk/memblk.h"
#include "poison.h"

static bool guard;
module_param(guard, bool, 0644);
MODULE_PARM_DESC(guard,
		 "kmem/guard of devices bound from now on: refuse per-block changes (default 0)");

/*
 * Protects @gates and each gate in the list. memory_event() takes it inside the core's hotplug
 * locks; no holder sleeps.
 */
static DEFINE_SPINLOCK(gates_lock);
static LIST_HEAD(gates);

/* Woken at the end of a switch by a task that does not own the gate. */
static DECLARE_WAIT_QUEUE_HEAD(settled);

/*
 * Online memory keeps this module loaded, because it needs a driver that can unplug it. A
 * transition takes the reference only at its end, so that unloading the module can cancel a plug
 * that is under way.
 */
static bool hold_module(struct kmem_gate *gate)
{
	lockdep_assert_held(&gates_lock);
	if (!gate->module_held)
		gate->module_held = try_module_get(THIS_MODULE);
	return gate->module_held;
}

static void release_module(struct kmem_gate *gate)
{
	lockdep_assert_held(&gates_lock);
	if (!gate->module_held)
		return;
	gate->module_held = false;
	module_put(THIS_MODULE);
}

/* @in_flight: another task may be putting a block online, which needs the module. */
static void release_module_if_idle(struct kmem_gate *gate)
{
	if (!gate->record.counts.online && !gate->in_transition && !gate->in_flight)
		release_module(gate);
}

static void log_refusal(struct kmem_gate *gate, unsigned int block, const char *word)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	if (!__ratelimit(&limit))
		return;
	pr_notice("%s: guard: memory%llu: refused a switch to %s by %s (pid %d)\n",
		  gate->label.name, dax_spans_block_id(gate->spans, block), word, current->comm,
		  task_pid_nr(current));
}

/*
 * The core is about to put a block online that this task is adding. The gate refuses, because the
 * driver puts blocks online later and in a better order. But if the driver could not switch the
 * block, a bind lets the core go on: memory that the core put online is better than none.
 */
static int may_online_added(struct kmem_gate *gate, unsigned int block)
{
	int policy = kmem_memblk_policy(dax_spans_block_id(gate->spans, block));

	if (policy < 0)
		return gate->add_for == KMEM_ADD_FOR_TRANSITION ? -EBUSY : 0;

	gate->policy = policy;
	/*
	 * Until all ranges are added, no other task may online blocks that the policy will
	 * online.
	 */
	if (gate->add_for == KMEM_ADD_FOR_POLICY && policy != DAX_BLOCK_OFFLINE)
		gate->owner = current;
	return -EBUSY;
}

static int may_switch(struct kmem_gate *gate, unsigned int block, const char *word)
{
	if (gate->adding == current)
		return may_online_added(gate, block);
	if (gate->owner == current || (!gate->owner && !gate->guarded))
		return 0;

	gate->refusals++;
	if (gate->guarded)
		log_refusal(gate, block, word);
	return -EBUSY;
}

static bool has_poison(struct kmem_gate *gate, unsigned int block)
{
	return kmem_poison_any(PHYS_PFN(dax_spans_block_start(gate->spans, block)),
			       PHYS_PFN(gate->spans->block_size));
}

static int may_go_online(struct kmem_gate *gate, unsigned int block)
{
	int err = may_switch(gate, block, "online");

	if (err)
		return err;
	/*
	 * Only kmem_switch_online() withholds poisoned pages and marks them again. The core
	 * refuses such a block too, but forgets its poisoned pages when the block is removed.
	 */
	if ((gate->owner != current || gate->adding == current) && has_poison(gate, block))
		return -EHWPOISON;
	if (gate->in_transition && gate->owner == current)
		return 0;
	return hold_module(gate) ? 0 : -EBUSY;
}

/* The gate cannot refuse a switch after MEM_GOING_*, so a transition has to wait for its end. */
static int switch_begins(struct kmem_gate *gate, int err)
{
	if (gate->owner == current)
		gate->notified = KMEM_NOTIFIED_FIRST;
	else if (!err)
		WRITE_ONCE(gate->in_flight, true);
	return err;
}

/* A switch has succeeded or failed. mem_hotplug_lock allows one switch at a time. */
static void switch_ends(struct kmem_gate *gate)
{
	WRITE_ONCE(gate->in_flight, false);
	release_module_if_idle(gate);
	wake_up_all(&settled);
}

/*
 * Whether a block is memory of another driver, at addresses that the device could not reserve.
 * The gate never refuses a switch of such a block.
 */
static bool is_foreign(const struct kmem_gate *gate, unsigned int block)
{
	const struct dax_span *added = gate->added;

	return gate->record.blocks[block] == DAX_BLOCK_ABSENT &&
	       !(added && block >= added->first && block < added->first + added->count);
}

static void switched(struct kmem_gate *gate, unsigned int block, enum dax_block_state state)
{
	dax_record_set(&gate->record, block, state);
	if (gate->owner != current) {
		gate->record.whole_online = false;
		gate->ops->changed(gate);
		if (state == DAX_BLOCK_OFFLINE)
			gate->ops->block_offline(gate);
	}
	switch_ends(gate);
}

static int block_event(struct kmem_gate *gate, unsigned int block, unsigned long event,
		       unsigned long pfn)
{
	if (is_foreign(gate, block))
		return 0;
	if (KMEM_IS_PREPARE_ONLINE(event))
		return may_switch(gate, block, "online");

	switch (event) {
	case MEM_GOING_ONLINE:
		return switch_begins(gate, may_go_online(gate, block));
	case MEM_GOING_OFFLINE:
		return switch_begins(gate, may_switch(gate, block, "offline"));
	case MEM_ONLINE:
		switched(gate, block, kmem_memblk_zone(pfn));
		return 0;
	case MEM_OFFLINE:
		switched(gate, block, DAX_BLOCK_OFFLINE);
		return 0;
	case MEM_CANCEL_ONLINE:
	case MEM_CANCEL_OFFLINE:
		/*
		 * The core sends these even if another notifier refused MEM_GOING_* before ours
		 * was called.
		 */
		switch_ends(gate);
		return 0;
	default:
		return 0;
	}
}

static struct kmem_gate *gate_of(const struct memory_notify *change, unsigned int *block)
{
	struct kmem_gate *gate;

	list_for_each_entry(gate, &gates, node)
		if (dax_spans_block_at(gate->spans, PFN_PHYS(change->start_pfn), block))
			return gate;
	return NULL;
}

static int memory_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	const struct memory_notify *change = data;
	unsigned long first = 0, nr = 0;
	bool foreign = false;
	struct kmem_gate *gate;
	unsigned int block;
	int err = 0;

	spin_lock(&gates_lock);
	gate = gate_of(change, &block);
	if (gate) {
		first = PHYS_PFN(dax_spans_block_start(gate->spans, block));
		nr = PHYS_PFN(gate->spans->block_size);
		foreign = is_foreign(gate, block);
		err = block_event(gate, block, event, change->start_pfn);
	}
	spin_unlock(&gates_lock);

	/*
	 * The whole block, because @change leaves out the pages that hold its page structs
	 * (memmap_on_memory); and also a foreign block, because its memory may be taken over next.
	 *
	 * Read PG_hwpoison here: with CONFIG_DEBUG_VM the core overwrites the page structs
	 * right after this notifier. The block's nr_hwpoison is no substitute:
	 * memory_failure() marks a page, then waits for pcp_batch_high_lock, which
	 * offline_pages() holds nearly up to here, and counts the page only later.
	 */
	if (event == MEM_OFFLINE && nr)
		kmem_poison_remember(first, nr, foreign);
	return notifier_from_errno(err);
}

/* Called last: if the switch gets here, all other notifiers have agreed. */
static int last_memory_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct kmem_gate *gate;
	unsigned int block;

	if (event != MEM_GOING_ONLINE && event != MEM_GOING_OFFLINE)
		return NOTIFY_DONE;

	spin_lock(&gates_lock);
	gate = gate_of(data, &block);
	if (gate && gate->owner == current)
		gate->notified = KMEM_NOTIFIED_ALL;
	spin_unlock(&gates_lock);

	return NOTIFY_DONE;
}

/* Called first, so that a refusal costs the other notifiers nothing. */
static struct notifier_block memory_notifier = {
	.notifier_call = memory_event,
	.priority = INT_MAX,
};

static struct notifier_block last_memory_notifier = {
	.notifier_call = last_memory_event,
	.priority = INT_MIN,
};

/**
 * kmem_gates_init() - register the memory notifiers, at module load
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of register_memory_notifier().
 */
int kmem_gates_init(void)
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
 * kmem_gates_exit() - unregister the memory notifiers, at module exit
 *
 * Context: Process context, sleeps.
 */
void kmem_gates_exit(void)
{
	unregister_memory_notifier(&last_memory_notifier);
	unregister_memory_notifier(&memory_notifier);
}

/**
 * kmem_gate_create() - set up a gate with no block present
 * @gate: the gate, all zero
 * @spans: the ranges, which outlive the gate
 * @ops: the owner's callbacks
 * @name: the name of the memory in the log, copied
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM; kmem_gate_destroy() frees it either way.
 */
int kmem_gate_create(struct kmem_gate *gate, const struct dax_spans *spans,
		     const struct kmem_gate_ops *ops, const char *name)
{
	INIT_LIST_HEAD(&gate->node);
	gate->spans = spans;
	gate->ops = ops;
	gate->record.counts.total = spans->total;
	gate->record.blocks = kvcalloc(spans->total, sizeof(*gate->record.blocks), GFP_KERNEL);
	gate->label.name = kstrdup(name, GFP_KERNEL);
	return gate->record.blocks && gate->label.name ? 0 : -ENOMEM;
}

/**
 * kmem_gate_destroy() - free a gate
 * @gate: the gate, closed; all zero is fine
 *
 * Context: Process context, sleeps.
 */
void kmem_gate_destroy(struct kmem_gate *gate)
{
	kvfree(gate->record.blocks);
	kfree(gate->label.name);
}

/**
 * kmem_gate_open() - start to check and record the switches of a gate's blocks
 * @gate: the gate
 *
 * Context: Any but interrupts.
 */
void kmem_gate_open(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	list_add(&gate->node, &gates);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_close() - stop checking and recording, and drop the reference to the module
 * @gate: the gate, open
 *
 * Context: Any but interrupts.
 */
void kmem_gate_close(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	list_del_init(&gate->node);
	release_module(gate);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_set_device() - set the device that is bound to the memory
 * @gate: the gate
 * @dev: the device; NULL when it is unbound, which clears the guard, because kmem/guard is gone
 *
 * Context: Any but interrupts; kmem_dev->lock held, or no other task knows the gate.
 */
void kmem_gate_set_device(struct kmem_gate *gate, struct device *dev)
{
	spin_lock(&gates_lock);
	gate->label.dev = dev;
	gate->guarded = gate->guarded && dev;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_rename() - give the memory another name
 * @gate: the gate
 * @name: the name, from kmalloc(); the gate owns it from now on
 *
 * Context: Any but interrupts; kmem_dev->lock held.
 * Return: the old name, for the caller to kfree().
 */
const char *kmem_gate_rename(struct kmem_gate *gate, const char *name)
{
	spin_lock(&gates_lock);
	swap(gate->label.name, name);
	spin_unlock(&gates_lock);

	return name;
}

/**
 * kmem_gate_state() - the current state of the memory
 * @gate: the gate
 *
 * Context: Any but interrupts; does not wait for a transition.
 * Return: the state; DAX_STATE_MIXED while a transition is under way.
 */
enum dax_state kmem_gate_state(struct kmem_gate *gate)
{
	enum dax_state state = DAX_STATE_MIXED;

	spin_lock(&gates_lock);
	if (!gate->in_transition)
		state = dax_record_state(&gate->record);
	spin_unlock(&gates_lock);

	return state;
}

/**
 * kmem_gate_block() - the current state of a block
 * @gate: the gate
 * @block: the block's number
 *
 * Context: Any but interrupts.
 * Return: its state.
 */
enum dax_block_state kmem_gate_block(struct kmem_gate *gate, unsigned int block)
{
	enum dax_block_state state;

	spin_lock(&gates_lock);
	state = gate->record.blocks[block];
	spin_unlock(&gates_lock);

	return state;
}

/**
 * kmem_gate_is_present() - test whether the blocks of a range are in the system
 * @gate: the gate
 * @span: one of its ranges
 *
 * Context: Any but interrupts.
 * Return: true if they are.
 */
bool kmem_gate_is_present(struct kmem_gate *gate, const struct dax_span *span)
{
	bool present;

	spin_lock(&gates_lock);
	present = dax_record_is_present(&gate->record, span);
	spin_unlock(&gates_lock);

	return present;
}

/**
 * kmem_gate_count_online() - count the online blocks of a range
 * @gate: the gate
 * @span: one of its ranges
 *
 * Context: Any but interrupts.
 * Return: the number.
 */
unsigned int kmem_gate_count_online(struct kmem_gate *gate, const struct dax_span *span)
{
	unsigned int count;

	spin_lock(&gates_lock);
	count = dax_record_online(&gate->record, span);
	spin_unlock(&gates_lock);

	return count;
}

/**
 * kmem_gate_is_empty() - test whether all blocks are gone for good
 * @gate: the gate
 *
 * A rollback may add blocks again that a transition has removed.
 *
 * Context: Any but interrupts.
 * Return: true if no block is present and no transition is under way.
 */
bool kmem_gate_is_empty(struct kmem_gate *gate)
{
	bool empty;

	spin_lock(&gates_lock);
	empty = !gate->record.counts.present && !gate->in_transition;
	spin_unlock(&gates_lock);

	return empty;
}

/**
 * kmem_gate_counts() - count the blocks by state, under one lock
 * @gate: the gate
 *
 * Context: Any but interrupts.
 * Return: the counts.
 */
struct dax_block_counts kmem_gate_counts(struct kmem_gate *gate)
{
	struct dax_block_counts counts;

	spin_lock(&gates_lock);
	counts = gate->record.counts;
	spin_unlock(&gates_lock);

	return counts;
}

/**
 * kmem_gate_copy() - copy the state of each block, under one lock
 * @gate: the gate
 * @states: set to the states; an array with an element for each block
 *
 * Context: Any but interrupts.
 */
void kmem_gate_copy(struct kmem_gate *gate, u8 *states)
{
	spin_lock(&gates_lock);
	memcpy(states, gate->record.blocks, gate->spans->total);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_refusals() - the number of switches by other tasks that the gate refused
 * @gate: the gate
 *
 * Context: Any but interrupts.
 * Return: the number.
 */
unsigned long kmem_gate_refusals(struct kmem_gate *gate)
{
	unsigned long refusals;

	spin_lock(&gates_lock);
	refusals = gate->refusals;
	spin_unlock(&gates_lock);

	return refusals;
}

/**
 * kmem_gate_reset_refusals() - clear the number of refusals, for a device that adopts memory
 * @gate: the gate
 *
 * Context: Any but interrupts.
 */
void kmem_gate_reset_refusals(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	gate->refusals = 0;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_record_absent() - record that the blocks of a range have been removed
 * @gate: the gate
 * @span: the range
 *
 * Context: Any but interrupts.
 */
void kmem_gate_record_absent(struct kmem_gate *gate, const struct dax_span *span)
{
	unsigned int i;

	spin_lock(&gates_lock);
	for (i = 0; i < span->count; i++)
		dax_record_set(&gate->record, span->first + i, DAX_BLOCK_ABSENT);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_record_found() - record a block that another driver added
 * @gate: the gate, owned by this task
 * @block: the block's number
 * @state: its state
 *
 * Context: Any but interrupts.
 */
void kmem_gate_record_found(struct kmem_gate *gate, unsigned int block, enum dax_block_state state)
{
	spin_lock(&gates_lock);
	dax_record_set(&gate->record, block, state);
	if (gate->record.counts.online)
		hold_module(gate);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_set_whole_online() - set dax_record.whole_online
 * @gate: the gate
 * @whole_online: see struct dax_record
 *
 * Context: Any but interrupts.
 */
void kmem_gate_set_whole_online(struct kmem_gate *gate, bool whole_online)
{
	spin_lock(&gates_lock);
	gate->record.whole_online = whole_online;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_whole_online() - get dax_record.whole_online
 * @gate: the gate
 *
 * Context: Any but interrupts.
 * Return: see struct dax_record.
 */
bool kmem_gate_whole_online(struct kmem_gate *gate)
{
	bool whole_online;

	spin_lock(&gates_lock);
	whole_online = gate->record.whole_online;
	spin_unlock(&gates_lock);

	return whole_online;
}

/**
 * kmem_gate_begin() - note that a transition is under way: the state reads mixed
 * @gate: the gate
 *
 * Context: Any but interrupts.
 */
void kmem_gate_begin(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	gate->in_transition = true;
	gate->ops->changed(gate);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_end() - note that the transition is over
 * @gate: the gate
 *
 * Context: Any but interrupts.
 */
void kmem_gate_end(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	gate->in_transition = false;
	release_module_if_idle(gate);
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_own() - keep other tasks from starting to switch a block
 * @gate: the gate
 *
 * A task that started earlier may still be switching a block, even one that is recorded offline.
 *
 * Context: Any but interrupts.
 */
void kmem_gate_own(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	gate->owner = current;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_own_settled() - own a gate and wait until no other task is switching a block
 * @gate: the gate
 *
 * Afterwards only this task changes the record.
 *
 * Context: Process context, sleeps; kmem_dev->lock held by the writer, which waits for this task.
 * Return: 0, or -EINTR after a signal to this task, with the gate not owned.
 */
int kmem_gate_own_settled(struct kmem_gate *gate)
{
	kmem_gate_own(gate);
	if (!wait_event_interruptible(settled, !READ_ONCE(gate->in_flight)))
		return 0;

	kmem_gate_disown(gate);
	return -EINTR;
}

/**
 * kmem_gate_disown() - let every task switch the blocks again
 * @gate: the gate
 *
 * Context: Any but interrupts.
 */
void kmem_gate_disown(struct kmem_gate *gate)
{
	spin_lock(&gates_lock);
	gate->owner = NULL;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_hold_module() - keep the module loaded if blocks are online
 * @gate: the gate
 *
 * Context: Any but interrupts.
 * Return: false if blocks are online, but the module is already being unloaded.
 */
bool kmem_gate_hold_module(struct kmem_gate *gate)
{
	bool held;

	spin_lock(&gates_lock);
	held = !gate->record.counts.online || hold_module(gate);
	spin_unlock(&gates_lock);

	return held;
}

/**
 * kmem_gate_set_add_for() - set the purpose of adding ranges
 * @gate: the gate
 * @add_for: the purpose
 *
 * Context: Any but interrupts; kmem_dev->lock held.
 */
void kmem_gate_set_add_for(struct kmem_gate *gate, enum kmem_add_for add_for)
{
	spin_lock(&gates_lock);
	gate->add_for = add_for;
	gate->policy = DAX_BLOCK_OFFLINE;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_begin_add() - note that this task adds a range, or takes one over
 * @gate: the gate
 * @span: the range; from here on its blocks belong to this driver
 *
 * Until kmem_gate_end_add() the gate refuses the core's attempts to online the blocks in this
 * task.
 *
 * Context: Any but interrupts.
 */
void kmem_gate_begin_add(struct kmem_gate *gate, const struct dax_span *span)
{
	spin_lock(&gates_lock);
	gate->adding = current;
	gate->added = span;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_end_add() - note that adding or taking over the range has succeeded or failed
 * @gate: the gate
 * @added: whether the blocks are present and have to be recorded
 *
 * Context: Any but interrupts.
 */
void kmem_gate_end_add(struct kmem_gate *gate, bool added)
{
	const struct dax_span *span;
	unsigned int i;

	spin_lock(&gates_lock);
	span = gate->added;
	/* Another task may have switched a block, which recorded it. */
	for (i = 0; added && i < span->count; i++)
		if (gate->record.blocks[span->first + i] == DAX_BLOCK_ABSENT)
			dax_record_set(&gate->record, span->first + i, DAX_BLOCK_OFFLINE);
	gate->adding = NULL;
	gate->added = NULL;
	spin_unlock(&gates_lock);
}

/**
 * kmem_gate_policy() - the state that the system's policy gives the added blocks
 * @gate: the gate
 *
 * Context: Any but interrupts; kmem_dev->lock held.
 * Return: an enum dax_block_state or DAX_BLOCK_ONLINE_ANY.
 */
unsigned int kmem_gate_policy(struct kmem_gate *gate)
{
	unsigned int policy;

	spin_lock(&gates_lock);
	policy = gate->policy;
	spin_unlock(&gates_lock);

	return policy;
}

/**
 * kmem_gate_begin_switch() - note that this task, which owns the gate, is about to switch a block
 * @gate: the gate
 *
 * Context: Any.
 */
void kmem_gate_begin_switch(struct kmem_gate *gate)
{
	WRITE_ONCE(gate->notified, KMEM_NOTIFIED_NONE);
}

/**
 * kmem_gate_notified() - the notifiers that were called for this task's last switch
 * @gate: the gate
 *
 * Context: Any, in the task that owns the gate.
 * Return: see enum kmem_notified.
 */
enum kmem_notified kmem_gate_notified(struct kmem_gate *gate)
{
	return READ_ONCE(gate->notified);
}

/**
 * kmem_gate_guard_default() - the module parameter that guards new devices
 *
 * Context: Any.
 * Return: true if new devices are guarded.
 */
bool kmem_gate_guard_default(void)
{
	return READ_ONCE(guard);
}

/**
 * kmem_gate_is_guarded() - test whether per-block switches by other tasks are refused
 * @gate: the gate
 *
 * Context: Any but interrupts.
 * Return: true if they are.
 */
bool kmem_gate_is_guarded(struct kmem_gate *gate)
{
	bool guarded;

	spin_lock(&gates_lock);
	guarded = gate->guarded;
	spin_unlock(&gates_lock);

	return guarded;
}

/**
 * kmem_gate_set_guarded() - refuse per-block switches by other tasks, or allow them
 * @gate: the gate
 * @guarded: true to refuse them
 *
 * Context: Any but interrupts.
 */
void kmem_gate_set_guarded(struct kmem_gate *gate, bool guarded)
{
	spin_lock(&gates_lock);
	gate->guarded = guarded;
	spin_unlock(&gates_lock);
}
