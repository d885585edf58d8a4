#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: guard.sh [PAIRS]
#
# The cost of the guard. With kmem/guard 0, switches each block by its own file.
# Where the kernel's own driver has a state file (7.3), also plugs and unplugs the
# device undisturbed, and with kmem/guard 1 while a loop, like a udev rule, keeps
# putting every block online.
. "${BENCH-$LAB/bench}/lib.sh"

guard() { [[ ! -e $DAX/kmem/guard ]] || echo "$1" > "$DAX/kmem/guard"; }

# Writes from this shell itself, to save a process for each block.
switch_all() { # WORD
	local number
	for number in "${BLOCKS[@]}"; do
		echo "$1" > "$MEMORY/memory$number/state"
	done
}

fight() {
	local number
	while :; do
		for number in "${BLOCKS[@]}"; do
			{ echo online_movable > "$MEMORY/memory$number/state"; } 2> /dev/null || true
		done
	done
}

by_hand() { # ROUND WHO
	guard 0
	measure 0 "$2" "by hand" "each block online by hand" "${#BLOCKS[@]}" switch_all online_movable || return 0
	measure "$1" "$2" "by hand" "each block offline by hand" 0 switch_all offline || return 0
	measure "$1" "$2" "by hand" "each block online by hand" "${#BLOCKS[@]}" switch_all online_movable || return 0
}

whole() { # ROUND WHO HOW
	measure "$1" "$2" state "plug, $3" "${#BLOCKS[@]}" plug || return 0
	measure "$1" "$2" state "unplug, $3" 0 unplug || return 0
}

fought_over() { # ROUND WHO
	guard 1
	fight &
	RULE=$!
	whole "$1" "$2" "fought over"
	end_fight
}

end_fight() {
	[[ $RULE ]] || return 0
	kill "$RULE"
	wait "$RULE" 2> /dev/null || true
	RULE=''
}

# Unplugs the device, also after a failure.
start_over() {
	must_be_unplugged
	begin_absent
}

round() { # ROUND WHO
	by_hand "$1" "$2"
	[[ $WHOLE ]] || return 0
	start_over
	whole "$1" "$2" "undisturbed"
	start_over
	fought_over "$1" "$2"
}

RULE=''
trap 'end_fight; rm -f "$ERRORS"' EXIT
policy offline
load "$STOCK_KMEM"
WHOLE=''
! drives_whole || WHOLE=yes
alternate "${1-5}" round
