/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's protocol, for spin: one region of two memory blocks, and all tasks
 * that act on it, their steps in every possible order.
 *
 * Names are those of the driver and of the core; a function of the core stands
 * for the part of it that matters here. One step (d_step, atomic) is done under
 * gates_lock, or touches only variables that a held lock protects.
 *
 * A precaution is an action of the driver that prevents a fault. With any one of
 * them left out, spin has to find the fault; tests/host/model.sh reads the list here,
 * each with the run that finds its fault, and leaves one out by its number in the
 * environment.
 */

#define claim_waits PRECAUTION(1) /* bound: kmem_gate_own_settled() waits for another task's switch */
#define claim_comes_first PRECAUTION(2) /* bound: go_forward() fills in @before only when it owns the gate */
#define guard_is_locked PRECAUTION(3) /* bound: the gate decides on a switch and records it under one lock */
#define guard_refuses PRECAUTION(4) /* bound: may_switch() refuses all tasks but the owner */
#define rollback_is_claimed PRECAUTION(5) /* bound: the worker owns the gate during the rollback too */
#define reservation_is_kept PRECAUTION(6) /* bound: kmem_drive_end() releases the reservation, kmem_range_remove() does not */
#define signals_are_flushed PRECAUTION(7) /* bound: kmem_slice_begin() flushes signals */
#define record_is_kept PRECAUTION(8) /* bound: kmem_gate_end_add() keeps the state of blocks that were switched already */
#define pin_comes_first PRECAUTION(9) /* all: go_forward() holds the module before it commits */
#define commit_heeds_cancel PRECAUTION(10) /* all: kmem_lifecycle_commit() checks for a cancel once more */
#define unpin_heeds_flight PRECAUTION(11) /* bound: release_module_if_idle() waits for a block in flight */
#define uninstall_unpins PRECAUTION(12) /* bound: kmem_gate_end() drops the reference to the module */
#define writer_stops_worker PRECAUTION(13) /* all: kmem_worker_run() waits until its thread is gone */
#define regions_are_locked PRECAUTION(14) /* neighbour: sweep() and kmem_orphans_attach() take devs_lock */
#define strand_comes_last PRECAUTION(15) /* neighbour: memory has its device until kmem_unbind() has cleared it */
#define tidy_heeds_transition PRECAUTION(22) /* reclaim: tidy() drops no memory with a transition under way */
#define sweep_heeds_lock PRECAUTION(23) /* reclaim: sweep() skips memory whose lock is held */
#define install_heeds_sleep PRECAUTION(16) /* sleep: kmem_lifecycle_begin() checks asleep */
#define worker_hears_earlier PRECAUTION(17) /* cancel_ends: kmem_lifecycle_hear_signals() checks for an earlier cancel */
#define cancel_signals PRECAUTION(18) /* cancel_ends: cancel() signals the worker */
#define unbind_cancels PRECAUTION(19) /* unbind_ends: kmem_transition_close() comes before the files are removed */
#define install_heeds_closing PRECAUTION(20) /* unbind_ends: kmem_lifecycle_begin() checks for KMEM_CLOSING */
#define rollback_gives_up PRECAUTION(21) /* cancel_ends: kmem_offline_unwanted() limits its passes in a rollback */
#define wait_heeds_closing PRECAUTION(24) /* sleep_ends: kmem_lifecycle_wait_turn() also returns when the device is closing */

#define PRECAUTION(number) (c_expr { left_out != number })
c_decl {
	\#include <stdlib.h>
	static int left_out;
	__attribute__((constructor)) static void read_left_out(void)
	{
		left_out = atoi(getenv("LEFT_OUT"));
	}
}

/*
 * A run has a number of ranges, a number of writers, and other tasks (WITH_...).
 * HELD_PAGES: a block may hold a page that never goes away. ENDLESS: an outsider
 * may never come to an end with a block. SLEEPS_FOR_EVER: the system may never wake.
 * FAIR: an outsider does not take device_hotplug_lock again before a task that waits
 * for it.
 */
#ifndef HELD_PAGES
#define HELD_PAGES false
#endif
#ifndef ENDLESS
#define ENDLESS false
#endif
#ifdef FAIR
#define wants_lock lock_is_wanted = true;
#else
#define wants_lock
#endif

/* One range of two blocks or two of one. */
#define BLOCKS 2
#ifndef RANGES
#define RANGES 2
#endif
#define FIRST(range) ((range) * (BLOCKS / RANGES))
#define LAST(range) (FIRST(range) + BLOCKS / RANGES - 1)

