/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * DOC: libdaxplug
 *
 * Plugs and unplugs the memory of DAX devices, a whole device at a time, on every
 * kernel.
 *
 * A backend drives each device. The library chooses it when it reads the device:
 *
 * - the kmem driver of daxplug, whose daxX.Y/state file plugs and unplugs all of
 *   the device or changes nothing;
 * - the kmem driver of Linux 7.3 and later, which has such a file too. The library
 *   derives the state from the memory blocks, because the file repeats the last
 *   word written to it, and it rolls back a plug that left blocks offline;
 * - any other kmem driver, block by block. This cannot be atomic: other processes
 *   may switch blocks between two steps. The library restores every block after a
 *   failure, and reports interference instead of fighting it.
 *
 * Conventions. A function that can fail returns 0 or a negative errno. Sizes and
 * addresses are in bytes, times in milliseconds. An index that is out of range
 * yields 0, -1, "" or the UNKNOWN value, by the type of the function. Strings
 * are never NULL and belong to the object they were read from. 0 is UNKNOWN in every
 * enumeration; later versions may add values. Unknown flags are refused with
 * -EINVAL. The library writes nothing to standard output or standard error.
 *
 * An error is never taken for a fact: a value that cannot be read is UNKNOWN, and a change
 * stops before its next irreversible step.
 *
 * Lifetimes. struct daxplug, daxplug_device, daxplug_change, daxplug_forecast and
 * daxplug_monitor are counted: _new functions return an object with one
 * reference, _ref() adds one, _unref() drops one and accepts NULL. A device, change,
 * forecast or monitor holds a reference to its handle. All other pointers are
 * borrowed; each function says for how long.
 *
 * Threads. There is no global state. A handle and the objects made from it may be
 * used by one thread at a time; different handles by different threads at the same
 * time. daxplug_change_cancel() alone may be called from any thread and from a
 * signal handler.
 *
 * Processes. A change runs in a child process, which the kernel names
 * "daxplug:daxX.Y", so that the change can be cancelled without touching the
 * caller's signal handlers, and so that it is rolled back even if the caller is
 * killed. The caller gets SIGCHLD when the child ends and may reap it without harm.
 *
 * Versions. Until 1.0 the SONAME is libdaxplug.so.0 and the interface may change
 * with any release.
 */
#ifndef LIBDAXPLUG_H
#define LIBDAXPLUG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct daxplug;
struct daxplug_device;
struct daxplug_orphan;
struct daxplug_change;
struct daxplug_forecast;
struct daxplug_monitor;
struct daxplug_event;

#if defined(__GNUC__) || defined(__clang__)
#define DAXPLUG_CHECK __attribute__((warn_unused_result))
#else
#define DAXPLUG_CHECK
#endif

/**
 * enum daxplug_state - the state of a device: all its memory blocks together
 * @DAXPLUG_STATE_UNKNOWN: unknown: a block, or the addresses of the blocks, could not be read
 * @DAXPLUG_STATE_UNPLUGGED: no block is present
 * @DAXPLUG_STATE_OFFLINE: all are present, all offline
 * @DAXPLUG_STATE_ONLINE: all are online since a whole-device plug that left the
 *	choice of zones to the kernel, or since daxplug's driver bound the device with
 *	that as its default state
 * @DAXPLUG_STATE_ONLINE_KERNEL: all are online in kernel zones
 * @DAXPLUG_STATE_ONLINE_MOVABLE: all are online in ZONE_MOVABLE
 * @DAXPLUG_STATE_MIXED: anything else, including a change under way
 */
enum daxplug_state {
	DAXPLUG_STATE_UNKNOWN,
	DAXPLUG_STATE_UNPLUGGED,
	DAXPLUG_STATE_OFFLINE,
	DAXPLUG_STATE_ONLINE,
	DAXPLUG_STATE_ONLINE_KERNEL,
	DAXPLUG_STATE_ONLINE_MOVABLE,
	DAXPLUG_STATE_MIXED,
};

/**
 * enum daxplug_block_state - the state of one memory block
 * @DAXPLUG_BLOCK_UNKNOWN: unknown
 * @DAXPLUG_BLOCK_ABSENT: not added to the system
 * @DAXPLUG_BLOCK_OFFLINE: added, offline
 * @DAXPLUG_BLOCK_ONLINE: online in an unknown zone, or going offline
 * @DAXPLUG_BLOCK_KERNEL: online in a kernel zone
 * @DAXPLUG_BLOCK_MOVABLE: online in ZONE_MOVABLE
 */
enum daxplug_block_state {
	DAXPLUG_BLOCK_UNKNOWN,
	DAXPLUG_BLOCK_ABSENT,
	DAXPLUG_BLOCK_OFFLINE,
	DAXPLUG_BLOCK_ONLINE,
	DAXPLUG_BLOCK_KERNEL,
	DAXPLUG_BLOCK_MOVABLE,
};

/**
 * enum daxplug_backend - the interface that drives a device
 * @DAXPLUG_BACKEND_UNKNOWN: unknown
 * @DAXPLUG_BACKEND_NONE: the device is not bound to kmem
 * @DAXPLUG_BACKEND_STATE: the state file of daxplug's kmem driver
 * @DAXPLUG_BACKEND_STATE_UPSTREAM: the state file of Linux 7.3 and later
 * @DAXPLUG_BACKEND_PER_BLOCK: the state file of each memory block
 */
enum daxplug_backend {
	DAXPLUG_BACKEND_UNKNOWN,
	DAXPLUG_BACKEND_NONE,
	DAXPLUG_BACKEND_STATE,
	DAXPLUG_BACKEND_STATE_UPSTREAM,
	DAXPLUG_BACKEND_PER_BLOCK,
};

/**
 * enum daxplug_kind - the kind of memory behind a device
 * @DAXPLUG_KIND_UNKNOWN: none of the others
 * @DAXPLUG_KIND_HMEM: soft-reserved by the firmware, such as high-bandwidth memory
 * @DAXPLUG_KIND_CXL: a region of CXL memory
 * @DAXPLUG_KIND_PMEM: a namespace of persistent memory
 */
enum daxplug_kind {
	DAXPLUG_KIND_UNKNOWN,
	DAXPLUG_KIND_HMEM,
	DAXPLUG_KIND_CXL,
	DAXPLUG_KIND_PMEM,
};

/**
 * enum daxplug_mode - the driver that a device is bound to, in daxctl's terms
 * @DAXPLUG_MODE_UNKNOWN: unknown
 * @DAXPLUG_MODE_DISABLED: no driver
 * @DAXPLUG_MODE_DEVDAX: device_dax: programs map the device
 * @DAXPLUG_MODE_FAMFS: fsdev_dax: a file system such as famfs uses the device
 * @DAXPLUG_MODE_SYSTEM_RAM: kmem
 * @DAXPLUG_MODE_OTHER: another driver; daxplug_device_driver() names it
 */
enum daxplug_mode {
	DAXPLUG_MODE_UNKNOWN,
	DAXPLUG_MODE_DISABLED,
	DAXPLUG_MODE_DEVDAX,
	DAXPLUG_MODE_FAMFS,
	DAXPLUG_MODE_SYSTEM_RAM,
	DAXPLUG_MODE_OTHER,
};

