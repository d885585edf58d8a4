#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: parts.sh [ROUNDS]
#
# Shows where the time of a plug and of an unplug with daxplug's driver goes. The
# tracepoint transition_end has the time that the driver's worker spent outside the
# core and the gaps. The kernel's function_graph tracer times the driver's notifiers,
# which the core calls, and the slow functions of the core; it slows them down.
. "${BENCH-$LAB/bench}/lib.sh"

TRACING=/sys/kernel/tracing

# Lines of "FUNCTION: PART". None of these functions calls another of them.
PLUG_PARTS='vmemmap_populate: page structs allocated and cleared
memmap_init_range: page structs written
__free_pages_core: pages given to the allocator'
UNPLUG_PARTS='start_isolate_page_range: free pages isolated
lru_cache_disable: the other processors waited for
set_zone_contiguous: zone looked through for holes'
NOTIFIERS=(memory_event last_memory_event)

# Selects all functions once, because each change of the filter patches the kernel's code.
set_tracer() {
	local function
	[[ -e $TRACING/set_ftrace_filter ]] || die "this kernel does not trace functions (CONFIG_DYNAMIC_FTRACE)"
	echo 0 > "$TRACING/tracing_on"
	: > "$TRACING/set_ftrace_filter"
	while read -r function; do
		echo "$function" >> "$TRACING/set_ftrace_filter" 2> /dev/null || true
	done < <(printf '%s:mod:kmem\n' "${NOTIFIERS[@]}"; cut -d : -f 1 <<< "$PLUG_PARTS"$'\n'"$UNPLUG_PARTS")
	echo 20480 > "$TRACING/buffer_size_kb"
	echo function_graph > "$TRACING/current_tracer"
	echo 1 > "$TRACING/options/funcgraph-tail"
	echo 1 > "$TRACING/options/funcgraph-proc"
	echo 1 > "$TRACING/events/dax_kmem/transition_end/enable"
	trap 'echo nop > "$TRACING/current_tracer"; echo 1 > "$TRACING/tracing_on"; rm -f "$ERRORS"' EXIT
}

begin_trace() {
	: > "$TRACING/trace"
	echo 1 > "$TRACING/tracing_on"
}

end_trace() { echo 0 > "$TRACING/tracing_on"; }

# times: prints the name and the ms of each traced function that the driver's worker has called.
times() {
	awk '/kmem\/da/ && / us / {
		for (i = 1; i <= NF; i++) if ($i == "us") us = $(i - 1)
		name = $0
		sub(/.*\|/, "", name)
		gsub(/[^A-Za-z0-9_]/, " ", name)
		split(name, words, " ")
		total[words[1]] += us / 1000
	} END { for (name in total) print name, total[name] }' "$TRACING/trace"
}

part() { # ROUND WHAT PART MS
	(($1 == 0)) || record "$1" ours state "$2: $3" "{\"ms\": $4}"
}

# ms_of FUNCTION...: prints their total ms from TIMES.
ms_of() { awk -v names=" $* " 'index(names, " " $1 " ") { ms += $2 } END { printf "%.3f\n", ms }' <<< "$TIMES"; }

# of_end FIELD: prints FIELD of the event transition_end, in ms.
of_end() { awk -F " $1=" '/transition_end: / { printf "%.3f\n", $2 / 1000 }' "$TRACING/trace"; }

traced() { # ROUND WHAT PARTS COMMAND
	local begin end all worker gaps own notifiers name what
	begin_trace
	now_us begin
	"$4"
	now_us end
	end_trace
	TIMES=$(times)
	all=$(calculate "($end - $begin) / 1000")
	worker=$(of_end us) gaps=$(of_end gaps_us) own=$(of_end own_us)
	notifiers=$(ms_of "${NOTIFIERS[@]}")
	part "$1" "$2" "all" "$all"
	part "$1" "$2" "the kernel's core" "$(calculate "$worker - $gaps - $own - $notifiers")"
	while IFS=: read -r name what; do
		part "$1" "$2" "of that,$what" "$(ms_of "$name")"
	done <<< "$3"
	part "$1" "$2" "gaps for others" "$gaps"
	part "$1" "$2" "daxplug's own, on the blocks" "$(calculate "$own + $notifiers")"
	part "$1" "$2" "daxplug's own, before and after" "$(calculate "$all - $worker")"
}

calculate() { awk "BEGIN { printf \"%.3f\n\", $1 }"; }

load "$OUR_KMEM"
policy offline
unplug
set_tracer
for ((round = 0; round <= ${1-5}; round++)); do
	traced "$round" plug "$PLUG_PARTS" plug
	traced "$round" unplug "$UNPLUG_PARTS" unplug
done