#ifndef WRITERS
#define WRITERS 1
#endif

/* enum dax_block_state; the zones are told apart nowhere that matters here. */
#define ABSENT 0
#define OFFLINE 1
#define ONLINE 2

/* Errors, and why a transition was cancelled. A timeout is like a signal: it can come any time. */
#define FAILED 1
#define INTERRUPTED 2
#define SIGNAL 3
#define UNBIND 4
#define UNLOAD 5
#define SUSPEND 6

/* Tasks. */
#define NO_TASK 0
#define WRITER 1
#define WORKER 2
#define OUTSIDER 3
#define BINDER 4
#define REMOVER 5
#define NEIGHBOUR 6
#define RECLAIMER 7

/* Instead of the number of the range that is reclaimed. */
#define EVERY RANGES

/* PASSES_BACK, enough for one slice to be in vain. */
#define PASSES_BACK 2

/* The core: the state of a block, and the state that other tasks see (memory_block->state). */
byte really[BLOCKS];
byte memory_block[BLOCKS];
byte device_hotplug_lock;
bool lock_is_wanted;
byte device_lock;
bool driver_bound;
bool files;
byte files_in_use;

/* The module. */
bool driver_registered = true;
bool module_going;
bool reclaiming; /* holds a reference to it, and one to a region */
bool reclaimed_is_gone; /* that region is not in the list any more */

/* struct kmem_dev; listed: it is in the list, dev: it has a device. */
bool listed;
bool dev;
byte kmem_lock;
byte devs_lock;
byte blocks[BLOCKS];
bool reserved[RANGES];
bool pinned;
bool closing;
bool in_flight;
bool guarded;
byte actor;
byte adding;

/* struct kmem_drive, struct kmem_transition. */
bool transition;
byte wanted;
byte only = EVERY;
byte before[BLOCKS];
bool best_effort;
byte cancelled;
mtype = { FORWARD, BACK, DONE };
mtype phase = DONE;

/* The worker's thread. */
mtype = { NONE, RUNNING, STOPPING };
mtype thread = NONE;
bool listening;
bool signal_pending;

/* asleep, and the system does sleep. */
bool asleep;
bool sleeping;

/*
 * Variables of the model that the driver lacks. claimed: the claim holds;
 * hindered: the core failed a step of a rollback, so that it need not succeed;
 * lost: that happened while the module was being unloaded.
 */
bool claimed;
bool hindered;
bool lost;

#define all(array, state) (array[0] == (state) && array[1] == (state))
#define any(array, state) (array[0] == (state) || array[1] == (state))
#define same(one, other) (one[0] == other[0] && one[1] == other[1])
#define has(array, range, state) (array[FIRST(range)] == (state) || array[LAST(range)] == (state))
#define is_present(range) (blocks[FIRST(range)] != ABSENT)
#define copy(to, from)                                                                             \
	to[0] = from[0];                                                                           \
	to[1] = from[1]
#define set_range(array, range, state)                                                             \
	array[FIRST(range)] = state;                                                               \
	array[LAST(range)] = state

#define IS_OVER(err) ((err) && !best_effort)
#define MUST_END (cancelled && !best_effort)
#define IS_RECLAIMED(block) (only == EVERY || only == (block) / (BLOCKS / RANGES))
#define WANTED(block) (best_effort || !IS_RECLAIMED(block) -> before[block] : wanted)

/*
 * gate.c
 */

/* Only online memory, memory that is going online and a transition pin the module. */
inline check_pin()
{
	assert(!any(blocks, ONLINE) || transition || pinned || lost);
	assert(!pinned || any(blocks, ONLINE) || transition || in_flight)
}

inline unpin_if_idle()
{
	if
	:: pinned && !any(blocks, ONLINE) && !transition && (!in_flight || !unpin_heeds_flight) ->
		pinned = false
	:: else
	fi
}

/* may_switch(), may_go_online(), switch_begins() */
inline decide(me, to, err)
{
	if
	:: adding == me -> err = FAILED
	:: adding != me && guard_refuses && actor != me && (actor != NO_TASK || guarded) ->
		err = FAILED
	:: else
	fi;
	if
	:: !err && to == ONLINE && !(transition && actor == me) && !pinned ->
		if
		:: module_going -> err = FAILED
		:: else -> pinned = true
		fi
	:: else
	fi
}

inline note(me, err)
{
	if
	:: actor != me && !err -> in_flight = true
	:: else
	fi
}