/**
 * enum daxplug_action - the kind of a change
 * @DAXPLUG_ACTION_UNKNOWN: never used
 * @DAXPLUG_ACTION_PLUG: put all memory of the device online
 * @DAXPLUG_ACTION_UNPLUG: take all memory of the device offline and remove it
 * @DAXPLUG_ACTION_REPLUG: unplug, then plug
 * @DAXPLUG_ACTION_RECLAIM: take an orphaned range offline and remove it
 */
enum daxplug_action {
	DAXPLUG_ACTION_UNKNOWN,
	DAXPLUG_ACTION_PLUG,
	DAXPLUG_ACTION_UNPLUG,
	DAXPLUG_ACTION_REPLUG,
	DAXPLUG_ACTION_RECLAIM,
};

/**
 * enum daxplug_outcome - the result of a change
 * @DAXPLUG_OUTCOME_UNKNOWN: it has not ended
 * @DAXPLUG_OUTCOME_DONE: the change was made
 * @DAXPLUG_OUTCOME_UNCHANGED: there was nothing to do
 * @DAXPLUG_OUTCOME_DRY_RUN: no check has failed; nothing was changed
 * @DAXPLUG_OUTCOME_REFUSED: the change was not begun
 * @DAXPLUG_OUTCOME_ROLLED_BACK: the change failed; everything is as it was before
 * @DAXPLUG_OUTCOME_INCOMPLETE: the change failed, and the rollback is not known to be complete
 */
enum daxplug_outcome {
	DAXPLUG_OUTCOME_UNKNOWN,
	DAXPLUG_OUTCOME_DONE,
	DAXPLUG_OUTCOME_UNCHANGED,
	DAXPLUG_OUTCOME_DRY_RUN,
	DAXPLUG_OUTCOME_REFUSED,
	DAXPLUG_OUTCOME_ROLLED_BACK,
	DAXPLUG_OUTCOME_INCOMPLETE,
};

/**
 * enum daxplug_phase - the current step of a change
 * @DAXPLUG_PHASE_UNKNOWN: it has not begun, or has ended
 * @DAXPLUG_PHASE_WAIT: waits for another daxplug that works on the device
 * @DAXPLUG_PHASE_DRAIN: moves the pages of the device to other nodes
 * @DAXPLUG_PHASE_UNPLUG: takes blocks offline and removes them
 * @DAXPLUG_PHASE_PLUG: puts blocks online
 * @DAXPLUG_PHASE_BACK: rolls back
 */
enum daxplug_phase {
	DAXPLUG_PHASE_UNKNOWN,
	DAXPLUG_PHASE_WAIT,
	DAXPLUG_PHASE_DRAIN,
	DAXPLUG_PHASE_UNPLUG,
	DAXPLUG_PHASE_PLUG,
	DAXPLUG_PHASE_BACK,
};

/**
 * enum daxplug_reason - why something failed, or would fail
 * @DAXPLUG_REASON_UNKNOWN: nothing failed, or no reason is known
 * @DAXPLUG_REASON_SLAB: the kernel's slab allocator uses a page of the block
 * @DAXPLUG_REASON_PAGE_TABLE: a page of the block is a page table
 * @DAXPLUG_REASON_RESERVED: a page of the block is reserved
 * @DAXPLUG_REASON_KERNEL: the kernel uses a page of the block for something else
 * @DAXPLUG_REASON_PINNED: a page of the block is pinned, as for I/O or a guest
 * @DAXPLUG_REASON_HUGE_PAGE: a huge page of the block has no free huge page to move to
 * @DAXPLUG_REASON_NO_MEMORY: there is no memory to move pages to, or for the change
 * @DAXPLUG_REASON_REFUSED: a memory notifier of the kernel refused
 * @DAXPLUG_REASON_POISONED: a page of the block has a hardware fault
 * @DAXPLUG_REASON_IN_USE: another driver uses a part of the address range
 * @DAXPLUG_REASON_OTHER: the kernel did not say why
 * @DAXPLUG_REASON_SIGNAL: cancelled by the caller or by a signal
 * @DAXPLUG_REASON_TIMEOUT: the timeout expired
 * @DAXPLUG_REASON_SUSPEND: the system went to sleep
 * @DAXPLUG_REASON_UNBIND: the device was unbound meanwhile
 * @DAXPLUG_REASON_UNLOAD: the driver was unloaded meanwhile
 * @DAXPLUG_REASON_INTERFERENCE: another process switched a block meanwhile
 * @DAXPLUG_REASON_NO_ROOM: other nodes have too little free memory for the pages that must move
 * @DAXPLUG_REASON_COMMIT_LIMIT: with vm.overcommit_memory=2, more memory is
 *	committed than would be allowed without the device
 * @DAXPLUG_REASON_PERMISSION: the caller may not change it
 * @DAXPLUG_REASON_MODE: the device is bound to a driver other than kmem
 * @DAXPLUG_REASON_STATE: the device must be unplugged first
 * @DAXPLUG_REASON_LOCKED: another daxplug works on the device
 * @DAXPLUG_REASON_NO_NODE: firmware gave the device no NUMA node
 * @DAXPLUG_REASON_NO_DRIVER: there is no kmem driver
 * @DAXPLUG_REASON_NO_BLOCKS: no memory block lies in the device's ranges
 * @DAXPLUG_REASON_NO_DEVICE: the device or the orphaned range has gone
 * @DAXPLUG_REASON_UNREADABLE: something could not be read
 * @DAXPLUG_REASON_UNSUPPORTED: not supported here, as in a recorded tree
 * @DAXPLUG_REASON_WORKER: the process that makes the change could not be started,
 *	or was killed
 * @DAXPLUG_REASON_INVALID: invalid request, such as a state that no
 *	device can be plugged to
 *
 * The reasons up to @DAXPLUG_REASON_UNLOAD are those of daxplug's driver; their
 * names are the words of kmem/last_failure.
 */
enum daxplug_reason {
	DAXPLUG_REASON_UNKNOWN,
	DAXPLUG_REASON_SLAB,
	DAXPLUG_REASON_PAGE_TABLE,
	DAXPLUG_REASON_RESERVED,
	DAXPLUG_REASON_KERNEL,
	DAXPLUG_REASON_PINNED,
	DAXPLUG_REASON_HUGE_PAGE,
	DAXPLUG_REASON_NO_MEMORY,
	DAXPLUG_REASON_REFUSED,
	DAXPLUG_REASON_POISONED,
	DAXPLUG_REASON_IN_USE,
	DAXPLUG_REASON_OTHER,
	DAXPLUG_REASON_SIGNAL,
	DAXPLUG_REASON_TIMEOUT,
	DAXPLUG_REASON_SUSPEND,
	DAXPLUG_REASON_UNBIND,
	DAXPLUG_REASON_UNLOAD,
	DAXPLUG_REASON_INTERFERENCE,
	DAXPLUG_REASON_NO_ROOM,
	DAXPLUG_REASON_COMMIT_LIMIT,
	DAXPLUG_REASON_PERMISSION,
	DAXPLUG_REASON_MODE,
	DAXPLUG_REASON_STATE,
	DAXPLUG_REASON_LOCKED,
	DAXPLUG_REASON_NO_NODE,
	DAXPLUG_REASON_NO_DRIVER,
	DAXPLUG_REASON_NO_BLOCKS,
	DAXPLUG_REASON_NO_DEVICE,
	DAXPLUG_REASON_UNREADABLE,
	DAXPLUG_REASON_UNSUPPORTED,
	DAXPLUG_REASON_WORKER,
	DAXPLUG_REASON_INVALID,
};

