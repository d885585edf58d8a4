/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate of a device's memory: which task may switch its blocks, and the state of each block.
 * The core calls a memory notifier for every switch of a block. The gate refuses switches that
 * would interfere with a transition, and records all others.
 */
#ifndef DAXPLUG_GATE_H
#define DAXPLUG_GATE_H

#include <linux/list.h>

#include "core/record.h"
#include "core/spans.h"
#include "log.h"

struct kmem_gate;
struct task_struct;

/**
 * enum kmem_notified - the memory notifiers that were called for a switch of a block
 * @KMEM_NOTIFIED_NONE: the core gave up before it called them
 * @KMEM_NOTIFIED_FIRST: gate.c's first notifier was called, but not its last one: a notifier
 *	between them refused
 * @KMEM_NOTIFIED_ALL: all were called, and none refused
 */
enum kmem_notified {
	KMEM_NOTIFIED_NONE,
	KMEM_NOTIFIED_FIRST,
	KMEM_NOTIFIED_ALL,
};

/**
 * enum kmem_add_for - the purpose of adding blocks
 * @KMEM_ADD_FOR_TRANSITION: a write to state, or a bind with the default state unplugged or
 *	offline: the system's policy does not apply
 * @KMEM_ADD_FOR_POLICY: a bind that applies the system's policy
 * @KMEM_ADD_FOR_DEFAULT: a bind that applies another default state of the device
 */
enum kmem_add_for {
	KMEM_ADD_FOR_TRANSITION,
	KMEM_ADD_FOR_POLICY,
	KMEM_ADD_FOR_DEFAULT,
};

/**
 * struct kmem_gate_ops - a gate's callbacks
 * @changed: the state may have changed
 * @block_offline: a task that does not own the gate has taken a block offline
 *
 * Called under gates_lock, so they may only set flags, queue work or wake a task.
 */
struct kmem_gate_ops {
	void (*changed)(struct kmem_gate *gate);
	void (*block_offline)(struct kmem_gate *gate);
};

/**
 * struct kmem_gate - the gate of one device's memory
 * @node: in gate.c's list, once the gate is open
 * @spans: the device's ranges; never change
 * @ops: the owner's callbacks; never change
 * @label: the name of the memory in the log; changes under kmem_dev->lock as well, so holders of
 *	that lock may read it
 * @record: the state of each block
 * @in_transition: a transition is under way, so the state reads mixed
 * @owner: the only task that may switch blocks; NULL if every task may
 * @guarded: no task but @owner may switch blocks, even without a transition
 * @in_flight: a task that is not @owner is between MEM_GOING_* and the end of a switch;
 *	kmem_gate_own_settled() reads it without the lock
 * @module_held: a reference to this module is held because blocks are online
 * @notified: the notifiers that were called for @owner's current switch; only @owner uses it,
 *	without the lock
 * @adding: the task that adds or takes over blocks; the core must not online them in that task
 * @added: the range that @adding adds or takes over
 * @add_for: the purpose of adding it
 * @policy: the state that the system's policy would have given the block that was added last, an
 *	enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 * @refusals: the number of switches by other tasks that the gate refused
 *
 * Everything but @spans, @ops and @notified is protected by gate.c's gates_lock.
 */
struct kmem_gate {
	struct list_head node;
	const struct dax_spans *spans;
	const struct kmem_gate_ops *ops;
	struct kmem_label label;
	struct dax_record record;
	bool in_transition;
	struct task_struct *owner;
	bool guarded;
	bool in_flight;
	bool module_held;
	enum kmem_notified notified;
	struct task_struct *adding;
	const struct dax_span *added;
	enum kmem_add_for add_for;
	unsigned int policy;
	unsigned long refusals;
};

int kmem_gates_init(void);
void kmem_gates_exit(void);

int kmem_gate_create(struct kmem_gate *gate, const struct dax_spans *spans,
		     const struct kmem_gate_ops *ops, const char *name);
void kmem_gate_destroy(struct kmem_gate *gate);
void kmem_gate_open(struct kmem_gate *gate);
void kmem_gate_close(struct kmem_gate *gate);
void kmem_gate_set_device(struct kmem_gate *gate, struct device *dev);
const char *kmem_gate_rename(struct kmem_gate *gate, const char *name);

enum dax_state kmem_gate_state(struct kmem_gate *gate);
enum dax_block_state kmem_gate_block(struct kmem_gate *gate, unsigned int block);
bool kmem_gate_is_present(struct kmem_gate *gate, const struct dax_span *span);
unsigned int kmem_gate_count_online(struct kmem_gate *gate, const struct dax_span *span);
bool kmem_gate_is_empty(struct kmem_gate *gate);
struct dax_block_counts kmem_gate_counts(struct kmem_gate *gate);
void kmem_gate_copy(struct kmem_gate *gate, u8 *states);
unsigned long kmem_gate_refusals(struct kmem_gate *gate);
void kmem_gate_reset_refusals(struct kmem_gate *gate);
bool kmem_gate_whole_online(struct kmem_gate *gate);

void kmem_gate_record_absent(struct kmem_gate *gate, const struct dax_span *span);
void kmem_gate_record_found(struct kmem_gate *gate, unsigned int block, enum dax_block_state state);
void kmem_gate_set_whole_online(struct kmem_gate *gate, bool whole_online);

void kmem_gate_begin(struct kmem_gate *gate);
void kmem_gate_end(struct kmem_gate *gate);
void kmem_gate_own(struct kmem_gate *gate);
int kmem_gate_own_settled(struct kmem_gate *gate);
void kmem_gate_disown(struct kmem_gate *gate);
bool kmem_gate_hold_module(struct kmem_gate *gate);

void kmem_gate_set_add_for(struct kmem_gate *gate, enum kmem_add_for add_for);
void kmem_gate_begin_add(struct kmem_gate *gate, const struct dax_span *span);
void kmem_gate_end_add(struct kmem_gate *gate, bool added);
unsigned int kmem_gate_policy(struct kmem_gate *gate);

void kmem_gate_begin_switch(struct kmem_gate *gate);
enum kmem_notified kmem_gate_notified(struct kmem_gate *gate);

bool kmem_gate_guard_default(void);
bool kmem_gate_is_guarded(struct kmem_gate *gate);
void kmem_gate_set_guarded(struct kmem_gate *gate, bool guarded);

#endif /* DAXPLUG_GATE_H */