/* MEM_GOING_ONLINE, MEM_GOING_OFFLINE; a region that is not in the list is not found */
inline ask_gate(me, to, err)
{
	if
	:: guard_is_locked ->
		d_step {
			if
			:: listed ->
				decide(me, to, err);
				note(me, err)
			:: else
			fi
		}
	:: !guard_is_locked && listed ->
		d_step { decide(me, to, err) };
		d_step { note(me, err) }
	:: !guard_is_locked && !listed
	fi
}

/* MEM_CANCEL_ONLINE, MEM_CANCEL_OFFLINE */
inline tell_gate_cancelled()
{
	d_step {
		if
		:: listed ->
			in_flight = false;
			unpin_if_idle();
			check_pin()
		:: else
		fi
	}
}

/* MEM_ONLINE, MEM_OFFLINE */
inline tell_gate(block, to)
{
	d_step {
		if
		:: listed ->
			blocks[block] = to;
			in_flight = false;
			unpin_if_idle();
			check_pin()
		:: else
		fi
	}
}

inline claim_now(me)
{
	d_step {
		assert(actor == NO_TASK);
		actor = me
	}
}

/*
 * The core
 */

#define ENDS_BY_SIGNAL(me, to) (me == WORKER && to == OFFLINE && signal_pending)

inline lock_device_hotplug(me)
{
	wants_lock
	atomic {
		device_hotplug_lock == NO_TASK ->
		device_hotplug_lock = me;
		lock_is_wanted = false
	}
}

#define unlock_device_hotplug() device_hotplug_lock = NO_TASK

/* A rollback may fail where the core fails. */
inline fail(me, err)
{
	err = FAILED;
	hindered = hindered || (me == WORKER && best_effort)
}

/*
 * state_store() of a memory block, the lock taken. The core may refuse before it
 * calls the notifiers, another notifier may refuse, a page may be in the way. A
 * signal ends the offlining, which may otherwise never end if a page is held.
 */
inline switch_block(me, block, to, err)
{
	err = 0;
	if
	:: atomic { memory_block[block] == to -> err = FAILED; unlock_device_hotplug() }
	:: atomic {
		/* Another notifier refused the switch before the core asked the gate. */
		memory_block[block] != to ->
		fail(me, err);
		tell_gate_cancelled();
		unlock_device_hotplug()
	}
	:: memory_block[block] != to ->
		ask_gate(me, to, err);
		do
		:: ENDLESS && me == OUTSIDER && !err -> skip
		:: break
		od;
		if
		:: atomic { err -> tell_gate_cancelled(); unlock_device_hotplug() }
		:: atomic {
			!err && ENDS_BY_SIGNAL(me, to) ->
			err = INTERRUPTED;
			tell_gate_cancelled();
			unlock_device_hotplug()
		}
		:: atomic {
			/* The slice is over. */
			!err && HELD_PAGES && me == WORKER && to == OFFLINE && !signal_pending ->
			fail(me, err);
			err = INTERRUPTED;
			signal_pending = true;
			tell_gate_cancelled();
			unlock_device_hotplug()
		}
		:: atomic {
			/* Another notifier refuses, or a page cannot be moved. */
			!err && !ENDS_BY_SIGNAL(me, to) ->
			fail(me, err);
			tell_gate_cancelled();
			unlock_device_hotplug()
		}
		:: atomic {
			!err && !ENDS_BY_SIGNAL(me, to) ->
			assert(me == WORKER || !claimed);
			really[block] = to
		};
			tell_gate(block, to);
			d_step {
				memory_block[block] = to;
				device_hotplug_lock = NO_TASK
			}
		fi
	fi
}

/* The gate refuses the core's auto-online, because the task has said that it adds. */
inline add_memory(me, range, err)
{
	lock_device_hotplug(me);
	if
	:: atomic { fail(me, err) }
	:: d_step {
		set_range(really, range, OFFLINE);
		set_range(memory_block, range, OFFLINE)
	};
		if
		:: err = 0
		:: ask_gate(me, ONLINE, err);
			assert(err == FAILED);
			tell_gate_cancelled();
			err = 0
		fi
	fi;
	device_hotplug_lock = NO_TASK
}

/* Refuses only while a block is online, which the worker never attempts. */
inline remove_memory(me, range, err)
{
	lock_device_hotplug(me);
	d_step {
		err = has(memory_block, range, ONLINE);
		assert(!(err && me == WORKER));
		if
		:: !err ->
			assert(!has(really, range, ONLINE));
			set_range(really, range, ABSENT);
			set_range(memory_block, range, ABSENT)
		:: else
		fi;
		device_hotplug_lock = NO_TASK
	}
}