/**
 * enum daxplug_event_type - the kind of an event
 * @DAXPLUG_EVENT_UNKNOWN: never delivered
 * @DAXPLUG_EVENT_PRESENT: the device was there when the monitor began
 * @DAXPLUG_EVENT_READY: all devices that existed when the monitor began have been reported; names
 *	no device
 * @DAXPLUG_EVENT_ADDED: the device has appeared
 * @DAXPLUG_EVENT_REMOVED: the device has gone
 * @DAXPLUG_EVENT_CHANGED: its state, its mode or the counts of its blocks differ
 */
enum daxplug_event_type {
	DAXPLUG_EVENT_UNKNOWN,
	DAXPLUG_EVENT_PRESENT,
	DAXPLUG_EVENT_READY,
	DAXPLUG_EVENT_ADDED,
	DAXPLUG_EVENT_REMOVED,
	DAXPLUG_EVENT_CHANGED,
};

/**
 * enum daxplug_verdict - what a forecast expects of the change
 * @DAXPLUG_VERDICT_UNKNOWN: not known
 * @DAXPLUG_VERDICT_GO: the change would be made
 * @DAXPLUG_VERDICT_REFUSED: the change would be refused, or fail
 */
enum daxplug_verdict {
	DAXPLUG_VERDICT_UNKNOWN,
	DAXPLUG_VERDICT_GO,
	DAXPLUG_VERDICT_REFUSED,
};

/**
 * enum daxplug_severity - the severity of a finding
 * @DAXPLUG_SEVERITY_UNKNOWN: no finding
 * @DAXPLUG_SEVERITY_INFO: worth knowing
 * @DAXPLUG_SEVERITY_WARNING: something will not come back by itself, will work against the
 *	change, or may cause problems later
 * @DAXPLUG_SEVERITY_UNSURE: something could not be read, or cannot be foreseen:
 *	the change may fail
 * @DAXPLUG_SEVERITY_ERROR: the change would be refused, or fail
 */
enum daxplug_severity {
	DAXPLUG_SEVERITY_UNKNOWN,
	DAXPLUG_SEVERITY_INFO,
	DAXPLUG_SEVERITY_WARNING,
	DAXPLUG_SEVERITY_UNSURE,
	DAXPLUG_SEVERITY_ERROR,
};

/**
 * enum daxplug_use - the use of memory
 * @DAXPLUG_USE_UNKNOWN: no kind
 * @DAXPLUG_USE_ANON: anonymous memory of processes; must move
 * @DAXPLUG_USE_SHARED: shared memory and tmpfs; must move
 * @DAXPLUG_USE_HUGE: huge pages of a pool that are in use; must move
 * @DAXPLUG_USE_CACHE: page cache; moves, or is dropped if other nodes lack free memory
 * @DAXPLUG_USE_KERNEL: the kernel's own; cannot move
 * @DAXPLUG_USE_FREE: free
 */
enum daxplug_use {
	DAXPLUG_USE_UNKNOWN,
	DAXPLUG_USE_ANON,
	DAXPLUG_USE_SHARED,
	DAXPLUG_USE_HUGE,
	DAXPLUG_USE_CACHE,
	DAXPLUG_USE_KERNEL,
	DAXPLUG_USE_FREE,
};

/* Flags of a change. Each is refused with an action to which it does not apply. */

/* Make all checks, change nothing. */
#define DAXPLUG_CHANGE_DRY_RUN (1U << 0)
/* Unplug, replug: proceed even if the forecast says that the change would be refused. */
#define DAXPLUG_CHANGE_FORCE (1U << 1)
/* Unplug: unbind the device afterwards, whatever the backend. */
#define DAXPLUG_CHANGE_RELEASE (1U << 2)
/* Fail at once with -EAGAIN if another daxplug works on the device. */
#define DAXPLUG_CHANGE_NO_WAIT (1U << 3)
/*
 * Unplug, replug: first move the pages of the device to other nodes, with one thread for each
 * online CPU, at most 64, while the kernel's memory hotplug locks are free. The change is refused
 * if the nodes lack free memory above their high watermarks for the pages that must move, unless
 * DAXPLUG_CHANGE_FORCE is set. Pages that user space cannot move are left to the unplug. If the
 * change fails, pages that were moved do not move back.
 */
#define DAXPLUG_CHANGE_DRAIN (1U << 4)
/*
 * Unplug, replug: until the change has ended, switch off demotion and NUMA balancing, and give
 * the device's node the lowest weight for weighted interleaving. A separate process restores all
 * three, even if the caller or the worker is killed.
 */
#define DAXPLUG_CHANGE_NO_REFILL (1U << 5)

/*
 * With DAXPLUG_CHANGE_DRAIN: swap out anonymous and shared memory for which other nodes lack free
 * memory. Without this flag a drain swaps nothing out.
 */
#define DAXPLUG_CHANGE_SWAP (1U << 6)

/* The parts of the kernel that may refill a device while a change drains it. */

/* Demotion: reclaim moves cold pages to slower nodes. */
#define DAXPLUG_REFILL_DEMOTION (1U << 0)
/* NUMA balancing moves pages between nodes. */
#define DAXPLUG_REFILL_BALANCING (1U << 1)
/* The node's weight for weighted interleaving is above 1, the lowest. */
#define DAXPLUG_REFILL_INTERLEAVE (1U << 2)

/* ---- Names: one word each, for programs. "unknown" for a value that has none. ---- */

const char *daxplug_state_name(enum daxplug_state state);
const char *daxplug_block_state_name(enum daxplug_block_state state);
const char *daxplug_backend_name(enum daxplug_backend backend);
const char *daxplug_kind_name(enum daxplug_kind kind);
const char *daxplug_mode_name(enum daxplug_mode mode);
const char *daxplug_action_name(enum daxplug_action action);
const char *daxplug_outcome_name(enum daxplug_outcome outcome);
const char *daxplug_phase_name(enum daxplug_phase phase);
const char *daxplug_reason_name(enum daxplug_reason reason);
const char *daxplug_event_type_name(enum daxplug_event_type type);
const char *daxplug_verdict_name(enum daxplug_verdict verdict);
const char *daxplug_severity_name(enum daxplug_severity severity);
const char *daxplug_use_name(enum daxplug_use use);

/**
 * daxplug_reason_text() - a reason in words, as in "a page of the block is pinned"
 * @reason: the reason
 *
 * Return: a clause without a full stop; empty for DAXPLUG_REASON_UNKNOWN.
 */
const char *daxplug_reason_text(enum daxplug_reason reason);

/* The version of the library, such as "0.1.0". */
const char *daxplug_version(void);

/* ---- The handle ---- */

