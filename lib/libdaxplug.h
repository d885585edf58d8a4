/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * DOC: libdaxplug
 *
 * Drives the memory of DAX devices as a whole, on every kernel: plug all
 * memory blocks of a device, unplug them all, see what they are.
 *
 * How a device is driven (its backend) is found out when it is read:
 *
 * - the kmem driver of daxplug, whose daxX.Y/state file does it all or nothing;
 * - the kmem driver of Linux 7.3 and later, which has such a file too. What it
 *   lacks is filled in: the state is derived from the blocks, and a plug that
 *   left blocks offline is reported and rolled back;
 * - any other kmem driver: block by block. That way cannot be atomic: others
 *   may switch blocks between two steps. What was there before is put back on
 *   a failure, and interference is reported rather than fought.
 *
 * Everything is read from sysfs below a root directory, which may be a recorded
 * tree. libdaxctl is used for one thing only: binding a device to kmem and
 * unbinding it, with all that loading the module takes.
 *
 * Conventions. Functions that can fail return 0 or a negative errno; then
 * daxplug_message() and daxplug_hint() of the handle say what happened, and
 * what to do, in one line each. Sizes and addresses are in bytes, times in
 * milliseconds. Strings that are returned belong to the library.
 *
 * Threads. There is no global state. A handle and all that belongs to it may
 * be used by one thread at a time; different handles by different threads at
 * the same time. A change runs in a child process, so that it can be cancelled
 * without touching the caller's signal handlers, and so that it is rolled back
 * even if the caller is killed. The caller gets a SIGCHLD for it, and may reap
 * it without harm.
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
struct daxplug_monitor;
struct daxplug_event;

/**
 * enum daxplug_state - what all memory blocks of a device amount to
 * @DAXPLUG_STATE_UNPLUGGED: no block is present
 * @DAXPLUG_STATE_OFFLINE: all are present, all offline
 * @DAXPLUG_STATE_ONLINE: all are online since a whole-device plug that left the
 *	choice of zones to the kernel, or since daxplug's driver bound the device with
 *	that as its default state
 * @DAXPLUG_STATE_ONLINE_KERNEL: all are online in kernel zones
 * @DAXPLUG_STATE_ONLINE_MOVABLE: all are online in ZONE_MOVABLE
 * @DAXPLUG_STATE_MIXED: anything else, a change under way included
 * @DAXPLUG_STATE_UNKNOWN: cannot be told; mostly, where the device's memory
 *	lies may be read by root only
 */
enum daxplug_state {
	DAXPLUG_STATE_UNPLUGGED,
	DAXPLUG_STATE_OFFLINE,
	DAXPLUG_STATE_ONLINE,
	DAXPLUG_STATE_ONLINE_KERNEL,
	DAXPLUG_STATE_ONLINE_MOVABLE,
	DAXPLUG_STATE_MIXED,
	DAXPLUG_STATE_UNKNOWN,
};

/**
 * enum daxplug_block_state - what one memory block is
 * @DAXPLUG_BLOCK_ABSENT: not added to the system
 * @DAXPLUG_BLOCK_OFFLINE: added, offline
 * @DAXPLUG_BLOCK_KERNEL: online in a kernel zone
 * @DAXPLUG_BLOCK_MOVABLE: online in ZONE_MOVABLE
 */
enum daxplug_block_state {
	DAXPLUG_BLOCK_ABSENT,
	DAXPLUG_BLOCK_OFFLINE,
	DAXPLUG_BLOCK_KERNEL,
	DAXPLUG_BLOCK_MOVABLE,
};

/**
 * enum daxplug_backend - how a device is driven
 * @DAXPLUG_BACKEND_NONE: it is not bound to kmem, so nobody can tell yet
 * @DAXPLUG_BACKEND_STATE: by the state file of daxplug's kmem driver
 * @DAXPLUG_BACKEND_STATE_UPSTREAM: by the state file of Linux 7.3 and later
 * @DAXPLUG_BACKEND_PER_BLOCK: block by block
 */
enum daxplug_backend {
	DAXPLUG_BACKEND_NONE,
	DAXPLUG_BACKEND_STATE,
	DAXPLUG_BACKEND_STATE_UPSTREAM,
	DAXPLUG_BACKEND_PER_BLOCK,
};

