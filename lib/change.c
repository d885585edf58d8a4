// SPDX-License-Identifier: LGPL-2.1-or-later
/* The object of a change: its creation, settings, start, progress and outcome. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "change.h"
#include "clock.h"
#include "handle.h"
#include "parse.h"

static int new_change(struct daxplug *daxplug, enum daxplug_action action,
		      struct daxplug_change **change)
{
	struct daxplug_change *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (new->cancel < 0) {
		int err = -errno;

		free(new);
		return err;
	}

	new->refs = 1;
	new->daxplug = daxplug_ref(daxplug);
	new->action = action;
	new->wanted = action == DAXPLUG_ACTION_UNPLUG || action == DAXPLUG_ACTION_RECLAIM
			      ? DAXPLUG_STATE_UNPLUGGED
			      : DAXPLUG_STATE_ONLINE_MOVABLE;
	new->timeout = -1;
	new->worker.epoll = -1;
	report_clear(&new->report);
	*change = new;
	return 0;
}

int daxplug_change_new(struct daxplug_device *device, enum daxplug_action action,
		       struct daxplug_change **change)
{
	int err;

	if (action != DAXPLUG_ACTION_PLUG && action != DAXPLUG_ACTION_UNPLUG &&
	    action != DAXPLUG_ACTION_REPLUG)
		return -EINVAL;
	err = new_change(device->daxplug, action, change);
	if (err)
		return err;
	(*change)->device = daxplug_device_ref(device);
	(*change)->before = device->state;
	return 0;
}

int daxplug_change_new_reclaim(struct daxplug *daxplug, const struct daxplug_orphan *orphan,
			       struct daxplug_change **change)
{
	int err = new_change(daxplug, DAXPLUG_ACTION_RECLAIM, change);

	if (!err)
		(*change)->orphan = *orphan;
	return err;
}

struct daxplug_change *daxplug_change_ref(struct daxplug_change *change)
{
	change->refs++;
	return change;
}

static bool runs(const struct daxplug_change *change)
{
	return change->started && !change->ended;
}

void daxplug_change_unref(struct daxplug_change *change)
{
	if (!change || --change->refs)
		return;
	if (runs(change)) {
		daxplug_change_cancel(change);
		(void)!daxplug_change_wait(change);
	}
	close(change->cancel);
	daxplug_device_unref(change->device);
	daxplug_unref(change->daxplug);
	free(change);
}

static bool can_be_plugged_to(enum daxplug_state state)
{
	return state == DAXPLUG_STATE_ONLINE || state == DAXPLUG_STATE_ONLINE_KERNEL ||
	       state == DAXPLUG_STATE_ONLINE_MOVABLE;
}

int daxplug_change_set_state(struct daxplug_change *change, enum daxplug_state state)
{
	bool plugs = change->action == DAXPLUG_ACTION_PLUG ||
		     change->action == DAXPLUG_ACTION_REPLUG;

	if (change->started)
		return -EBUSY;
	if (!plugs || !can_be_plugged_to(state))
		return -EINVAL;
	change->wanted = state;
	return 0;
}

int daxplug_change_set_flags(struct daxplug_change *change, unsigned int flags)
{
	static const unsigned int allowed[] = {
		[DAXPLUG_ACTION_PLUG] = DAXPLUG_CHANGE_DRY_RUN | DAXPLUG_CHANGE_NO_WAIT,
		[DAXPLUG_ACTION_UNPLUG] = DAXPLUG_CHANGE_DRY_RUN | DAXPLUG_CHANGE_FORCE |
					  DAXPLUG_CHANGE_RELEASE | DAXPLUG_CHANGE_NO_WAIT |
					  DAXPLUG_CHANGE_DRAIN | DAXPLUG_CHANGE_NO_REFILL |
					  DAXPLUG_CHANGE_SWAP,
		[DAXPLUG_ACTION_REPLUG] = DAXPLUG_CHANGE_DRY_RUN | DAXPLUG_CHANGE_FORCE |
					  DAXPLUG_CHANGE_NO_WAIT | DAXPLUG_CHANGE_DRAIN |
					  DAXPLUG_CHANGE_NO_REFILL | DAXPLUG_CHANGE_SWAP,
		[DAXPLUG_ACTION_RECLAIM] = DAXPLUG_CHANGE_DRY_RUN | DAXPLUG_CHANGE_NO_WAIT,
	};

	if (change->started)
		return -EBUSY;
	if (flags & ~allowed[change->action])
		return -EINVAL;
	if (flags & DAXPLUG_CHANGE_SWAP && !(flags & DAXPLUG_CHANGE_DRAIN))
		return -EINVAL;
	change->flags = flags;
	return 0;
}

int daxplug_change_set_timeout(struct daxplug_change *change, int64_t timeout)
{
	if (change->started)
		return -EBUSY;
	change->timeout = timeout;
	return 0;
}

int daxplug_change_avoid_node(struct daxplug_change *change, int node)
{
	if (change->started)
		return -EBUSY;
	if (!node_set_may_have(node))
		return -EINVAL;
	node_set_add(&change->avoid, node);
	return 0;
}

static void end(struct daxplug_change *change)
{
	change->ended = true;
	change->phase = DAXPLUG_PHASE_UNKNOWN;
	change->waits_for = 0;
	change->took = clock_now() - change->began;
}

/*
 * While another daxplug changes the device, its state is a passing one, such as unplugged between
 * the two halves of a replug. So a refusal, or "nothing to do", is not final then: the worker waits
 * for the lock and checks again. A dry run never waits, and answers from that passing state.
 */