/**
 * daxplug_new() - open a system
 * @root: the directory that holds sys/ and proc/, such as a recorded tree; NULL for the live
 *	system. With a @root, nothing outside of that directory is opened, and nothing can be
 *	changed
 * @daxplug: set to the handle, with one reference
 *
 * Return: 0; -ENOMEM; or the error of opening @root.
 */
DAXPLUG_CHECK int daxplug_new(const char *root, struct daxplug **daxplug);
struct daxplug *daxplug_ref(struct daxplug *daxplug);
void daxplug_unref(struct daxplug *daxplug);

/**
 * daxplug_scan() - read all devices and orphaned ranges again
 * @daxplug: the handle
 *
 * Pointers from daxplug_first() and the like are valid until the next daxplug_scan(),
 * except to devices that the caller holds a reference to: these stay as they were
 * last read, are no longer part of the handle's list, and may be refreshed and
 * changed. An attribute that cannot be read makes that one property unknown. A
 * device that vanishes meanwhile is left out. A kernel without a DAX bus has no
 * devices.
 *
 * Return: 0; -ENOMEM; -EMFILE; -ENFILE; or the error of reading the directory of
 * devices. After an error the handle has no devices.
 */
DAXPLUG_CHECK int daxplug_scan(struct daxplug *daxplug);

/**
 * daxplug_read_tiers() - read the memory tier of each device
 * @daxplug: the handle, scanned
 *
 * On kernels up to at least 6.12, reading a tier while the last memory of that tier
 * goes offline deadlocks: the reader and all memory hotplug hang. The library
 * therefore refuses to read tiers while a daxplug changes a device; other tools can
 * still trigger the deadlock, so do not call this in a loop.
 *
 * Return: 0, also if the kernel has no tiers; -EBUSY if a daxplug changes a device;
 * -EACCES for a caller other than root; -EMFILE if there are more devices than
 * descriptors; -ENOMEM.
 */
DAXPLUG_CHECK int daxplug_read_tiers(struct daxplug *daxplug);

/**
 * daxplug_first() - get the first device, ordered by region and number
 * @daxplug: the handle, scanned
 *
 * Return: the device, borrowed until the next daxplug_scan(); NULL if there is none.
 */
struct daxplug_device *daxplug_first(struct daxplug *daxplug);

/* The device after another; NULL after the last, and after one not in the list. */
struct daxplug_device *daxplug_next(struct daxplug_device *device);

/* The device with a name such as dax0.0, borrowed; NULL if there is none. */
struct daxplug_device *daxplug_find(struct daxplug *daxplug, const char *name);

/*
 * The last failure of a call on this handle or its devices, forecasts and monitors, and the
 * remedy; a change has its own. One line each, without a newline, valid until the next such call;
 * "" if no call has failed, or no remedy is known.
 */
const char *daxplug_message(const struct daxplug *daxplug);
const char *daxplug_hint(const struct daxplug *daxplug);

/* ---- Devices: as they were when last read ---- */

struct daxplug_device *daxplug_device_ref(struct daxplug_device *device);
void daxplug_device_unref(struct daxplug_device *device);

/**
 * daxplug_device_refresh() - read one device again
 * @device: the device
 *
 * Strings from its getters are invalid after this call.
 *
 * Return: 0; -ENODEV if the device has gone, with nothing changed, even if another device has its
 * name now; -ENOMEM, -EMFILE or -ENFILE, with the state, the driver and the blocks of the device
 * unknown.
 */
DAXPLUG_CHECK int daxplug_device_refresh(struct daxplug_device *device);

/* Its name, such as dax0.0. */
const char *daxplug_device_name(const struct daxplug_device *device);
/* The number of its region: X of daxX.Y. */
unsigned int daxplug_device_region(const struct daxplug_device *device);
/* The name of its parent, such as hmem.0, region0 or dax0.0 of ndctl; "" if unknown. */
const char *daxplug_device_region_name(const struct daxplug_device *device);
/* The name of its driver; "" for none or unknown; see daxplug_device_mode(). */
const char *daxplug_device_driver(const struct daxplug_device *device);
enum daxplug_kind daxplug_device_kind(const struct daxplug_device *device);
enum daxplug_mode daxplug_device_mode(const struct daxplug_device *device);
enum daxplug_backend daxplug_device_backend(const struct daxplug_device *device);
enum daxplug_state daxplug_device_state(const struct daxplug_device *device);
/* In bytes; 0 if unknown. */
uint64_t daxplug_device_size(const struct daxplug_device *device);
/* In bytes; 0 if unknown. */
uint64_t daxplug_device_align(const struct daxplug_device *device);
/* Bytes at the ends of its ranges that fill no memory block; 0 if unknown. */
uint64_t daxplug_device_unusable(const struct daxplug_device *device);
/* The NUMA node that its memory becomes a part of; -1 if firmware gave it none; -2 if unknown. */
int daxplug_device_target_node(const struct daxplug_device *device);
/* The nearest NUMA node with CPUs, by firmware; -1 if unknown. */
int daxplug_device_numa_node(const struct daxplug_device *device);
/* The memory tier of its target node; -1 if there is none, or tiers were not read. */
int daxplug_device_tier(const struct daxplug_device *device);
/* 1 if the device asks for its page structs in its own memory, otherwise 0; -1 if unknown. */
int daxplug_device_memmap_wanted(const struct daxplug_device *device);
/* 0 if that, or that the kernel has no such setting, is a fact; otherwise the negative errno. */
int daxplug_device_memmap_error(const struct daxplug_device *device);
/* 1 if the kernel puts page structs there on this system, otherwise 0; -1 if unknown. */
int daxplug_device_memmap_on_memory(const struct daxplug_device *device);

/*
 * Identity. The namespace of persistent memory, and the UUID that "ndctl list" prints for it
 * (from the superblock on the medium, not the raw_uuid of the label); "" if none or unknown.
 */
const char *daxplug_device_namespace(const struct daxplug_device *device);
const char *daxplug_device_uuid(const struct daxplug_device *device);
/* 0 if that UUID, or that there is none, is a fact; otherwise the negative errno of reading it. */
int daxplug_device_uuid_error(const struct daxplug_device *device);
/* Serial numbers of the CXL expanders behind it; 0 for a serial out of range. */
unsigned int daxplug_device_serials(const struct daxplug_device *device);
uint64_t daxplug_device_serial(const struct daxplug_device *device, unsigned int serial);
/* 0 if these are all of them; otherwise the negative errno of reading one that may be missing. */
int daxplug_device_serials_error(const struct daxplug_device *device);

/* The kernel's rating of its target node; -1 if the kernel has none. */
/* NUMA distance from the nearest node with CPUs. */
int daxplug_device_distance(const struct daxplug_device *device);
/* In MiB/s. */
int64_t daxplug_device_read_bandwidth(const struct daxplug_device *device);
int64_t daxplug_device_write_bandwidth(const struct daxplug_device *device);
/* In nanoseconds. */
int64_t daxplug_device_read_latency(const struct daxplug_device *device);
int64_t daxplug_device_write_latency(const struct daxplug_device *device);

/*
 * The PID of the process in which a daxplug is changing the device; 0 if there is none, or it is
 * unknown. Reads the current value.
 */
int daxplug_device_worker(const struct daxplug_device *device);