/**
 * enum daxplug_kind - what kind of memory a device is
 * @DAXPLUG_KIND_UNKNOWN: none of the others
 * @DAXPLUG_KIND_HMEM: soft-reserved by the firmware, as high-bandwidth memory is
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
 * enum daxplug_mode - what a device is bound to, in daxctl's terms
 * @DAXPLUG_MODE_DISABLED: to no driver
 * @DAXPLUG_MODE_DEVDAX: to device_dax, for programs to map
 * @DAXPLUG_MODE_SYSTEM_RAM: to kmem
 * @DAXPLUG_MODE_OTHER: to some other driver
 */
enum daxplug_mode {
	DAXPLUG_MODE_DISABLED,
	DAXPLUG_MODE_DEVDAX,
	DAXPLUG_MODE_SYSTEM_RAM,
	DAXPLUG_MODE_OTHER,
};

/**
 * enum daxplug_outcome - in what a change has ended
 * @DAXPLUG_OUTCOME_DONE: it was made
 * @DAXPLUG_OUTCOME_NOTHING: there was nothing to do
 * @DAXPLUG_OUTCOME_REFUSED: it was not begun
 * @DAXPLUG_OUTCOME_ROLLED_BACK: it failed; everything is as it was
 * @DAXPLUG_OUTCOME_INCOMPLETE: it failed, and not everything is as it was
 */
enum daxplug_outcome {
	DAXPLUG_OUTCOME_DONE,
	DAXPLUG_OUTCOME_NOTHING,
	DAXPLUG_OUTCOME_REFUSED,
	DAXPLUG_OUTCOME_ROLLED_BACK,
	DAXPLUG_OUTCOME_INCOMPLETE,
};

/**
 * enum daxplug_phase - what a change is doing
 * @DAXPLUG_PHASE_WAIT: it waits for another daxplug that works on the device
 * @DAXPLUG_PHASE_UNPLUG: blocks go offline
 * @DAXPLUG_PHASE_PLUG: blocks go online
 * @DAXPLUG_PHASE_BACK: it failed, and everything is put back
 */
enum daxplug_phase {
	DAXPLUG_PHASE_WAIT,
	DAXPLUG_PHASE_UNPLUG,
	DAXPLUG_PHASE_PLUG,
	DAXPLUG_PHASE_BACK,
};

/**
 * enum daxplug_event_type - what has happened to a device
 * @DAXPLUG_EVENT_ADDED: it has appeared
 * @DAXPLUG_EVENT_REMOVED: it has gone
 * @DAXPLUG_EVENT_CHANGED: its state, its mode or the counts of its blocks differ
 */
enum daxplug_event_type {
	DAXPLUG_EVENT_ADDED,
	DAXPLUG_EVENT_REMOVED,
	DAXPLUG_EVENT_CHANGED,
};

/* Flags of a change. */
#define DAXPLUG_DRY_RUN (1U << 0) /* check everything, change nothing */
#define DAXPLUG_FORCE (1U << 1) /* unplug even if there seems to be no room */

/* ---- Words for all these, as the command prints them. Never NULL. ---- */

const char *daxplug_state_name(enum daxplug_state state);
const char *daxplug_block_state_name(enum daxplug_block_state state);
const char *daxplug_backend_name(enum daxplug_backend backend);
const char *daxplug_kind_name(enum daxplug_kind kind);
const char *daxplug_mode_name(enum daxplug_mode mode);
const char *daxplug_outcome_name(enum daxplug_outcome outcome);
const char *daxplug_phase_name(enum daxplug_phase phase);
const char *daxplug_event_type_name(enum daxplug_event_type type);

/* ---- The handle ---- */

/**
 * daxplug_open() - begin
 * @root: the directory that holds sys/ and proc/; NULL for the live system
 * @daxplug: where the handle goes; the caller closes it
 *
 * Return: 0; -ENOMEM; or what opening @root failed with.
 */
int daxplug_open(const char *root, struct daxplug **daxplug);

/**
 * daxplug_close() - end; all devices of the handle go with it
 * @daxplug: the handle, or NULL
 */
void daxplug_close(struct daxplug *daxplug);

/**
 * daxplug_scan() - read all devices anew
 * @daxplug: the handle
 *
 * All devices got from the handle before become invalid. An attribute that is
 * missing or cannot be understood makes that one property unknown; a device
 * that vanishes meanwhile is left out. No DAX bus at all is no error.
 *
 * Return: 0; -ENOMEM; -EMFILE; -ENFILE; or what reading the directory of devices failed
 * with.
 */
