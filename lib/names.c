// SPDX-License-Identifier: LGPL-2.1-or-later
/* The words for the values of each enumeration. */
#include <stddef.h>
#include <string.h>

#include "core/state.h"
#include "parse.h"

#define COUNT(words) (sizeof(words) / sizeof((words)[0]))

static const char *word(const char *const *words, size_t count, size_t value)
{
	return value < count && words[value] ? words[value] : "unknown";
}

#define WORD(words, value) word(words, COUNT(words), (size_t)(value))

/* Convert between the states of kernel/core and those of the library. */
enum daxplug_state state_from_core(enum dax_state state)
{
	return (enum daxplug_state)(state + 1);
}

enum dax_state state_to_core(enum daxplug_state state)
{
	return (enum dax_state)(state - 1);
}

enum daxplug_state parse_state(const char *text)
{
	enum dax_state state;

	if (!dax_state_parse(text, strlen(text), &state))
		return DAXPLUG_STATE_UNKNOWN;
	return state_from_core(state);
}

const char *daxplug_state_name(enum daxplug_state state)
{
	if (state <= DAXPLUG_STATE_UNKNOWN || state > DAXPLUG_STATE_MIXED)
		return "unknown";
	return dax_state_name(state_to_core(state));
}

const char *daxplug_block_state_name(enum daxplug_block_state state)
{
	static const char *const words[] = {
		[DAXPLUG_BLOCK_ABSENT] = "absent",
		[DAXPLUG_BLOCK_OFFLINE] = "offline",
		[DAXPLUG_BLOCK_ONLINE] = "online",
		[DAXPLUG_BLOCK_KERNEL] = "online_kernel",
		[DAXPLUG_BLOCK_MOVABLE] = "online_movable",
	};

	return WORD(words, state);
}

const char *daxplug_backend_name(enum daxplug_backend backend)
{
	static const char *const words[] = {
		[DAXPLUG_BACKEND_NONE] = "none",
		[DAXPLUG_BACKEND_STATE] = "state",
		[DAXPLUG_BACKEND_STATE_UPSTREAM] = "state-upstream",
		[DAXPLUG_BACKEND_PER_BLOCK] = "per-block",
	};

	return WORD(words, backend);
}

const char *daxplug_kind_name(enum daxplug_kind kind)
{
	static const char *const words[] = {
		[DAXPLUG_KIND_HMEM] = "hmem",
		[DAXPLUG_KIND_CXL] = "cxl",
		[DAXPLUG_KIND_PMEM] = "pmem",
	};

	return WORD(words, kind);
}

const char *daxplug_mode_name(enum daxplug_mode mode)
{
	static const char *const words[] = {
		[DAXPLUG_MODE_DISABLED] = "disabled", [DAXPLUG_MODE_DEVDAX] = "devdax",
		[DAXPLUG_MODE_FAMFS] = "famfs",	      [DAXPLUG_MODE_SYSTEM_RAM] = "system-ram",
		[DAXPLUG_MODE_OTHER] = "other",
	};

	return WORD(words, mode);
}

const char *daxplug_action_name(enum daxplug_action action)
{
	static const char *const words[] = {
		[DAXPLUG_ACTION_PLUG] = "plug",
		[DAXPLUG_ACTION_UNPLUG] = "unplug",
		[DAXPLUG_ACTION_REPLUG] = "replug",
		[DAXPLUG_ACTION_RECLAIM] = "reclaim",
	};

	return WORD(words, action);
}

const char *daxplug_outcome_name(enum daxplug_outcome outcome)
{
	static const char *const words[] = {
		[DAXPLUG_OUTCOME_DONE] = "done",
		[DAXPLUG_OUTCOME_UNCHANGED] = "unchanged",
		[DAXPLUG_OUTCOME_DRY_RUN] = "dry-run",
		[DAXPLUG_OUTCOME_REFUSED] = "refused",
		[DAXPLUG_OUTCOME_ROLLED_BACK] = "rolled-back",
		[DAXPLUG_OUTCOME_INCOMPLETE] = "incomplete",
	};

	return WORD(words, outcome);
}

const char *daxplug_phase_name(enum daxplug_phase phase)
{
	static const char *const words[] = {
		[DAXPLUG_PHASE_WAIT] = "waiting",      [DAXPLUG_PHASE_DRAIN] = "draining",
		[DAXPLUG_PHASE_UNPLUG] = "unplugging", [DAXPLUG_PHASE_PLUG] = "plugging",
		[DAXPLUG_PHASE_BACK] = "rolling-back",
	};

	return WORD(words, phase);
}