/* Its ranges of physical addresses, by ascending address; 0 if unknown. */
unsigned int daxplug_device_ranges(const struct daxplug_device *device);
/* The first address. */
uint64_t daxplug_device_range_start(const struct daxplug_device *device, unsigned int range);
/* The last address. */
uint64_t daxplug_device_range_end(const struct daxplug_device *device, unsigned int range);
/* The offset of the range in the device, in pages. */
uint64_t daxplug_device_range_page_offset(const struct daxplug_device *device, unsigned int range);

/* In bytes; 0 if unknown. */
uint64_t daxplug_device_block_size(const struct daxplug_device *device);
/* Number of memory blocks in its ranges; 0 if unknown. */
unsigned int daxplug_device_blocks(const struct daxplug_device *device);
/* Number of blocks that are known to be present. */
unsigned int daxplug_device_blocks_present(const struct daxplug_device *device);
/* Number of blocks that are online. */
unsigned int daxplug_device_blocks_online(const struct daxplug_device *device);
/* Number of blocks in ZONE_MOVABLE. */
unsigned int daxplug_device_blocks_movable(const struct daxplug_device *device);
/* Number of blocks with an unknown state or zone. */
unsigned int daxplug_device_blocks_unknown(const struct daxplug_device *device);

/* The N of memoryN, for a block from 0 to daxplug_device_blocks() - 1, by ascending address. */
uint64_t daxplug_device_block_number(const struct daxplug_device *device, unsigned int block);
enum daxplug_block_state daxplug_device_block_state(const struct daxplug_device *device,
						    unsigned int block);
/* The zone of a block that is online, such as Movable; "" if offline or unknown. */
const char *daxplug_device_block_zone(const struct daxplug_device *device, unsigned int block);

/**
 * daxplug_device_read_use() - estimate the use of the device's memory
 * @device: the device
 *
 * Reads a sample of the pages of each online block.
 *
 * Return: 0; -EACCES for a caller other than root; -ENOENT if the kernel has no
 * /proc/kpageflags; -ENOMEM; -EMFILE; -ENFILE.
 */
DAXPLUG_CHECK int daxplug_device_read_use(struct daxplug_device *device);

/* The used part of a block, in percent; -1 if offline or not read. */
int daxplug_device_block_use(const struct daxplug_device *device, unsigned int block);

/*
 * The files of daxplug's driver, read with the device. -1 or "" with another driver, or if
 * a file cannot be read.
 */
/* 1 or 0: kmem/guard. */
int daxplug_device_guard(const struct daxplug_device *device);
/* 0 if that, or that the driver has no guard, is a fact; otherwise the negative errno. */
int daxplug_device_guard_error(const struct daxplug_device *device);
/* kmem/timeout_ms; 0 is no timeout. */
int64_t daxplug_device_timeout(const struct daxplug_device *device);
/* 0 if that, or that the driver has no timeout, is a fact; otherwise the negative errno. */
int daxplug_device_timeout_error(const struct daxplug_device *device);
/* The duration of the last transition. */
int64_t daxplug_device_last_duration(const struct daxplug_device *device);
/* The text of kmem/last_failure: "wanted=unplugged error=-EBUSY reason=...". */
const char *daxplug_device_last_failure(const struct daxplug_device *device);
/* Transitions since the device was bound. */
int64_t daxplug_device_transitions_done(const struct daxplug_device *device);
int64_t daxplug_device_transitions_failed(const struct daxplug_device *device);
int64_t daxplug_device_transitions_cancelled(const struct daxplug_device *device);
/* Switches of a block by other processes that the driver refused. */
int64_t daxplug_device_refusals(const struct daxplug_device *device);
/* Pages with a hardware fault. */
int64_t daxplug_device_pages_poisoned(const struct daxplug_device *device);

/* ---- Settings of a device ---- */

/**
 * daxplug_device_set_guard() - choose whether other processes may switch its blocks
 * @device: the device
 * @on: whether the driver refuses such switches; kmem/guard
 *
 * Lasts until the device is unbound. daxplug_device_guard() returns the new value at once.
 *
 * Return: 0; -ENODEV if the device has gone; -EOPNOTSUPP if its driver has no guard, or in a
 * recorded tree; -EACCES or -EPERM for a caller other than root; -EROFS if sysfs is mounted
 * read-only; or the errno of the driver.
 */
DAXPLUG_CHECK int daxplug_device_set_guard(struct daxplug_device *device, bool on);

/**
 * daxplug_device_set_timeout() - limit the time of each transition that the driver makes
 * @device: the device
 * @timeout: in milliseconds, up to UINT32_MAX; 0 for no limit; kmem/timeout_ms
 *
 * Lasts until the device is unbound. The rollback itself is not limited.
 *
 * Return: 0; -EINVAL for a number out of range; otherwise as daxplug_device_set_guard().
 */
DAXPLUG_CHECK int daxplug_device_set_timeout(struct daxplug_device *device, int64_t timeout);

/**
 * daxplug_device_set_memmap_wanted() - choose the memory for its page structs
 * @device: the device
 * @on: whether to use the device's own memory, if the kernel allows that; memmap_on_memory
 *
 * Return: 0; -EBUSY while the device is bound to kmem; -EOPNOTSUPP on a kernel before 6.8,
 * or in a recorded tree; otherwise as daxplug_device_set_guard().
 */
DAXPLUG_CHECK int daxplug_device_set_memmap_wanted(struct daxplug_device *device, bool on);

/* ---- Orphaned ranges: memory in the system that no device owns ---- */

/*
 * daxplug's driver lists them in stranded/; other drivers do not. Borrowed until the
 * next daxplug_scan(). NULL if there is none.
 */
struct daxplug_orphan *daxplug_orphan_first(struct daxplug *daxplug);
struct daxplug_orphan *daxplug_orphan_next(struct daxplug_orphan *orphan);
/* By its name. */
struct daxplug_orphan *daxplug_orphan_find(struct daxplug *daxplug, const char *name);

/* Its first and last address as in /proc/iomem: 180000000-1bfffffff. */
const char *daxplug_orphan_name(const struct daxplug_orphan *orphan);
uint64_t daxplug_orphan_start(const struct daxplug_orphan *orphan);
uint64_t daxplug_orphan_end(const struct daxplug_orphan *orphan);
/* -1 if unknown. */
int daxplug_orphan_node(const struct daxplug_orphan *orphan);
int64_t daxplug_orphan_blocks(const struct daxplug_orphan *orphan);
int64_t daxplug_orphan_blocks_online(const struct daxplug_orphan *orphan);
/* 1: the device behind it went away, and no device will adopt it; 0; -1 if unknown. */
int daxplug_orphan_quarantined(const struct daxplug_orphan *orphan);

/* ---- Changes ---- */

/**
 * daxplug_change_new() - prepare a change of a device
 * @device: the device; the change holds a reference to it
 * @action: DAXPLUG_ACTION_PLUG, _UNPLUG or _REPLUG
 * @change: set to the change, with one reference
 *
 * A change can be started only once. A plug or replug is to ZONE_MOVABLE unless
 * daxplug_change_set_state() says otherwise.
 *
 * Plugging binds a device without a driver to kmem first. Unplugging block by block
 * leaves the device without a driver, because only unbinding removes blocks there. If
 * the second half of a replug fails, the device is plugged again as it was; a device
 * that was offline or mixed cannot be restored, and the outcome is then
 * DAXPLUG_OUTCOME_INCOMPLETE.
 *
 * Return: 0; -EINVAL for another action; -ENOMEM; -EMFILE or -ENFILE without a descriptor.
 */