int daxplug_scan(struct daxplug *daxplug);

/**
 * daxplug_read_tiers() - read in which memory tier each device is
 * @daxplug: the handle, scanned
 *
 * A bug of the kernel makes that dangerous while somebody takes the last memory
 * of a tier offline: both then hang, and all memory hotplug with them. It is not
 * done while a daxplug changes a device, and should not be done in a loop.
 *
 * Return: 0, also if the kernel has no tiers; -EBUSY if a daxplug is at work;
 * -EACCES for who is not root, and cannot tell whether one is; -EMFILE if not all
 * devices can be held at the same time; -ENOMEM.
 */
int daxplug_read_tiers(struct daxplug *daxplug);

/**
 * daxplug_first() - the first device, ordered by region and number
 * @daxplug: the handle, scanned
 *
 * Return: the device, which belongs to the handle, or NULL if there is none.
 */
struct daxplug_device *daxplug_first(struct daxplug *daxplug);

/**
 * daxplug_next() - the device after another
 * @device: the other
 *
 * Return: the device, or NULL behind the last.
 */
struct daxplug_device *daxplug_next(struct daxplug_device *device);

/**
 * daxplug_find() - the device of a name
 * @daxplug: the handle, scanned
 * @name: such as dax0.0
 *
 * Return: the device, or NULL if there is none.
 */
struct daxplug_device *daxplug_find(struct daxplug *daxplug, const char *name);

/* ---- What went wrong: about the last call that failed ---- */

/**
 * daxplug_message() - what happened, one line without a newline
 * @daxplug: the handle
 *
 * Return: the line, valid until the next call; empty if nothing has failed,
 * but for a change that had nothing to do or was a dry run: it says so then.
 */
const char *daxplug_message(const struct daxplug *daxplug);

/**
 * daxplug_hint() - what can be done about it, one line without a newline
 * @daxplug: the handle
 *
 * Return: the line, valid until the next call; empty if nothing comes to mind.
 */
const char *daxplug_hint(const struct daxplug *daxplug);

/**
 * daxplug_outcome() - in what the last change has ended
 * @daxplug: the handle
 *
 * Return: the outcome.
 */
enum daxplug_outcome daxplug_outcome(const struct daxplug *daxplug);

/**
 * daxplug_retry_helps() - does the same call have a chance when made again
 * @daxplug: the handle
 *
 * Return: true if what made it fail may pass by itself.
 */
bool daxplug_retry_helps(const struct daxplug *daxplug);

/**
 * daxplug_failed_block() - the memory block at which the last change failed
 * @daxplug: the handle
 *
 * Return: N of memoryN, or -1 if no single block is known to be the cause.
 */
int64_t daxplug_failed_block(const struct daxplug *daxplug);

/* ---- A device, as it was when last read ---- */

/**
 * daxplug_device_refresh() - read one device anew
 * @device: the device
 *
 * Return: 0; -ENODEV if it has gone, with nothing changed; -ENOMEM; -EMFILE; -ENFILE.
 */
int daxplug_device_refresh(struct daxplug_device *device);

/* Its name, such as dax0.0. */
const char *daxplug_device_name(const struct daxplug_device *device);
/* The number of its region: X of daxX.Y. */
unsigned int daxplug_device_region(const struct daxplug_device *device);
/* The name of what it is a part of, such as hmem.0 or region0; may be empty. */
const char *daxplug_device_region_name(const struct daxplug_device *device);
enum daxplug_kind daxplug_device_kind(const struct daxplug_device *device);
enum daxplug_mode daxplug_device_mode(const struct daxplug_device *device);
enum daxplug_backend daxplug_device_backend(const struct daxplug_device *device);
enum daxplug_state daxplug_device_state(const struct daxplug_device *device);
/* In bytes; 0 if unknown. */
uint64_t daxplug_device_size(const struct daxplug_device *device);
/* In bytes; 0 if unknown. */
uint64_t daxplug_device_align(const struct daxplug_device *device);
/* The NUMA node that its memory makes, or -1. */
int daxplug_device_target_node(const struct daxplug_device *device);
/* The NUMA node that it is attached to, or -1. */
int daxplug_device_numa_node(const struct daxplug_device *device);
/* The memory tier of its target node, or -1 if it is in none or they were not read. */
int daxplug_device_tier(const struct daxplug_device *device);
/* 1 or 0: are its page structs taken from its own memory; -1 if unknown. */
int daxplug_device_memmap_on_memory(const struct daxplug_device *device);

