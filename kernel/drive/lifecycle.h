/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lifecycle of a device's memory and of its transitions. One lock protects everything that
 * has to be decided together: whether a transition may begin, whether and why it was cancelled,
 * whether the device is being unbound, and whether the system is asleep.
 */
#ifndef DAXPLUG_LIFECYCLE_H
#define DAXPLUG_LIFECYCLE_H

#include <linux/list.h>
#include <linux/types.h>

#include "core/reason.h"

struct task_struct;

/**
 * enum kmem_life - the owner of a device's memory
 * @KMEM_FRESH: newly created; no other task knows the memory
 * @KMEM_FOUND: another driver left it in the system, and it has no device
 * @KMEM_BOUND: a device is bound to it
 * @KMEM_CLOSING: its device is being unbound; no transition may begin
 * @KMEM_ORPHANED: its device was unbound while memory was online
 * @KMEM_GONE: dropped; the last reference frees it
 *
 *	from		to		by
 *	FRESH		BOUND		bind: no other device has any of its memory
 *	FRESH		FOUND		the sweeper, at load and later
 *	BOUND		CLOSING		BUS_NOTIFY_UNBIND_DRIVER
 *	BOUND		GONE		bind failed
 *	BOUND		ORPHANED	the driver core could not create the device's files
 *	CLOSING		ORPHANED	unbind
 *	ORPHANED	BOUND		adoption: the same device is bound again
 *	ORPHANED	GONE		no block of it is present any more
 *	FOUND		GONE		the same, or its device is bound, which takes it over
 *
 * A write to state may begin in BOUND, a reclaim in ORPHANED and FOUND. If a bind is refused, its
 * memory is freed in FRESH.
 */
enum kmem_life {
	KMEM_FRESH,
	KMEM_FOUND,
	KMEM_BOUND,
	KMEM_CLOSING,
	KMEM_ORPHANED,
	KMEM_GONE,
};

/**
 * enum kmem_phase - the phase of a transition
 * @KMEM_PHASE_IDLE: none is under way
 * @KMEM_PHASE_FORWARD: it switches blocks, and can be cancelled
 * @KMEM_PHASE_FINAL: it rolls back, or has succeeded; a cancel comes too late
 * @KMEM_PHASE_DONE: its worker is done with the memory
 */
enum kmem_phase {
	KMEM_PHASE_IDLE,
	KMEM_PHASE_FORWARD,
	KMEM_PHASE_FINAL,
	KMEM_PHASE_DONE,
};

/**
 * enum kmem_sleep - why the system is asleep; one bit for each reason
 * @KMEM_SLEEP_SUSPEND: suspend
 * @KMEM_SLEEP_HIBERNATION: hibernation; a program that has /dev/snapshot open may suspend as well
 * @KMEM_SLEEP_RESTORE: a hibernated system is restored
 */
enum kmem_sleep {
	KMEM_SLEEP_SUSPEND = 1,
	KMEM_SLEEP_HIBERNATION = 2,
	KMEM_SLEEP_RESTORE = 4,
};

/* Returned by kmem_lifecycle_begin(), not an errno: the system is asleep, try again later. */
#define KMEM_ASLEEP 1

/**
 * struct kmem_lifecycle - the life of one device's memory
 * @node: in lifecycle.c's list
 * @life: the owner of the memory; kmem_lifecycle_life() reads it without the lock
 * @phase: the phase of its transition; kmem_lifecycle_await() and kmem_lifecycle_is_idle() read it
 *	without the lock
 * @worker: the task that makes the transition, NULL in KMEM_PHASE_IDLE
 * @cancelled: why the transition was cancelled, or DAX_REASON_NONE; the worker reads it without
 *	the lock
 *
 * lifecycle.c's lifecycle_lock protects all of it.
 */
struct kmem_lifecycle {
	struct list_head node;
	enum kmem_life life;
	enum kmem_phase phase;
	struct task_struct *worker;
	enum dax_reason cancelled;
};

void kmem_lifecycle_create(struct kmem_lifecycle *lifecycle);
void kmem_lifecycle_destroy(struct kmem_lifecycle *lifecycle);

enum kmem_life kmem_lifecycle_life(const struct kmem_lifecycle *lifecycle);
bool kmem_lifecycle_is_orphan(const struct kmem_lifecycle *lifecycle);
void kmem_lifecycle_set(struct kmem_lifecycle *lifecycle, enum kmem_life life);
bool kmem_lifecycle_is_idle(const struct kmem_lifecycle *lifecycle);
bool kmem_lifecycle_adopt(struct kmem_lifecycle *lifecycle);
void kmem_lifecycle_close(struct kmem_lifecycle *lifecycle);

int kmem_lifecycle_wait_turn(const struct kmem_lifecycle *lifecycle);
int kmem_lifecycle_begin(struct kmem_lifecycle *lifecycle, struct task_struct *worker,
			 bool reclaim);
void kmem_lifecycle_await(struct kmem_lifecycle *lifecycle, unsigned int timeout_ms);
void kmem_lifecycle_end(struct kmem_lifecycle *lifecycle);

void kmem_lifecycle_hear_signals(struct kmem_lifecycle *lifecycle);
enum dax_reason kmem_lifecycle_reason(const struct kmem_lifecycle *lifecycle);
int kmem_lifecycle_cancelled(const struct kmem_lifecycle *lifecycle);
void kmem_lifecycle_cancel(struct kmem_lifecycle *lifecycle, enum dax_reason reason);
int kmem_lifecycle_commit(struct kmem_lifecycle *lifecycle, bool despite_cancel);
void kmem_lifecycle_end_forward(struct kmem_lifecycle *lifecycle);
void kmem_lifecycle_finish(struct kmem_lifecycle *lifecycle);

void kmem_lifecycle_fall_asleep(enum kmem_sleep why);
void kmem_lifecycle_wake(enum kmem_sleep why);

#endif /* DAXPLUG_LIFECYCLE_H */
