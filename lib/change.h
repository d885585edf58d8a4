/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of a device's memory. The caller's process checks, starts and follows a
 * change (change.c, check.c, worker.c). A child process, the worker, takes the lock,
 * makes the change, and undoes it on a failure (task.c, lock.c, steps.c, the backends).
 */
#ifndef DAXPLUG_CHANGE_H
#define DAXPLUG_CHANGE_H

#include <sys/types.h>

#include "device.h"
#include "node_set.h"
#include "orphan.h"
#include "pools.h"
#include "refill.h"
#include "report.h"

/**
 * struct worker - the child process that makes a change, as its parent sees it
 * @pid: its PID; 0 before the start and after the end
 * @pidfd: the same, safe from reuse of the PID
 * @messages: the read end of the pipe for its messages
 * @timer: expires at intervals, to wake a child that is to be cancelled
 * @epoll: readable when any of these is, or the change is cancelled
 * @cancelled: whether the child is to be woken
 * @final: whether the final message has arrived
 */
struct worker {
	pid_t pid;
	int pidfd;
	int messages;
	int timer;
	int epoll;
	bool cancelled;
	bool final;
};

/**
 * struct task - the child's own data about a change
 * @messages: the write end of the pipe for its messages
 * @caller: a pidfd of the calling process, whose end cancels the change
 * @deadline: the time, by clock_now(), that cancels the change; 0 if none does
 * @timed_out: whether the rollback began because of the deadline
 * @before: the former state of each block, for the rollback
 * @before_count: number of elements of @before
 * @failures: the driver's count of failures before the last write to state; -1 if unknown
 * @state: the state of the device before that write
 * @counts: the counts of its blocks before that write
 * @touched: a write may have changed the system
 * @bound: the change has bound the device to kmem
 * @pools: the former pools of huge pages; the parent has a copy, to restore them if the child is
 *	killed
 * @refill: the settings that are switched off during the change
 */
struct task {
	int messages;
	int caller;
	int64_t deadline;
	bool timed_out;
	struct block *before;
	unsigned int before_count;
	int64_t failures;
	enum daxplug_state state;
	struct dax_block_counts counts;
	bool touched;
	bool bound;
	struct pools pools;
	struct refill refill;
};

/**
 * struct daxplug_change - one change, from the call to its result
 * @refs: number of references
 * @daxplug: the handle, with a reference
 * @device: the device, with a reference; NULL for a reclaim
 * @orphan: the orphaned range of a reclaim
 * @action: plug, unplug, replug or reclaim
 * @wanted: the state to plug to
 * @flags: the caller's DAXPLUG_CHANGE_*
 * @avoid: the nodes to which its drain does not move pages
 * @timeout: in ms, or negative
 * @started: whether it has been started
 * @checked: whether it has passed all checks; if not, the child makes them, with the lock
 * @ended: whether it has ended
 * @cancel: an eventfd; readable when the change is cancelled. (Closing a pipe would not do: the
 *	child of another thread's change may hold a copy of its end.)
 * @phase: what it is doing
 * @waits_for: the process that has the lock, or 0
 * @moved: bytes that a drain has moved so far
 * @to_move: bytes to move, when the drain began
 * @before: the state before
 * @began: when it was started, by clock_now()
 * @took: its duration in ms
 * @report: the result
 * @worker: data of the parent
 * @task: data of the child
 */
struct daxplug_change {
	unsigned int refs;
	struct daxplug *daxplug;
	struct daxplug_device *device;
	struct daxplug_orphan orphan;
	enum daxplug_action action;
	enum daxplug_state wanted;
	unsigned int flags;
	struct node_set avoid;
	int64_t timeout;
	bool started;
	bool checked;
	bool ended;
	int cancel;
	enum daxplug_phase phase;
	int waits_for;
	uint64_t moved;
	uint64_t to_move;
	enum daxplug_state before;
	int64_t began;
	int64_t took;
	struct report report;
	struct worker worker;
	struct task task;
};

/**
 * struct backend - drives a device; called in the child
 * @unplug: from any state to no block present, or change nothing
 * @plug: from unplugged, or offline if @plugs_offline, to the wanted state, or change nothing
 * @plugs_offline: whether @plug can plug a device whose blocks are present and offline
 *
 * Both return 0 or a negative errno with the change's report filled in.
 */