DAXPLUG_CHECK int daxplug_change_new(struct daxplug_device *device, enum daxplug_action action,
				     struct daxplug_change **change);

/**
 * daxplug_change_new_reclaim() - prepare to reclaim an orphaned range
 * @daxplug: its handle
 * @orphan: the range, of which the change keeps a copy
 * @change: set to the change, with one reference
 *
 * Return: 0; -ENOMEM; -EMFILE or -ENFILE without a descriptor.
 */
DAXPLUG_CHECK int daxplug_change_new_reclaim(struct daxplug *daxplug,
					     const struct daxplug_orphan *orphan,
					     struct daxplug_change **change);
struct daxplug_change *daxplug_change_ref(struct daxplug_change *change);

/*
 * Dropping the last reference to a change that has been started and has not ended
 * cancels it and waits until it has been rolled back.
 */
void daxplug_change_unref(struct daxplug_change *change);

/* Call setters before the start; they return -EBUSY afterwards. */

/**
 * daxplug_change_set_state() - choose the state to plug to
 * @change: the change
 * @state: DAXPLUG_STATE_ONLINE, _ONLINE_KERNEL or _ONLINE_MOVABLE
 *
 * Return: 0; -EINVAL for another state, or a change that plugs nothing; -EBUSY.
 */
DAXPLUG_CHECK int daxplug_change_set_state(struct daxplug_change *change, enum daxplug_state state);

/**
 * daxplug_change_set_flags() - choose how the change is made
 * @change: the change
 * @flags: any of DAXPLUG_CHANGE_*; replaces the former ones
 *
 * Return: 0; -EINVAL for an unknown flag, or one that does not apply to the action, or
 * DAXPLUG_CHANGE_SWAP without _DRAIN; -EBUSY.
 */
DAXPLUG_CHECK int daxplug_change_set_flags(struct daxplug_change *change, unsigned int flags);

/**
 * daxplug_change_set_timeout() - limit the time that the change may take
 * @change: the change
 * @timeout: in milliseconds from the start, including the wait for another daxplug; negative, the
 *	default, for no limit
 *
 * When the timeout expires the change is cancelled and rolled back, even if the caller does not
 * call daxplug_change_process(). The rollback itself is not limited.
 *
 * Return: 0; -EBUSY.
 */
DAXPLUG_CHECK int daxplug_change_set_timeout(struct daxplug_change *change, int64_t timeout);

/**
 * daxplug_change_avoid_node() - keep the drain of the change from moving pages to a node
 * @change: the change
 * @node: the number of the node, such as that of a device that is to be unplugged next
 *
 * May be called for several nodes. If no other node with memory is left, the drain moves pages to
 * these nodes nevertheless. The unplug that follows the drain moves the remaining pages to nodes
 * that the kernel chooses.
 *
 * Return: 0; -EINVAL for a number that no node has; -EBUSY.
 */
DAXPLUG_CHECK int daxplug_change_avoid_node(struct daxplug_change *change, int node);

/**
 * daxplug_change_start() - start a change
 * @change: the change
 *
 * Reads the device again, makes all checks, and starts the process that makes the change. A
 * change that is refused, has nothing to do or is a dry run has already ended when this returns,
 * unless another daxplug is changing the device: then the process waits, and checks again.
 *
 * Return: 0 if the change runs, has nothing to do or is a dry run; -EBUSY if it was started
 * before; or the same error as daxplug_change_error().
 */
DAXPLUG_CHECK int daxplug_change_start(struct daxplug_change *change);

/**
 * daxplug_change_fd() - the descriptor for poll loops
 * @change: the change, started
 *
 * Readable when daxplug_change_process() has something to do. The descriptor belongs to the
 * change; only poll it.
 *
 * Return: the descriptor; -1 before the start and after the end.
 */
int daxplug_change_fd(const struct daxplug_change *change);

/**
 * daxplug_change_process() - handle the messages of a change; never blocks
 * @change: the change
 *
 * Return: 1 if the change runs; 0 if it has ended, or was never started.
 */
int daxplug_change_process(struct daxplug_change *change);

/**
 * daxplug_change_wait() - wait until a change has ended
 * @change: the change, started
 *
 * Return: daxplug_change_error(); -EINVAL if the change was never started.
 */
DAXPLUG_CHECK int daxplug_change_wait(struct daxplug_change *change);

/**
 * daxplug_change_cancel() - cancel a change and have it rolled back
 * @change: the change
 *
 * Does not wait. May be called from any thread and from a signal handler while the caller holds a
 * reference. If called before the start, the change is cancelled as soon as it is started. Has no
 * effect after the end and during a rollback.
 */
void daxplug_change_cancel(struct daxplug_change *change);

/* The phase of a running change. */
enum daxplug_phase daxplug_change_phase(const struct daxplug_change *change);

/**
 * daxplug_change_progress() - get the progress of a change
 * @change: the change, running
 * @done: set to the number of blocks that have reached the state of the phase; an estimate from a
 *	sample for a large device without daxplug's driver
 * @total: set to the number of blocks
 *
 * Return: 0; -ENODATA if the progress is unknown, or in DAXPLUG_PHASE_DRAIN, in which no block
 * changes.
 */
DAXPLUG_CHECK int daxplug_change_progress(const struct daxplug_change *change, unsigned int *done,
					  unsigned int *total);

/**
 * daxplug_change_drain_progress() - get the progress of a drain
 * @change: the change, running, in DAXPLUG_PHASE_DRAIN
 * @moved: set to the number of bytes moved so far
 * @total: set to the number of bytes to move, including page cache
 *
 * Return: 0; -ENODATA in another phase.
 */
DAXPLUG_CHECK int daxplug_change_drain_progress(const struct daxplug_change *change,
						uint64_t *moved, uint64_t *total);

/*
 * The PID of the process that the change waits for in DAXPLUG_PHASE_WAIT; 0 if unknown. It changes
 * the device; or, with DAXPLUG_CHANGE_NO_REFILL, maybe another device, with the same settings off.
 */
int daxplug_change_waits_for(const struct daxplug_change *change);

/* The arguments that the change was created with. The device is borrowed; NULL for a reclaim. */
struct daxplug_device *daxplug_change_device(const struct daxplug_change *change);
/* The name of the device or of the orphaned range. */
const char *daxplug_change_name(const struct daxplug_change *change);
enum daxplug_action daxplug_change_action(const struct daxplug_change *change);

/* ---- The result of a change, once it has ended ---- */

enum daxplug_outcome daxplug_change_outcome(const struct daxplug_change *change);