static int begin(struct daxplug_change *change)
{
	bool dry = change->flags & DAXPLUG_CHANGE_DRY_RUN, busy = lock_is_held(change);
	int err = check_all(change);

	change->checked = !err && !change_is_settled(change);
	if (change->checked && dry) {
		change->report.outcome = DAXPLUG_OUTCOME_DRY_RUN;
		return 0;
	}
	if (!change->checked && (dry || (!busy && !lock_is_held(change))))
		return err;
	report_clear(&change->report);
	return worker_start(change);
}

int daxplug_change_start(struct daxplug_change *change)
{
	int err;

	if (change->started)
		return -EBUSY;
	change->started = true;
	change->began = clock_now();
	err = begin(change);
	if (err && !change_is_settled(change))
		change->report.outcome = DAXPLUG_OUTCOME_REFUSED;
	if (change_is_settled(change))
		end(change);
	return err;
}

int daxplug_change_fd(const struct daxplug_change *change)
{
	return runs(change) ? change->worker.epoll : -1;
}

int daxplug_change_process(struct daxplug_change *change)
{
	if (!runs(change))
		return 0;
	if (worker_process(change))
		return 1;
	/* Read the device again: its state has changed. */
	if (change->device && device_read(change->device))
		device_forget(change->device);
	end(change);
	return 0;
}

int daxplug_change_wait(struct daxplug_change *change)
{
	if (!change->started)
		return -EINVAL;
	while (daxplug_change_process(change)) {
		struct pollfd polled = { .fd = change->worker.epoll, .events = POLLIN };

		poll(&polled, 1, -1);
	}
	return change->report.err;
}

void daxplug_change_cancel(struct daxplug_change *change)
{
	int before = errno;

	eventfd_write(change->cancel, 1);
	errno = before;
}

enum daxplug_phase daxplug_change_phase(const struct daxplug_change *change)
{
	return change->phase;
}

int daxplug_change_waits_for(const struct daxplug_change *change)
{
	return change->waits_for;
}

struct daxplug_device *daxplug_change_device(const struct daxplug_change *change)
{
	return change->device;
}

const char *daxplug_change_name(const struct daxplug_change *change)
{
	return change_name(change);
}

enum daxplug_action daxplug_change_action(const struct daxplug_change *change)
{
	return change->action;
}

enum daxplug_outcome daxplug_change_outcome(const struct daxplug_change *change)
{
	return change->report.outcome;
}

int daxplug_change_error(const struct daxplug_change *change)
{
	return change->report.err;
}