/*
 * range.c
 */

/* Another driver may have a range that is not reserved. */
inline kmem_range_reserve(range, err)
{
	if
	:: atomic { err = 0; reserved[range] = true }
	:: !reserved[range] -> err = FAILED
	fi
}

inline kmem_range_add(me, range, err)
{
	adding = me;
	add_memory(me, range, err);
	d_step {
		adding = NO_TASK;
		if
		:: !err && (blocks[FIRST(range)] == ABSENT || !record_is_kept) ->
			blocks[FIRST(range)] = OFFLINE
		:: else
		fi;
		if
		:: !err && (blocks[LAST(range)] == ABSENT || !record_is_kept) ->
			blocks[LAST(range)] = OFFLINE
		:: else
		fi
	}
}

inline kmem_range_remove(me, range, err)
{
	/* The core may refuse to remove another range, and then the transition is rolled back. */
	if
	:: remove_memory(me, range, err)
	:: me == WORKER && !best_effort -> err = FAILED
	fi;
	d_step {
		if
		:: !err -> set_range(blocks, range, ABSENT)
		:: else
		fi;
		if
		:: !err && !reservation_is_kept -> reserved[range] = false
		:: else
		fi
	}
}

/*
 * drive.c, offline.c, switch.c
 */

inline kmem_drive_end()
{
	d_step {
		reserved[0] = reserved[0] && is_present(0);
		reserved[RANGES - 1] = reserved[RANGES - 1] && is_present(RANGES - 1);
		/* Memory that is present is reserved. */
		assert(!is_present(0) || reserved[0]);
		assert(!is_present(RANGES - 1) || reserved[RANGES - 1])
	}
}

/* kmem_memblk_switch() never waits: the worker alternates between a try and a check for a cancel. */
inline try_lock_device_hotplug(err)
{
	wants_lock
	if
	:: atomic {
		device_hotplug_lock == NO_TASK && !MUST_END ->
		device_hotplug_lock = WORKER;
		err = 0;
		lock_is_wanted = false
	}
	:: atomic {
		MUST_END ->
		err = cancelled;
		lock_is_wanted = false
	}
	fi
}

#define IS_SLICE(err)                                                                              \
	((err) == INTERRUPTED && signal_pending && !MUST_END &&                                    \
	 (!best_effort || pass < PASSES_BACK - 1 || !rollback_gives_up))

inline kmem_switch_offline(block, err)
{
	pass = 0;
	do
	:: signal_pending = signal_pending && !signals_are_flushed;
		try_lock_device_hotplug(err);
		if
		:: !err -> switch_block(WORKER, block, OFFLINE, err)
		:: else
		fi;
		d_step {
			if
			:: blocks[block] == OFFLINE -> err = 0
			:: blocks[block] != OFFLINE && MUST_END -> err = cancelled
			:: else
			fi
		};
		if
		:: atomic { IS_SLICE(err) -> pass = pass + (best_effort && rollback_gives_up) }
		:: atomic { !IS_SLICE(err) -> break }
		fi
	od;
	pass = 0
}

inline kmem_switch_online(block, err)
{
	try_lock_device_hotplug(err);
	if
	:: !err -> switch_block(WORKER, block, ONLINE, err)
	:: else
	fi;
	d_step {
		if
		:: blocks[block] == ONLINE -> err = 0
		:: blocks[block] != ONLINE && MUST_END -> err = cancelled
		:: else
		fi
	}
}

#define must_go_offline (blocks[i] == ONLINE && WANTED(i) != ONLINE)
#define must_go (WANTED(FIRST(i)) == ABSENT && is_present(i) && !has(blocks, i, ONLINE))
#define must_come (WANTED(FIRST(i)) != ABSENT && !is_present(i))
#define must_go_online (blocks[i] == OFFLINE && WANTED(i) == ONLINE)

/*
 * The next block or range, from i down, that a step concerns. The first failure
 * ends the step, unless it is a best effort. Between ranges the step looks for a
 * cancel; the switch of a block does so itself.
 */
#define next(is_range, is_due)                                                                     \
	:: atomic {                                                                                \
		d_step {                                                                           \
			err = (err -> err : now);                                                  \
			now = 0;                                                                   \
			found = false;                                                             \
			do                                                                         \
			:: i > 0 && !found && !IS_OVER(err) ->                                     \
				i--;                                                               \
				found = is_due;                                                    \
				err = (found && is_range && MUST_END -> cancelled : err);          \
				found = found && !IS_OVER(err)                                     \
			:: else -> break                                                           \
			od                                                                         \
		};                                                                                 \
		if                                                                                 \
		:: found                                                                           \
		:: !found -> break                                                                 \
		fi                                                                                 \
	}