struct backend {
	int (*unplug)(struct daxplug_change *change);
	int (*plug)(struct daxplug_change *change, enum daxplug_state wanted);
	bool plugs_offline;
};

extern const struct backend backend_state;
extern const struct backend backend_blocks;

/* The name of the device or of the orphaned range, for messages. */
static inline const char *change_name(const struct daxplug_change *change)
{
	return change->device ? change->device->name : change->orphan.name;
}

/* Whether the checks found that there is nothing to do. */
static inline bool change_is_settled(const struct daxplug_change *change)
{
	return change->report.outcome != DAXPLUG_OUTCOME_UNKNOWN;
}

/**
 * struct message - a message of the child to its parent
 * @phase: what it is doing
 * @waits_for: the process that has the lock, or 0
 * @moved: bytes that a drain has moved so far
 * @to_move: bytes to move, when the drain began
 * @before: the state before
 * @pools: the former pools of huge pages, once recorded
 * @final: whether the change has ended, with @report
 * @report: the result
 *
 * At most half of PIPE_BUF: it is written as a whole, and a page of the pipe takes two of them.
 */
struct message {
	enum daxplug_phase phase;
	int waits_for;
	uint64_t moved;
	uint64_t to_move;
	enum daxplug_state before;
	struct pools pools;
	bool final;
	struct report report;
};

_Static_assert(2 * sizeof(struct message) <= PIPE_BUF, "a full pipe has room for one more");

/* task.c */
void task_close_others(int *keep, unsigned int count);
void task_introduce(const struct daxplug_change *change);
void task_send(struct daxplug_change *change, bool final);
bool task_cancelled_within(const struct daxplug_change *change, int ms);
bool task_cancelled(const struct daxplug_change *change);
bool task_cancelled_by_caller(const struct daxplug_change *change);
bool task_timed_out(const struct daxplug_change *change);
bool task_interrupted(const struct daxplug_change *change);
void task_enter(struct daxplug_change *change, enum daxplug_phase phase);

/* foresee.c */
int foresee(struct daxplug_change *change, struct daxplug_forecast **forecast);

/* check.c */
int check_all(struct daxplug_change *change);
int check_again(struct daxplug_change *change);

/* worker.c */
int worker_start(struct daxplug_change *change);
bool worker_process(struct daxplug_change *change);

/* lock.c */
int lock_take(struct daxplug_change *change, int fd, const char *text);
bool lock_is_held(const struct daxplug_change *change);
int lock_device(struct daxplug_change *change);

/* drain.c */
int drain_device(struct daxplug_change *change);

/* steps.c */
int steps_run(struct daxplug_change *change);
const struct backend *backend_for(const struct daxplug_device *device);

/* The number of attempts to read an unreadable file, with pauses in between. */
#define CHANGE_LOOKS 5

/* undo.c */
void change_pause(void);
enum daxplug_block_state block_read_patiently(struct daxplug_change *change, struct block *block);
int undo_record(struct daxplug_change *change);
int undo_blocks(struct daxplug_change *change);
int block_switch(struct daxplug_change *change, const struct block *block, const char *word);
int change_write(struct daxplug_change *change, const char *path, const char *word);

/* fail.c */
int fail(struct daxplug_change *change, int err, enum daxplug_reason reason, const char *format,
	 ...) __attribute__((format(printf, 4, 5)));
int fail_room(struct daxplug_change *change, const char *text);
int fail_unreadable(struct daxplug_change *change, const struct block *block);
int fail_unplug(struct daxplug_change *change, int err, const struct block *block);
int fail_plug(struct daxplug_change *change, int err, const struct block *block,
	      enum daxplug_state wanted);
int fail_interference(struct daxplug_change *change, const struct block *block);
int fail_cancelled(struct daxplug_change *change);
void fail_untouched(struct daxplug_change *change);
void fail_say_cancelled(struct daxplug_change *change, bool by_caller);
void fail_say_lost(struct daxplug_change *change);
int64_t failures_counted(const struct daxplug_change *change);

#endif /* DAXPLUG_CHANGE_H */
