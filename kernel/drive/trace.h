/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dax_kmem

#if !defined(DAXPLUG_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DAXPLUG_TRACE_H

#include <linux/tracepoint.h>

#include "core/spans.h"
#include "core/state.h"
#include "job.h"

/* Trace events keep the kernel's usual layout. */
/* clang-format off */

/* A transition begins. */
TRACE_EVENT(transition_begin,
	TP_PROTO(const char *name, enum dax_state before, enum dax_state wanted,
		 unsigned int blocks),
	TP_ARGS(name, before, wanted, blocks),
	TP_STRUCT__entry(
		__string(device, name)
		__string(before, dax_state_name(before))
		__string(wanted, dax_state_name(wanted))
		__field(unsigned int, blocks)
	),
	TP_fast_assign(
		kmem_assign_str(device, name);
		kmem_assign_str(before, dax_state_name(before));
		kmem_assign_str(wanted, dax_state_name(wanted));
		__entry->blocks = blocks;
	),
	TP_printk("device=%s before=%s wanted=%s blocks=%u", __get_str(device), __get_str(before),
		  __get_str(wanted), __entry->blocks)
);

/* A transition ended; own_us is the time spent outside the core and the gaps. */
TRACE_EVENT(transition_end,
	TP_PROTO(const char *name, enum dax_state wanted, int err, s64 us,
		 const struct kmem_times *times),
	TP_ARGS(name, wanted, err, us, times),
	TP_STRUCT__entry(
		__string(device, name)
		__string(wanted, dax_state_name(wanted))
		__field(int, err)
		__field(s64, us)
		__field(s64, longest_us)
		__field(s64, gaps_us)
		__field(s64, own_us)
	),
	TP_fast_assign(
		kmem_assign_str(device, name);
		kmem_assign_str(wanted, dax_state_name(wanted));
		__entry->err = err;
		__entry->us = us;
		__entry->longest_us = times->longest_us;
		__entry->gaps_us = times->gaps_us;
		__entry->own_us = us - times->core_us - times->gaps_us;
	),
	TP_printk("device=%s wanted=%s error=%d us=%lld longest_us=%lld gaps_us=%lld own_us=%lld",
		  __get_str(device), __get_str(wanted), __entry->err, __entry->us,
		  __entry->longest_us, __entry->gaps_us, __entry->own_us)
);

/*
 * A block was switched, or could not be. back: by a best-effort job: a rollback, a bind, an
 * unbind or a sweep.
 */
TRACE_EVENT(block_switch,
	TP_PROTO(const char *name, u64 block, const char *word, int err, s64 us, bool back),
	TP_ARGS(name, block, word, err, us, back),
	TP_STRUCT__entry(
		__string(device, name)
		__string(word, word)
		__field(u64, block)
		__field(int, err)
		__field(s64, us)
		__field(bool, back)
	),
	TP_fast_assign(
		kmem_assign_str(device, name);
		kmem_assign_str(word, word);
		__entry->block = block;
		__entry->err = err;
		__entry->us = us;
		__entry->back = back;
	),
	TP_printk("device=%s block=memory%llu to=%s error=%d us=%lld back=%d", __get_str(device),
		  __entry->block, __get_str(word), __entry->err, __entry->us, __entry->back)
);

/* A range of blocks was added or removed, or could not be; back: as above. */
TRACE_EVENT(range_change,
	TP_PROTO(const char *name, const struct dax_span *span, const char *word, int err, s64 us,
		 bool back),
	TP_ARGS(name, span, word, err, us, back),
	TP_STRUCT__entry(
		__string(device, name)
		__string(word, word)
		__field(u64, start)
		__field(u64, end)
		__field(int, err)
		__field(s64, us)
		__field(bool, back)
	),
	TP_fast_assign(
		kmem_assign_str(device, name);
		kmem_assign_str(word, word);
		__entry->start = span->start;
		__entry->end = span->end;
		__entry->err = err;
		__entry->us = us;
		__entry->back = back;
	),
	TP_printk("device=%s range=%#llx-%#llx %s error=%d us=%lld back=%d", __get_str(device),
		  __entry->start, __entry->end, __get_str(word), __entry->err, __entry->us,
		  __entry->back)
);

/* clang-format on */

#endif /* DAXPLUG_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH drive
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