#define next_block(is_due) next(false, is_due)
#define next_range(is_due) next(true, is_due)
/* A cancel does not end the removal once a range is removed. */
#define next_removal(is_due) next(!removed, is_due)

/* The worker's steps; i, now, err, found, removed and pass are its own variables. */
inline kmem_drive_all()
{
	d_step {
		err = 0;
		i = BLOCKS
	};
	do
	next_block(must_go_offline);
		kmem_switch_offline(i, now)
	od;
	atomic {
		removed = false;
		i = RANGES
	};
	do
	next_removal(must_go);
		kmem_range_remove(WORKER, i, now);
		removed = removed || !now
	od;
	atomic {
		removed = false;
		i = RANGES
	};
	do
	next_range(must_come);
		kmem_range_reserve(i, now);
		if
		:: !now -> kmem_range_add(WORKER, i, now)
		:: now
		fi
	od;
	i = BLOCKS;
	do
	next_block(must_go_online);
		kmem_switch_online(i, now)
	od
}

/*
 * worker.c and lifecycle.c
 */

/* gates_lock held */
inline cancel_locked(cause)
{
	if
	:: transition && phase == FORWARD && !cancelled ->
		cancelled = cause;
		/* A new thread's signals are dropped until it listens. */
		signal_pending = signal_pending || (listening && cancel_signals)
	:: else
	fi
}

inline commit(err)
{
	d_step {
		err = (wanted != ABSENT && commit_heeds_cancel -> cancelled : 0);
		phase = (err -> phase : BACK)
	}
}

/* kmem_gate_hold_module(): online memory needs a driver that can take it back. */
inline kmem_gate_hold_module(kept)
{
	d_step {
		pinned = pinned || (any(blocks, ONLINE) && !module_going);
		kept = pinned || !any(blocks, ONLINE)
	}
}

/* worker() and make() */
active proctype worker()
{
	byte i, now, err, pass;
	bool found, kept, removed;

end_idle:
	do
	:: atomic { thread == RUNNING -> listening = true };
		/* kmem_lifecycle_hear_signals() */
		signal_pending = signal_pending ||
				 (cancelled && worker_hears_earlier && cancel_signals);

		if
		:: !claim_comes_first -> d_step { copy(before, blocks) }
		:: else
		fi;
		/* kmem_gate_own_settled() */
		claim_now(WORKER);
		if
		:: atomic { !in_flight || !claim_waits -> claimed = true };
		:: atomic { in_flight && signal_pending -> actor = NO_TASK };
			goto done
		fi;

		/* make() */
		d_step {
			if
			:: claim_comes_first -> copy(before, blocks)
			:: else
			fi;
			assert(same(before, really));
			best_effort = false
		};
		do
		:: kmem_drive_all();
			if
			:: best_effort -> break
			:: else
			fi;
			/* go_forward(), its end */
			if
			:: !err ->
				if
				:: pin_comes_first -> kmem_gate_hold_module(kept)
				:: else
				fi;
				d_step {
					if
					:: pin_comes_first && !kept -> cancel_locked(UNLOAD)
					:: else
					fi
				};
				commit(err)
			:: else
			fi;
			d_step {
				/* find_reason() */
				phase = BACK;
				assert(err != UNLOAD || module_going);
				assert(err != UNBIND || closing);
				assert(err != SUSPEND || asleep)
			};
			if
			:: !err -> break
			:: else
			fi;
			/* go_back() */
			d_step {
				best_effort = true;
				claimed = rollback_is_claimed;
				actor = (rollback_is_claimed -> actor : NO_TASK)
			}
		od;
		if
		:: best_effort ->
			kmem_gate_hold_module(kept);
			d_step {
				lost = lost || !kept;
				assert(hindered || same(really, before));
				/* err tells whether the rollback has restored everything. */
				assert(!err == same(really, before))
			}
		:: else ->
			assert(really[0] == WANTED(0) && really[1] == WANTED(1))
		fi;
		kmem_drive_end();
		d_step {
			assert(same(blocks, really));
			claimed = false;
			actor = NO_TASK
		};
done:
		atomic {
			phase = DONE;
			i = 0;
			now = 0;
			err = 0;
			pass = 0;
			kept = false
		};
		d_step {
			thread == STOPPING ->
			listening = false;
			signal_pending = false;
			thread = NONE
		}
	od
}

