#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: upstream-order.sh [PAIRS]
#
# The cost of the order, on a kernel whose own kmem has a state file (7.3), with
# nothing of daxplug: see upstream/README.md. Prints lines of JSON.
#
# 1. plug and unplug by the state file at doubling sizes, in one boot
# 2. at the largest, all blocks one by one by their own files: in ascending order,
#    as the driver goes, and in one that leaves a hole at the zone's start
# 3. how much of 1. is set_zone_contiguous(), by the function_graph tracer
. "${BENCH-$LAB/bench}/lib.sh"

TRACING=/sys/kernel/tracing

# resize BLOCKS: the device is that large from now on, bound and offline.
resize() {
	unbind
	echo $(($1 * BLOCK)) > "$DAX/size"
	bind
	find_blocks
}

each_block() { # WORD NUMBER...
	local word=$1 number
	shift
	for number; do
		echo "$word" > "$MEMORY/memory$number/state"
	done
}

online_ascending() { each_block online_movable "${BLOCKS[@]}"; }
offline_ascending() { each_block offline "${BLOCKS[@]}"; }

descending() {
	local i
	DESCENDING=()
	for ((i = ${#BLOCKS[@]} - 1; i >= 0; i--)); do
		DESCENDING+=("${BLOCKS[i]}")
	done
}

online_descending() { each_block online_movable "${DESCENDING[@]}"; }

# The second block, then down from the top, then the first.
offline_hole_first() {
	each_block offline "${BLOCKS[1]}" "${DESCENDING[@]:0:${#DESCENDING[@]}-2}" "${BLOCKS[0]}"
}

by_state() { # ROUND
	unplug
	measure "$1" stock state plug "${#BLOCKS[@]}" plug || return 0
	measure "$1" stock state unplug 0 unplug || return 0
}

by_block() { # ROUND
	bind
	descending
	measure "$1" stock "block files" "online, ascending" "${#BLOCKS[@]}" online_ascending || return 0
	measure "$1" stock "block files" "offline, ascending" 0 offline_ascending || return 0
	measure "$1" stock "block files" "online, descending" "${#BLOCKS[@]}" online_descending || return 0
	measure "$1" stock "block files" "offline, second block first" 0 offline_hole_first || return 0
}

scan_share() { # WHAT COMMAND
	local ms
	echo set_zone_contiguous > "$TRACING/set_ftrace_filter"
	echo function_graph > "$TRACING/current_tracer"
	: > "$TRACING/trace"
	"$2"
	ms=$(awk '/ us / { for (i = 1; i <= NF; i++) if ($i == "us") us += $(i - 1) } END { printf "%.3f", us / 1000 }' "$TRACING/trace")
	echo nop > "$TRACING/current_tracer"
	record 1 stock state "$1: of that, set_zone_contiguous()" "{\"ms\": $ms}"
}

[[ ! -e /sys/module/kmem/taint || ! $(< /sys/module/kmem/taint) =~ O ]] || die "this is about the kernel's own driver"
[[ -e $DAX/state ]] || die "the kernel's own driver has no state file here"
policy offline
TOTAL=${#BLOCKS[@]}
for ((round = 0; round <= ${1-5}; round++)); do
	for ((blocks = TOTAL / 8; blocks <= TOTAL; blocks *= 2)); do
		resize "$blocks"
		by_state "$round"
		must_be_unplugged
	done
	unbind
	by_block "$round"
	must_be_unplugged
done
unplug
scan_share plug plug
scan_share unplug unplug
