#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: upstream-order.sh [PAIRS]
#
# The cost of the order in which the kernel's own kmem switches blocks, on a kernel
# where it has a state file (7.3), without daxplug: see upstream/README.md. Prints
# lines of JSON.
#
# 1. plug and unplug by the state file, at doubling sizes, in one boot
# 2. at the largest size, every block by its own file: in ascending order, as the
#    driver does, and in an order that leaves a hole at the start of the zone
# 3. how much of 1. is set_zone_contiguous(), by the function_graph tracer
. "${BENCH-$LAB/bench}/lib.sh"

TRACING=/sys/kernel/tracing

# resize BLOCKS: resizes the device to BLOCKS blocks and binds it, which leaves it offline.
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

# Offlines the second block, then the others from the last down, then the first.
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

[[ ! -e /sys/module/kmem/taint || ! $(< /sys/module/kmem/taint) =~ O ]] || die "daxplug's driver is loaded; this measures the kernel's own"
[[ -e $DAX/state ]] || die "this kernel's own driver has no state file"
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