/**
 * daxplug_change_error() - the errno of a change
 * @change: the change, ended
 *
 * Return: 0 if done, unchanged or a dry run; otherwise
 * -EACCES	not permitted (DAXPLUG_REASON_PERMISSION);
 * -EAGAIN	interference, another daxplug with DAXPLUG_CHANGE_NO_WAIT, or no process
 *		can be started;
 * -EBUSY	the device must be unplugged first, or is bound to another driver; or
 *		the kernel's refusal;
 * -ECANCELED	daxplug_change_cancel(); or the driver cancelled the change because the
 *		system sleeps, or the device or the driver goes;
 * -EINTR	the process that made the change was interrupted otherwise;
 * -EINVAL	DAXPLUG_REASON_NO_NODE, or the kernel's refusal;
 * -EIO		the blocks are not as the kernel reported, or the process that made
 *		the change was killed;
 * -ENODATA	something could not be read (DAXPLUG_REASON_UNREADABLE);
 * -ENODEV	the device has gone, or is no longer bound to kmem;
 * -ENOENT	there is no kmem driver (DAXPLUG_REASON_NO_DRIVER);
 * -ENOSPC	DAXPLUG_REASON_NO_ROOM or _COMMIT_LIMIT;
 * -EOPNOTSUPP	another driver, no memory block, or a recorded tree;
 * -ETIMEDOUT	the timeout of the change, or kmem/timeout_ms, expired;
 * -EMFILE, -ENFILE, -ENOMEM
 *		too little to make the change;
 * or the errno of the first block that failed, or of binding the device.
 */
int daxplug_change_error(const struct daxplug_change *change);

/* Why the change failed. */
enum daxplug_reason daxplug_change_reason(const struct daxplug_change *change);
/* The reason that probably kept a block online when the change was cancelled. */
enum daxplug_reason daxplug_change_held(const struct daxplug_change *change);
/* The N of memoryN at which the change failed; -1 if no single block is known. */
int64_t daxplug_change_block(const struct daxplug_change *change);
/* The first address of that block; 0 if unknown. */
uint64_t daxplug_change_address(const struct daxplug_change *change);
/* The pfn of the page that kept the block online; -1 if unknown. */
int64_t daxplug_change_pfn(const struct daxplug_change *change);
/* The process that maps this page: its PID, or 0 if none was found; and its name. */
int daxplug_change_holder(const struct daxplug_change *change);
const char *daxplug_change_holder_name(const struct daxplug_change *change);
/* True if the cause may be temporary, so that the same change may succeed later. */
bool daxplug_change_retry(const struct daxplug_change *change);
/* One line without a newline; "" if there is nothing to say. */
const char *daxplug_change_message(const struct daxplug_change *change);
const char *daxplug_change_hint(const struct daxplug_change *change);
/* The state of the device before the change. */
enum daxplug_state daxplug_change_state_before(const struct daxplug_change *change);
/* The time from the start to the end. */
int64_t daxplug_change_duration(const struct daxplug_change *change);
/* Huge pages that a failed unplug removed from their pools and could not restore. */
uint64_t daxplug_change_huge_pages_lost(const struct daxplug_change *change);

/* True if the change has drained the device, if only in part. */
bool daxplug_change_drained(const struct daxplug_change *change);
/* The duration of the drain; -1 if there was none. */
int64_t daxplug_change_drain_duration(const struct daxplug_change *change);
/* Bytes that were moved. */
uint64_t daxplug_change_moved(const struct daxplug_change *change, enum daxplug_use use);
/* Bytes that DAXPLUG_CHANGE_SWAP has swapped out. */
uint64_t daxplug_change_swapped(const struct daxplug_change *change);
/* Approximate bytes of page cache that were dropped, on kernels that can reclaim a node. */
uint64_t daxplug_change_dropped(const struct daxplug_change *change);
/* Bytes on the device that were left to the unplug; -1 if unknown. */
int64_t daxplug_change_left(const struct daxplug_change *change, enum daxplug_use use);

/*
 * Any of DAXPLUG_REFILL_*: the settings that were on before the change and let the kernel refill
 * the device; 0 without DAXPLUG_CHANGE_DRAIN or _NO_REFILL.
 */
unsigned int daxplug_change_refills(const struct daxplug_change *change);
/* Any of DAXPLUG_REFILL_*: the settings that cannot be read, and may be on. */
unsigned int daxplug_change_refills_unknown(const struct daxplug_change *change);
/* True if DAXPLUG_CHANGE_NO_REFILL has switched these off until the end of the change. */
bool daxplug_change_refills_off(const struct daxplug_change *change);

/* Processes: first those whose pages cannot be moved, then by the memory that was moved. */
unsigned int daxplug_change_evacuees(const struct daxplug_change *change);
int daxplug_change_evacuee_pid(const struct daxplug_change *change, unsigned int evacuee);
const char *daxplug_change_evacuee_name(const struct daxplug_change *change, unsigned int evacuee);
/* Bytes that were moved; of a process with an error, bytes on the node of the device. */
uint64_t daxplug_change_evacuee_bytes(const struct daxplug_change *change, unsigned int evacuee);
/* 0; -EACCES: its cpuset has none of the other nodes; -EPERM: the kernel did not allow it. */
int daxplug_change_evacuee_error(const struct daxplug_change *change, unsigned int evacuee);

/* ---- Forecasts ---- */

/**
 * daxplug_forecast_new() - forecast a change of one or more devices together
 * @devices: the devices, all of one handle; at least one
 * @count: their number
 * @action: DAXPLUG_ACTION_PLUG, _UNPLUG or _REPLUG
 * @state: the state to plug to; ignored for an unplug
 * @forecast: set to the forecast, with one reference
 *
 * Changes nothing. Memory of nodes that consist of these devices does not count as free. A figure
 * that cannot be read is -1, and a finding says so. The search for the programs that use the
 * memory takes at most half a second.
 *
 * Return: 0; -EINVAL for another action, no device, or devices of different handles;
 * -ENOMEM.
 */
DAXPLUG_CHECK int daxplug_forecast_new(struct daxplug_device *const *devices, unsigned int count,
				       enum daxplug_action action, enum daxplug_state state,
				       struct daxplug_forecast **forecast);

/**
 * daxplug_forecast_changes() - forecast changes of devices that have been set up
 * @changes: the changes, which need not be started; at least one. All have the same action,
 *	state and flags, and devices of one handle
 * @count: their number
 * @forecast: set to the forecast, with one reference
 *
 * As daxplug_forecast_new(). With DAXPLUG_CHANGE_DRAIN only this memory counts as free: free
 * memory above the high watermarks of the nodes that a drain would fill, free huge pages for huge
 * pages in use, and swap only with DAXPLUG_CHANGE_SWAP; findings name the memory that a drain
 * could not move.
 *
 * Return: 0; -EINVAL for a reclaim, no change, or changes that differ; -ENOMEM.
 */
DAXPLUG_CHECK int daxplug_forecast_changes(struct daxplug_change *const *changes,
					   unsigned int count, struct daxplug_forecast **forecast);
struct daxplug_forecast *daxplug_forecast_ref(struct daxplug_forecast *forecast);
void daxplug_forecast_unref(struct daxplug_forecast *forecast);

enum daxplug_verdict daxplug_forecast_verdict(const struct daxplug_forecast *forecast);
/* The reason of the first finding that is an error. */
enum daxplug_reason daxplug_forecast_reason(const struct daxplug_forecast *forecast);