/* The reasons up to "unload" are the words of the driver's kmem/last_failure. */
static const struct {
	const char *name;
	const char *text;
} reasons[] = {
	[DAXPLUG_REASON_UNKNOWN] = { "unknown", "" },
	[DAXPLUG_REASON_SLAB] = { "slab", "the kernel keeps slab objects in it" },
	[DAXPLUG_REASON_PAGE_TABLE] = { "page_table", "a page of it is a page table" },
	[DAXPLUG_REASON_RESERVED] = { "reserved", "a page of it is reserved" },
	[DAXPLUG_REASON_KERNEL] = { "kernel", "the kernel uses a page of it" },
	[DAXPLUG_REASON_PINNED] = { "pinned", "a page of it is pinned" },
	[DAXPLUG_REASON_HUGE_PAGE] = { "huge_page",
				       "a huge page of it has no free huge page to move to" },
	[DAXPLUG_REASON_NO_MEMORY] = { "no_memory", "there is not enough memory elsewhere" },
	[DAXPLUG_REASON_REFUSED] = { "refused", "a part of the kernel refused" },
	[DAXPLUG_REASON_POISONED] = { "poisoned", "a page of it has a hardware fault" },
	[DAXPLUG_REASON_IN_USE] = { "in_use", "another driver uses a part of its address range" },
	[DAXPLUG_REASON_OTHER] = { "other", "the kernel did not say why" },
	[DAXPLUG_REASON_SIGNAL] = { "signal", "interrupted" },
	[DAXPLUG_REASON_TIMEOUT] = { "timeout", "timed out" },
	[DAXPLUG_REASON_SUSPEND] = { "suspend", "the system went to sleep" },
	[DAXPLUG_REASON_UNBIND] = { "unbind", "the device was unbound" },
	[DAXPLUG_REASON_UNLOAD] = { "unload", "the driver was unloaded" },
	[DAXPLUG_REASON_INTERFERENCE] = { "interference", "another process switched a block" },
	[DAXPLUG_REASON_NO_ROOM] = { "no_room", "other nodes have no room for its memory" },
	[DAXPLUG_REASON_COMMIT_LIMIT] = { "commit_limit",
					  "more memory is committed than would be allowed" },
	[DAXPLUG_REASON_PERMISSION] = { "permission", "not permitted" },
	[DAXPLUG_REASON_MODE] = { "mode", "the device is bound to another driver" },
	[DAXPLUG_REASON_STATE] = { "state", "the device must be unplugged first" },
	[DAXPLUG_REASON_LOCKED] = { "locked", "another daxplug works on the device" },
	[DAXPLUG_REASON_NO_NODE] = { "no_node", "firmware gave the device no NUMA node" },
	[DAXPLUG_REASON_NO_DRIVER] = { "no_driver", "there is no kmem driver" },
	[DAXPLUG_REASON_NO_BLOCKS] = { "no_blocks", "no memory block lies in its ranges" },
	[DAXPLUG_REASON_NO_DEVICE] = { "no_device", "it has gone" },
	[DAXPLUG_REASON_UNREADABLE] = { "unreadable", "something could not be read" },
	[DAXPLUG_REASON_UNSUPPORTED] = { "unsupported", "not supported here" },
	[DAXPLUG_REASON_WORKER] = { "worker", "the worker process failed" },
	[DAXPLUG_REASON_INVALID] = { "invalid", "invalid request" },
};

const char *daxplug_reason_name(enum daxplug_reason reason)
{
	return (size_t)reason < COUNT(reasons) ? reasons[reason].name : "unknown";
}

const char *daxplug_reason_text(enum daxplug_reason reason)
{
	return (size_t)reason < COUNT(reasons) ? reasons[reason].text : "";
}

/* Parses a reason of the driver; returns OTHER for an unknown word, perhaps of a later driver. */
enum daxplug_reason parse_reason(const char *text)
{
	unsigned int reason;

	for (reason = DAXPLUG_REASON_SLAB; reason <= DAXPLUG_REASON_UNLOAD; reason++)
		if (!strcmp(text, reasons[reason].name))
			return (enum daxplug_reason)reason;
	return DAXPLUG_REASON_OTHER;
}

const char *daxplug_event_type_name(enum daxplug_event_type type)
{
	static const char *const words[] = {
		[DAXPLUG_EVENT_PRESENT] = "present", [DAXPLUG_EVENT_READY] = "ready",
		[DAXPLUG_EVENT_ADDED] = "added",     [DAXPLUG_EVENT_REMOVED] = "removed",
		[DAXPLUG_EVENT_CHANGED] = "changed",
	};

	return WORD(words, type);
}

const char *daxplug_verdict_name(enum daxplug_verdict verdict)
{
	static const char *const words[] = {
		[DAXPLUG_VERDICT_GO] = "go",
		[DAXPLUG_VERDICT_REFUSED] = "refused",
	};

	return WORD(words, verdict);
}

const char *daxplug_severity_name(enum daxplug_severity severity)
{
	static const char *const words[] = {
		[DAXPLUG_SEVERITY_INFO] = "info",
		[DAXPLUG_SEVERITY_WARNING] = "warning",
		[DAXPLUG_SEVERITY_UNSURE] = "unsure",
		[DAXPLUG_SEVERITY_ERROR] = "error",
	};

	return WORD(words, severity);
}

const char *daxplug_use_name(enum daxplug_use use)
{
	static const char *const words[] = {
		[DAXPLUG_USE_ANON] = "anon",	 [DAXPLUG_USE_SHARED] = "shared",
		[DAXPLUG_USE_HUGE] = "huge",	 [DAXPLUG_USE_CACHE] = "cache",
		[DAXPLUG_USE_KERNEL] = "kernel", [DAXPLUG_USE_FREE] = "free",
	};

	return WORD(words, use);
}