/**
 * daxplug_device_ranges() - how many ranges of physical addresses it has
 * @device: the device
 *
 * Return: the number, or 0 if unknown.
 */
unsigned int daxplug_device_ranges(const struct daxplug_device *device);
/* The first address of a range, which must exist. */
uint64_t daxplug_range_start(const struct daxplug_device *device, unsigned int range);
/* The last address of a range. */
uint64_t daxplug_range_end(const struct daxplug_device *device, unsigned int range);
/* Where the range lies in the device, in pages. */
uint64_t daxplug_range_page_offset(const struct daxplug_device *device, unsigned int range);

/* In bytes; 0 if unknown. */
uint64_t daxplug_device_block_size(const struct daxplug_device *device);
/* How many memory blocks its ranges hold; 0 if unknown. */
unsigned int daxplug_device_blocks(const struct daxplug_device *device);
/* How many of them are present. */
unsigned int daxplug_device_blocks_present(const struct daxplug_device *device);
/* How many of them are online. */
unsigned int daxplug_device_blocks_online(const struct daxplug_device *device);
/* How many of them are in ZONE_MOVABLE. */
unsigned int daxplug_device_blocks_movable(const struct daxplug_device *device);

/* N of memoryN, for a block from 0 to daxplug_device_blocks() - 1, by ascending address. */
uint64_t daxplug_block_number(const struct daxplug_device *device, unsigned int block);
enum daxplug_block_state daxplug_block_state(const struct daxplug_device *device,
					     unsigned int block);
/* The zone of a block that is online, such as Movable; else empty. */
const char *daxplug_block_zone(const struct daxplug_device *device, unsigned int block);

/**
 * daxplug_device_read_use() - estimate what the device's memory is used for
 * @device: the device
 *
 * Looks at a sample of the pages of each block that is online.
 *
 * Return: 0; -EACCES if only root may; -ENOENT if the kernel does not tell;
 * -ENOMEM; -EMFILE; -ENFILE.
 */
int daxplug_device_read_use(struct daxplug_device *device);

/* What of a block is in use, in percent; -1 if offline or not read. */
int daxplug_block_use(const struct daxplug_device *device, unsigned int block);

/**
 * daxplug_device_forecast() - would what must move on an unplug find room
 * @device: the device
 * @must_move: where the estimate of what must move goes, in bytes
 * @room: where the room for it goes, in bytes: what is free, or can be freed,
 *	in the rest of the machine, swap included
 *
 * Return: 0, or an error of daxplug_device_read_use(); -ENODATA if the kernel's
 * figures about its nodes cannot be understood.
 */
int daxplug_device_forecast(struct daxplug_device *device, uint64_t *must_move, uint64_t *room);

/* ---- Changes ---- */

/**
 * daxplug_set_timeout() - how long a change may take
 * @daxplug: the handle
 * @timeout: for each change, in milliseconds; negative (the default) for ever
 *
 * When the time is over the change is cancelled and rolled back, which takes
 * what it takes.
 */
void daxplug_set_timeout(struct daxplug *daxplug, int64_t timeout);

/**
 * daxplug_set_cancel_fd() - cancel a change from outside
 * @daxplug: the handle
 * @fd: as soon as it is readable the change is cancelled and rolled back; it
 *	is not read. -1, the default, for none. It stays the caller's.
 */
void daxplug_set_cancel_fd(struct daxplug *daxplug, int fd);

/**
 * typedef daxplug_progress - called a few times a second during a change
 * @device: the device, as it was before the change
 * @phase: what is being done
 * @done: how many blocks are where they are to go
 * @total: of how many
 * @data: the caller's
 */
typedef void daxplug_progress(struct daxplug_device *device, enum daxplug_phase phase,
			      unsigned int done, unsigned int total, void *data);

/**
 * daxplug_set_progress() - be told how far a change is
 * @daxplug: the handle
 * @progress: what to call, from within the change; NULL, the default, for none
 * @data: for it
 */
void daxplug_set_progress(struct daxplug *daxplug, daxplug_progress *progress, void *data);