/* The action of the forecast. */
enum daxplug_action daxplug_forecast_action(const struct daxplug_forecast *forecast);

/* Findings, the most severe first. Strings are borrowed from the forecast. */
unsigned int daxplug_forecast_findings(const struct daxplug_forecast *forecast);
/* A stable word for programs, such as "no-room". */
const char *daxplug_forecast_finding_id(const struct daxplug_forecast *forecast,
					unsigned int finding);
enum daxplug_severity daxplug_forecast_finding_severity(const struct daxplug_forecast *forecast,
							unsigned int finding);
/* The reason for which a change would fail; DAXPLUG_REASON_UNKNOWN if it would not fail. */
enum daxplug_reason daxplug_forecast_finding_reason(const struct daxplug_forecast *forecast,
						    unsigned int finding);
/* The device that the finding concerns; "" for all of them. */
const char *daxplug_forecast_finding_device(const struct daxplug_forecast *forecast,
					    unsigned int finding);
/* One sentence without a full stop. */
const char *daxplug_forecast_finding_text(const struct daxplug_forecast *forecast,
					  unsigned int finding);
/* The remedy, a command line if there is one; "" if unknown. */
const char *daxplug_forecast_finding_remedy(const struct daxplug_forecast *forecast,
					    unsigned int finding);

/* The use of the devices' memory, in bytes; -1 if unknown. */
int64_t daxplug_forecast_use(const struct daxplug_forecast *forecast, enum daxplug_use use);
/* The memory that must move, without page cache, in bytes; -1 if unknown. */
int64_t daxplug_forecast_must_move(const struct daxplug_forecast *forecast);
/* The free memory for it on other nodes, including swap, in bytes; -1 if unknown. */
int64_t daxplug_forecast_room(const struct daxplug_forecast *forecast);
/* 1: the figures of use are exact; 0: they are estimated from a sample. */
int daxplug_forecast_is_exact(const struct daxplug_forecast *forecast);

/* Blocks that cannot, or perhaps cannot, go offline. */
unsigned int daxplug_forecast_unmovable(const struct daxplug_forecast *forecast);
const char *daxplug_forecast_unmovable_device(const struct daxplug_forecast *forecast,
					      unsigned int unmovable);
/* N of memoryN. */
uint64_t daxplug_forecast_unmovable_block(const struct daxplug_forecast *forecast,
					  unsigned int unmovable);
/* DAXPLUG_REASON_OTHER: the block is in a kernel zone, and no unmovable page was found in it. */
enum daxplug_reason daxplug_forecast_unmovable_reason(const struct daxplug_forecast *forecast,
						      unsigned int unmovable);

/* Pools of huge pages that would lose free pages. */
unsigned int daxplug_forecast_pools(const struct daxplug_forecast *forecast);
int daxplug_forecast_pool_node(const struct daxplug_forecast *forecast, unsigned int pool);
/* In bytes. */
uint64_t daxplug_forecast_pool_page_size(const struct daxplug_forecast *forecast,
					 unsigned int pool);
/* The number of free pages that would be lost. */
uint64_t daxplug_forecast_pool_lost(const struct daxplug_forecast *forecast, unsigned int pool);

/* Control groups, then processes, that have most memory on the devices' nodes. */
unsigned int daxplug_forecast_users(const struct daxplug_forecast *forecast);
/* The path of a control group, or the name of a process. */
const char *daxplug_forecast_user_name(const struct daxplug_forecast *forecast, unsigned int user);
/* The PID of a process; 0 for a control group. */
int daxplug_forecast_user_pid(const struct daxplug_forecast *forecast, unsigned int user);
/* In bytes. */
uint64_t daxplug_forecast_user_bytes(const struct daxplug_forecast *forecast, unsigned int user);
/* False if the search ran out of time. */
bool daxplug_forecast_users_complete(const struct daxplug_forecast *forecast);

/* Bytes of page structs that a plug needs; 0 for an unplug, -1 if unknown. */
int64_t daxplug_forecast_page_structs(const struct daxplug_forecast *forecast);
/* 1: the page structs go to the devices' own memory; 0: to other nodes; -1: unknown, or both. */
int daxplug_forecast_page_structs_on_device(const struct daxplug_forecast *forecast);

/* The expected duration, estimated from the last transitions of these devices; -1 if unknown. */
int64_t daxplug_forecast_duration(const struct daxplug_forecast *forecast);

/* ---- Events ---- */

/**
 * daxplug_monitor_new() - begin to watch all devices
 * @daxplug: the handle; its own list of devices does not change
 * @monitor: set to the monitor, with one reference
 *
 * If uevents cannot be received (a recorded tree, a sandbox without netlink), the monitor scans
 * the devices at intervals instead.
 *
 * Return: 0; -ENOMEM; or the error of a system call.
 */
DAXPLUG_CHECK int daxplug_monitor_new(struct daxplug *daxplug, struct daxplug_monitor **monitor);
struct daxplug_monitor *daxplug_monitor_ref(struct daxplug_monitor *monitor);
void daxplug_monitor_unref(struct daxplug_monitor *monitor);

/* A descriptor that is readable when there may be events; only poll it. */
int daxplug_monitor_fd(const struct daxplug_monitor *monitor);

/* True if the monitor scans at intervals because uevents cannot be received. */
bool daxplug_monitor_polls(const struct daxplug_monitor *monitor);

/**
 * daxplug_monitor_next() - get the next event
 * @monitor: the monitor
 * @event: set to the event, borrowed until the next call
 *
 * The first events are a DAXPLUG_EVENT_PRESENT for each device and one DAXPLUG_EVENT_READY. Call
 * this until it returns 0: the descriptor may not become readable again for the remaining events.
 *
 * Return: 1 with an event; 0 if there is none now; -ENOMEM or the error of reading the devices,
 * after which the monitor can still be used. daxplug_message() of the handle has the details.
 */
DAXPLUG_CHECK int daxplug_monitor_next(struct daxplug_monitor *monitor,
				       const struct daxplug_event **event);

enum daxplug_event_type daxplug_event_get_type(const struct daxplug_event *event);
/* 1 for the first event of a monitor, incremented for each further one. */
uint64_t daxplug_event_sequence(const struct daxplug_event *event);
/* The name of the device; "" for DAXPLUG_EVENT_READY. */
const char *daxplug_event_device(const struct daxplug_event *event);
enum daxplug_kind daxplug_event_kind(const struct daxplug_event *event);
/* UNKNOWN before a device has appeared, and after it has gone. */
enum daxplug_state daxplug_event_state_before(const struct daxplug_event *event);
enum daxplug_state daxplug_event_state(const struct daxplug_event *event);
enum daxplug_mode daxplug_event_mode_before(const struct daxplug_event *event);
enum daxplug_mode daxplug_event_mode(const struct daxplug_event *event);
/* The number of blocks that were, and are, online. */
unsigned int daxplug_event_blocks_online_before(const struct daxplug_event *event);
unsigned int daxplug_event_blocks_online(const struct daxplug_event *event);
/* The number of blocks of the device. */
unsigned int daxplug_event_blocks(const struct daxplug_event *event);

#ifdef __cplusplus
}
#endif

#endif /* LIBDAXPLUG_H */