/* No task reads these any more: clearing them leaves one state instead of many. */
inline forget_transition()
{
	wanted = 0;
	only = EVERY;
	before[0] = 0;
	before[1] = 0;
	best_effort = false;
	cancelled = 0;
	hindered = false
}

#define is_stranded (listed && !dev && !reclaimed_is_gone)

/* kmem_worker_run(), with kmem_dev->lock held */
inline run_transition(me)
{
	/* kmem_lifecycle_begin(), kmem_gate_begin() */
	d_step {
		assert(thread == NONE);
		installed = (me == RECLAIMER -> is_stranded : !closing || !install_heeds_closing);
		installed = installed && (!asleep || !install_heeds_sleep);
		if
		:: installed ->
			assert(!sleeping);
			transition = true;
			phase = FORWARD;
			thread = RUNNING
		:: else
		fi
	};
	if
	:: installed ->
		/* kmem_lifecycle_await() */
		if
		:: true
		:: phase != DONE -> d_step { cancel_locked(SIGNAL) }
		fi;
		phase == DONE;
		/* kmem_gate_end(), kmem_lifecycle_end() */
		d_step {
			transition = false;
			if
			:: uninstall_unpins -> unpin_if_idle()
			:: else
			fi;
			thread = STOPPING
		};
		thread == NONE || !writer_stops_worker
	:: else
	fi
}

#if WRITERS
/* kmem_transition_run(), while the state file exists; requests only legal states */
active [WRITERS] proctype writer()
{
	bool installed;

end_idle:
	do
	:: atomic { files -> files_in_use++ };
again:
#ifdef WITH_SLEEPER
		if
		:: !asleep
		:: closing && wait_heeds_closing
#ifndef SLEEPS_FOR_EVER
		:: asleep -> goto out /* a signal */
#endif
		fi;
#endif
		if
		:: atomic {
			kmem_lock == NO_TASK ->
			kmem_lock = WRITER;
			/* run_if_legal(); a writer that is refused, or has nothing to do, returns at once */
			wanted = (all(blocks, ABSENT) -> ONLINE : ABSENT)
		}
		:: kmem_lock != NO_TASK -> goto out
		fi;
		run_transition(WRITER);
		if
		:: !installed && asleep && !closing ->
			/* KMEM_ASLEEP */
			kmem_lock = NO_TASK;
			goto again
		:: else
		fi;
		d_step {
			forget_transition();
			kmem_lock = NO_TASK
		};
out:
		atomic {
			installed = false;
			files_in_use--
		}
	od
}
#endif

/*
 * orphans.c, bind.c
 */

inline lock_devs(me)
{
	if
	:: atomic { regions_are_locked && devs_lock == NO_TASK -> devs_lock = me }
	:: !regions_are_locked
	fi
}

inline unlock_devs(me)
{
	d_step {
		if
		:: devs_lock == me -> devs_lock = NO_TASK
		:: else
		fi
	}
}

inline forget()
{
	d_step {
		assert(all(blocks, ABSENT) && all(really, ABSENT));
		assert(!pinned && !in_flight && !transition && actor == NO_TASK && adding == NO_TASK);
		assert(!reserved[0] && !reserved[RANGES - 1]);
		listed = false;
		dev = false;
		closing = false;
		guarded = false;
		lost = false;
		reclaimed_is_gone = reclaiming;
		if
		:: kmem_lock == RECLAIMER -> kmem_lock = NO_TASK
		:: else
		fi
	}
}

/*
 * A record without memory is dropped, but not while a transition may bring the memory back. The
 * driver has a worker for each record; the model has only one.
 */
inline tidy()
{
	if
	:: all(blocks, ABSENT) && (!transition || !tidy_heeds_transition) ->
		thread != STOPPING;
		forget()
	:: else
	fi
}

inline tidy_if_stranded()
{
	if
	:: listed && !dev -> tidy()
	:: else
	fi
}

inline kmem_drive_clear(me)
{
	claim_now(me);
	range = RANGES;
	do
	:: range > 0 ->
		range--;
		if
		:: is_present(range) && !has(blocks, range, ONLINE) -> kmem_range_remove(me, range, err)
		:: else
		fi
	:: range == 0 -> break
	od;
	kmem_drive_end();
	actor = NO_TASK
}