/**
 * daxplug_device_plug() - put all memory of a device online
 * @device: the device; unplugged or offline, else it is refused
 * @state: one of DAXPLUG_STATE_ONLINE, _ONLINE_KERNEL and _ONLINE_MOVABLE
 * @flags: of DAXPLUG_DRY_RUN, DAXPLUG_FORCE
 *
 * A device without a driver is bound to kmem first. Another daxplug at work on
 * the device is waited for.
 *
 * Return: 0, and daxplug_outcome() tells whether there was anything to do;
 * -EINVAL if @state is none of those; -EBUSY if it must be unplugged first, is in
 * devdax mode, or what the kernel refused with; -EACCES; -ENODEV if it has gone;
 * -EOPNOTSUPP with another driver, or if no memory block of it can be seen;
 * -ETIMEDOUT, also by the driver's kmem/timeout_ms; -ECANCELED by the cancel fd, or by the driver
 * because the system sleeps or the device or the driver goes; -EINTR if interrupted otherwise;
 * -ENOMEM; -EMFILE; -ENFILE; what binding the device failed with, such as -ENOENT if there is no
 * driver kmem; -EAGAIN if somebody else switched blocks meanwhile, or there can be no process for
 * the change; -EIO if the blocks are not what the kernel said, or that process was killed; or the
 * errno of the first block that failed.
 */
int daxplug_device_plug(struct daxplug_device *device, enum daxplug_state state,
			unsigned int flags);

/**
 * daxplug_device_unplug() - take all memory of a device offline and remove it
 * @device: the device, in any state
 * @flags: of DAXPLUG_DRY_RUN, DAXPLUG_FORCE
 *
 * Where it is done block by block the device has no driver afterwards, because
 * unbinding is the only way to remove the blocks there.
 *
 * Return: as daxplug_device_plug(); -ENOSPC if the rest of the machine has no
 * room for what must move, which DAXPLUG_FORCE overrides.
 */
int daxplug_device_unplug(struct daxplug_device *device, unsigned int flags);

/**
 * daxplug_device_replug() - unplug and plug
 * @device: the device, in any state; one that is as wanted already is left alone
 * @state: as for daxplug_device_plug()
 * @flags: of DAXPLUG_DRY_RUN, DAXPLUG_FORCE
 *
 * If the second half fails the device is put back online the way it was. One that
 * was offline or mixed is not: the outcome is then DAXPLUG_OUTCOME_INCOMPLETE.
 *
 * Return: as daxplug_device_unplug().
 */
int daxplug_device_replug(struct daxplug_device *device, enum daxplug_state state,
			  unsigned int flags);

/* ---- Events ---- */

/**
 * daxplug_monitor_open() - begin to watch all devices
 * @root: as for daxplug_open(). A recorded tree is looked at a few times a second
 * @monitor: where the monitor goes; the caller closes it
 *
 * Return: 0; -ENOMEM; or what a system call failed with.
 */
int daxplug_monitor_open(const char *root, struct daxplug_monitor **monitor);

/* End; the monitor may be NULL. */
void daxplug_monitor_close(struct daxplug_monitor *monitor);

/* A descriptor that is readable when events may be there; the monitor's, not to be read. */
int daxplug_monitor_fd(const struct daxplug_monitor *monitor);

/**
 * daxplug_monitor_next() - the next event
 * @monitor: the monitor
 * @event: where it goes; it belongs to the monitor and is valid until the next
 *	call
 *
 * Return: 1 with an event; 0 if there is none now; -ENOMEM or what reading the
 * devices failed with.
 */
int daxplug_monitor_next(struct daxplug_monitor *monitor, const struct daxplug_event **event);

enum daxplug_event_type daxplug_event_type(const struct daxplug_event *event);
/* The name of the device. */
const char *daxplug_event_device(const struct daxplug_event *event);
/* The state before; of a device that was added, DAXPLUG_STATE_UNKNOWN. */
enum daxplug_state daxplug_event_state_before(const struct daxplug_event *event);
/* The state now; of a device that was removed, DAXPLUG_STATE_UNKNOWN. */
enum daxplug_state daxplug_event_state(const struct daxplug_event *event);
/* How many blocks are online now. */
unsigned int daxplug_event_blocks_online(const struct daxplug_event *event);
/* How many blocks the device has. */
unsigned int daxplug_event_blocks(const struct daxplug_event *event);

#ifdef __cplusplus
}
#endif

#endif /* LIBDAXPLUG_H */