enum daxplug_reason daxplug_change_reason(const struct daxplug_change *change)
{
	return change->report.reason;
}

enum daxplug_reason daxplug_change_held(const struct daxplug_change *change)
{
	return change->report.held;
}

int64_t daxplug_change_block(const struct daxplug_change *change)
{
	return change->report.block;
}

uint64_t daxplug_change_address(const struct daxplug_change *change)
{
	return change->report.block < 0 ? 0 : change->report.block * change->daxplug->block_size;
}

int64_t daxplug_change_pfn(const struct daxplug_change *change)
{
	return change->report.pfn;
}

int daxplug_change_holder(const struct daxplug_change *change)
{
	return change->report.holder;
}

const char *daxplug_change_holder_name(const struct daxplug_change *change)
{
	return change->report.holder_name;
}

bool daxplug_change_retry(const struct daxplug_change *change)
{
	return change->report.retry;
}

const char *daxplug_change_message(const struct daxplug_change *change)
{
	return change->report.message;
}

const char *daxplug_change_hint(const struct daxplug_change *change)
{
	return change->report.hint;
}

enum daxplug_state daxplug_change_state_before(const struct daxplug_change *change)
{
	return change->before;
}

int64_t daxplug_change_duration(const struct daxplug_change *change)
{
	return change->took;
}

uint64_t daxplug_change_huge_pages_lost(const struct daxplug_change *change)
{
	return change->report.huge_pages_lost;
}

int daxplug_change_drain_progress(const struct daxplug_change *change, uint64_t *moved,
				  uint64_t *total)
{
	if (change->phase != DAXPLUG_PHASE_DRAIN)
		return -ENODATA;
	*moved = change->moved;
	*total = change->to_move > change->moved ? change->to_move : change->moved;
	return 0;
}

bool daxplug_change_drained(const struct daxplug_change *change)
{
	return change->report.drained.done;
}

static bool is_use(enum daxplug_use use)
{
	return use > DAXPLUG_USE_UNKNOWN && use < USES;
}

uint64_t daxplug_change_moved(const struct daxplug_change *change, enum daxplug_use use)
{
	return is_use(use) ? change->report.drained.moved[use] : 0;
}

uint64_t daxplug_change_swapped(const struct daxplug_change *change)
{
	return change->report.drained.swapped;
}

uint64_t daxplug_change_dropped(const struct daxplug_change *change)
{
	return change->report.drained.dropped;
}

int64_t daxplug_change_left(const struct daxplug_change *change, enum daxplug_use use)
{
	return change->report.drained.done && is_use(use) ? change->report.drained.left[use] : -1;
}

int64_t daxplug_change_drain_duration(const struct daxplug_change *change)
{
	return change->report.drained.done ? change->report.drained.took : -1;
}

static const struct evacuee *evacuee_at(const struct daxplug_change *change, unsigned int at)
{
	static const struct evacuee none;

	return at < change->report.drained.count ? &change->report.drained.evacuees[at] : &none;
}

unsigned int daxplug_change_evacuees(const struct daxplug_change *change)
{
	return change->report.drained.count;
}

int daxplug_change_evacuee_pid(const struct daxplug_change *change, unsigned int evacuee)
{
	return evacuee_at(change, evacuee)->pid;
}

const char *daxplug_change_evacuee_name(const struct daxplug_change *change, unsigned int evacuee)
{
	return evacuee_at(change, evacuee)->name;
}

uint64_t daxplug_change_evacuee_bytes(const struct daxplug_change *change, unsigned int evacuee)
{
	return evacuee_at(change, evacuee)->bytes;
}

int daxplug_change_evacuee_error(const struct daxplug_change *change, unsigned int evacuee)
{
	return evacuee_at(change, evacuee)->err;
}

unsigned int daxplug_change_refills(const struct daxplug_change *change)
{
	return change->report.drained.refills;
}

unsigned int daxplug_change_refills_unknown(const struct daxplug_change *change)
{
	return change->report.drained.refills_unknown;
}

bool daxplug_change_refills_off(const struct daxplug_change *change)
{
	return change->report.drained.refills_off;
}