/* A region whose lock is taken is being reclaimed. */
inline sweep(me)
{
	if
	:: listed && !dev ->
		if
		:: atomic { kmem_lock == NO_TASK || !sweep_heeds_lock -> kmem_lock = me };
			kmem_drive_clear(me);
			kmem_lock = NO_TASK
		:: kmem_lock != NO_TASK && sweep_heeds_lock
		fi;
		tidy()
	:: else
	fi
}

inline online_added()
{
	if
	:: actor == NO_TASK -> claim_now(BINDER)
	:: else
	fi;
	range = BLOCKS;
	do
	:: range > 0 ->
		range--;
		if
		:: before[range] == ABSENT && blocks[range] == OFFLINE ->
			lock_device_hotplug(BINDER);
			switch_block(BINDER, range, ONLINE, err)
		:: else
		fi
	:: range == 0 -> break
	od
}

inline populate()
{
	d_step {
		copy(before, blocks);
		best_effort = true
	};
	/* Own the gate early if it is known by now that blocks are to go online. */
	if
	:: claim_now(BINDER)
	:: true
	fi;
	range = RANGES;
	do
	:: range > 0 ->
		range--;
		if
		:: !is_present(range) ->
			kmem_range_reserve(range, err);
			if
			:: !err -> kmem_range_add(BINDER, range, err)
			:: else
			fi
		:: else
		fi
	:: range == 0 -> break
	od;
	if
	:: !all(blocks, ABSENT) -> online_added()
	:: true
	fi;
	actor = NO_TASK;
	kmem_drive_end();
	d_step { forget_transition() }
}

/* kmem_bind(), device_lock held; the stranded memory is that of the same device */
inline bind()
{
	lock_devs(BINDER);
	sweep(BINDER);
	d_step {
		/* kmem_orphans_attach(), why_not() */
		assert(!dev);
		err = transition;
		if
		:: !err ->
			listed = true;
			dev = true;
			closing = false
		:: else
		fi
	};
	unlock_devs(BINDER);
	if
	:: err -> goto refused
	:: else
	fi;
	atomic { kmem_lock == NO_TASK -> kmem_lock = BINDER };
	/* The default state of the device may be unplugged. */
	if
	:: populate();
		err = all(blocks, ABSENT)
	:: err = 0
	fi;
	kmem_lock = NO_TASK;
	if
	:: err ->
		lock_devs(BINDER);
		forget();
		unlock_devs(BINDER)
	:: else ->
		d_step {
			driver_bound = true;
			files = true
		}
	fi;
refused:
	skip
}

/* The driver core's part, and kmem_unbind(); device_lock held */
inline unbind(me)
{
	if
	:: unbind_cancels ->
		/* BUS_NOTIFY_UNBIND_DRIVER, kmem_transition_close() */
		d_step {
			closing = true;
			cancel_locked(UNBIND)
		}
	:: else
	fi;
	files = false;
	files_in_use == 0;
	atomic { kmem_lock == NO_TASK -> kmem_lock = me };
	if
	:: !strand_comes_last -> dev = false
	:: else
	fi;
	kmem_drive_clear(me);
	/* kmem_orphans_detach(): the task may hold a lock that the holder of devs_lock waits for */
	d_step {
		dev = false;
		guarded = false
	};
	if
	:: lock_devs(me);
		tidy_if_stranded();
		unlock_devs(me)
	:: devs_lock != NO_TASK
	fi;
	kmem_lock = NO_TASK;
	driver_bound = false
}

/* Binds the device and unbinds it again. */
active proctype binder()
{
	byte range, err;

end_idle:
	do
	:: atomic { device_lock == NO_TASK && driver_registered && !driver_bound -> device_lock = BINDER };
		bind();
		d_step {
			err = 0;
			device_lock = NO_TASK
		}
	:: atomic { device_lock == NO_TASK && driver_bound -> device_lock = BINDER };
unbinding:	unbind(BINDER);
		d_step {
			err = 0;
			device_lock = NO_TASK
		}
	od
}

/* A task that knows nothing of the driver: a udev rule, an agent, a policy. */
active proctype outsider()
{
	byte block, to, err;

end_idle:
	do
	:: atomic {
		device_hotplug_lock == NO_TASK && !lock_is_wanted && !all(memory_block, ABSENT) ->
		device_hotplug_lock = OUTSIDER;
		if
		:: memory_block[0] != ABSENT -> block = 0
		:: memory_block[1] != ABSENT -> block = 1
		fi;
		to = (memory_block[block] == ONLINE -> OFFLINE : ONLINE)
	};
		switch_block(OUTSIDER, block, to, err);
		d_step {
			block = 0;
			to = 0;
			err = 0
		}
	od
}

