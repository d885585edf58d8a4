/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate of a device's memory: the task that may switch its blocks, and the state of each
 * block. The core calls a memory notifier for every switch of a block; the gate refuses a
 * switch that would disturb a transition, and records the others.
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
 * @KMEM_NOTIFIED_FIRST: ours, the first, was called and our last was not: one between them
 *	refused
 * @KMEM_NOTIFIED_ALL: all were called, none refused
 */
enum kmem_notified {
	KMEM_NOTIFIED_NONE,
	KMEM_NOTIFIED_FIRST,
	KMEM_NOTIFIED_ALL,
};

/**
 * enum kmem_add_for - the purpose for which blocks are added
 * @KMEM_ADD_FOR_TRANSITION: a write to state, or a bind by a default of unplugged or offline:
 *	the system's policy does not count
 * @KMEM_ADD_FOR_POLICY: a bind that carries out the system's policy
 * @KMEM_ADD_FOR_DEFAULT: a bind that carries out a default state of the device
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
 * Called under the gate's lock, so they may set flags, queue work or wake a task, and
 * nothing else.
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
 * @label: the name of the memory in the log; changes under kmem_dev->lock as well, so that a
 *	holder of that may read it
 * @record: the state of each block
 * @in_transition: a transition is under way, so the state reads mixed
 * @owner: the one task that may switch blocks, NULL: every task may
 * @guarded: no other task may switch blocks, transition or not
 * @in_flight: a task that is not @owner is between GOING and the end of a switch; read
 *	without the lock by the task that waits for that
 * @module_held: a reference to this module is held because blocks are online
 * @notified: how far the notifiers came with the switch that @owner is making; used by
 *	@owner alone, without the lock
 * @adding: the task that adds or takes over blocks, and must not online them on the way
 * @added: the range of these blocks
 * @add_for: the purpose for which they are added
 * @policy: the state that the system's policy would have given the block that was added last, an
 *	enum dax_block_state or DAX_BLOCK_ONLINE_ANY
 * @refusals: the number of switches by other tasks that were refused
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
