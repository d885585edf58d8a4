// SPDX-License-Identifier: LGPL-2.1-or-later
/* The words for the values of the public interface. */
#include <assert.h>
#include <stddef.h>

#include "core/state.h"
#include "libdaxplug.h"

#define SAME(a, b) static_assert((int)(a) == (int)(b), "the library's values are the driver's")
SAME(DAXPLUG_STATE_UNPLUGGED, DAX_STATE_UNPLUGGED);
SAME(DAXPLUG_STATE_OFFLINE, DAX_STATE_OFFLINE);
SAME(DAXPLUG_STATE_ONLINE, DAX_STATE_ONLINE);
SAME(DAXPLUG_STATE_ONLINE_KERNEL, DAX_STATE_ONLINE_KERNEL);
SAME(DAXPLUG_STATE_ONLINE_MOVABLE, DAX_STATE_ONLINE_MOVABLE);
SAME(DAXPLUG_STATE_MIXED, DAX_STATE_MIXED);
SAME(DAXPLUG_STATE_UNKNOWN, DAX_STATE_COUNT);
SAME(DAXPLUG_BLOCK_ABSENT, DAX_BLOCK_ABSENT);
SAME(DAXPLUG_BLOCK_OFFLINE, DAX_BLOCK_OFFLINE);
SAME(DAXPLUG_BLOCK_KERNEL, DAX_BLOCK_KERNEL);
SAME(DAXPLUG_BLOCK_MOVABLE, DAX_BLOCK_MOVABLE);

static const char *word(const char *const *words, size_t count, unsigned int value)
{
	return value < count && words[value] ? words[value] : "unknown";
}

#define WORD(words, value) word(words, sizeof(words) / sizeof((words)[0]), value)

const char *daxplug_state_name(enum daxplug_state state)
{
	if ((unsigned int)state >= DAX_STATE_COUNT)
		return "unknown";
	return dax_state_name((enum dax_state)state);
}

const char *daxplug_block_state_name(enum daxplug_block_state state)
{
	static const char *const words[] = {
		[DAXPLUG_BLOCK_ABSENT] = "absent",
		[DAXPLUG_BLOCK_OFFLINE] = "offline",
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
		[DAXPLUG_MODE_DISABLED] = "disabled",
		[DAXPLUG_MODE_DEVDAX] = "devdax",
		[DAXPLUG_MODE_SYSTEM_RAM] = "system-ram",
	};

	return WORD(words, mode);
}

const char *daxplug_outcome_name(enum daxplug_outcome outcome)
{
	static const char *const words[] = {
		[DAXPLUG_OUTCOME_DONE] = "done",
		[DAXPLUG_OUTCOME_NOTHING] = "nothing to do",
		[DAXPLUG_OUTCOME_REFUSED] = "refused",
		[DAXPLUG_OUTCOME_ROLLED_BACK] = "rolled back",
		[DAXPLUG_OUTCOME_INCOMPLETE] = "rollback incomplete",
	};

	return WORD(words, outcome);
}

const char *daxplug_phase_name(enum daxplug_phase phase)
{
	static const char *const words[] = {
		[DAXPLUG_PHASE_WAIT] = "waiting for another daxplug",
		[DAXPLUG_PHASE_UNPLUG] = "unplugging",
		[DAXPLUG_PHASE_PLUG] = "plugging",
		[DAXPLUG_PHASE_BACK] = "rolling back",
	};

	return WORD(words, phase);
}

const char *daxplug_event_type_name(enum daxplug_event_type type)
{
	static const char *const words[] = {
		[DAXPLUG_EVENT_ADDED] = "added",
		[DAXPLUG_EVENT_REMOVED] = "removed",
		[DAXPLUG_EVENT_CHANGED] = "changed",
	};

	return WORD(words, type);
}