#ifdef WITH_REMOVER
/* Unloads the module and loads it again. */
active proctype remover()
{
	byte range, err;

end_idle:
	do
	:: d_step {
		/* delete_module() */
		driver_registered && !pinned && !reclaiming ->
		assert(!any(really, ONLINE) || transition);
		module_going = true;
		driver_registered = false
	};
unloading:	atomic { device_lock == NO_TASK -> device_lock = REMOVER };
		/* dax_driver_unregister() */
		if
		:: driver_bound -> unbind(REMOVER)
		:: else
		fi;
		device_lock = NO_TASK;
		/* kmem_orphans_exit() */
		lock_devs(REMOVER);
		sweep(REMOVER);
		unlock_devs(REMOVER);
		assert(files_in_use == 0 && thread == NONE && actor == NO_TASK);
		assert(!listed || lost);
		if
		:: listed -> break
		:: else
		fi;
		d_step {
			err = 0;
			module_going = false;
			driver_registered = true
		}
	od;
	/* Memory is left without a driver, as the log says. */
end_lost:
	false
}
#endif

#ifdef WITH_NEIGHBOUR
/* Binds another device, which sweeps the memory that devices have left. */
active proctype neighbour()
{
	byte range, err;

end_idle:
	do
	:: atomic {
		driver_registered && listed && !dev && (devs_lock == NO_TASK || !regions_are_locked) ->
		lock_devs(NEIGHBOUR)
	};
		sweep(NEIGHBOUR);
		unlock_devs(NEIGHBOUR);
		err = 0
	od
}
#endif

#ifdef WITH_RECLAIMER
/* reclaim_store(): takes a range of a stranded region out of the system. */
active proctype reclaimer()
{
	bool installed;

end_idle:
	do
	:: atomic {
		!module_going && listed && !dev && (is_present(0) || is_present(RANGES - 1)) ->
		reclaiming = true
	};
		/* kmem_transition_reclaim() */
again:
		if
		:: !asleep
		:: asleep -> goto out
		fi;
		if
		:: atomic {
			kmem_lock == NO_TASK && !reclaimed_is_gone ->
			kmem_lock = RECLAIMER;
			wanted = ABSENT;
			if
			:: is_present(0) -> only = 0
			:: is_present(RANGES - 1) -> only = RANGES - 1
			:: else
			fi
		}
		:: kmem_lock != NO_TASK || reclaimed_is_gone -> goto out
		fi;
		if
		:: only != EVERY -> run_transition(RECLAIMER)
		:: else -> installed = true
		fi;
		if
		:: !installed && asleep && !dev && !reclaimed_is_gone ->
			kmem_lock = NO_TASK;
			goto again
		:: else
		fi;
		d_step {
			if
			:: kmem_lock == RECLAIMER ->
				forget_transition();
				kmem_lock = NO_TASK
			:: else
			fi
		};
out:
		/* kmem_orphan_reclaim() */
		lock_devs(RECLAIMER);
		if
		:: listed && !dev && !reclaimed_is_gone -> tidy()
		:: else
		fi;
		unlock_devs(RECLAIMER);
		d_step {
			installed = false;
			reclaimed_is_gone = false;
			reclaiming = false
		}
	od
}
#endif

#ifdef WITH_GUARD
/* Writes to kmem/guard. */
active proctype guard()
{
end_idle:
	do
	:: d_step { files -> guarded = !guarded }
	od
}
#endif

#ifdef WITH_SLEEPER
/* kmem_lifecycle_fall_asleep() and kmem_lifecycle_wake() */
active proctype sleeper()
{
end_idle:
	do
	:: d_step {
		asleep = true;
		cancel_locked(SUSPEND)
	};
		d_step { !transition -> sleeping = true };
#ifdef SLEEPS_FOR_EVER
		if
		:: true
		:: true ->
end_asleep:
			false
		fi;
#endif
		d_step {
			sleeping = false;
			asleep = false
		}
	od
}
#endif

/*
 * Every operation ends, if each task that can go on eventually does.
 */

/* A cancelled transition ends, whatever it was waiting for. */
ltl cancel_ends { [] ((files_in_use && cancelled) -> <> !files_in_use) }
ltl write_ends { [] (files_in_use -> <> !files_in_use) }
ltl sleep_ends { [] ((driver_bound && !files) -> <> !driver_bound) }
ltl unbind_ends { [] ((driver_bound && !files) -> <> !driver_bound) }
ltl unload_ends { [] (module_going -> <> (!module_going || lost)) }
