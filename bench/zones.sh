#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: zones.sh [PAIRS [CASE...]]
#
# Plug and unplug where the device is not alone. A second device is split off the
# region of the first for that, a quarter of it:
#
# above   in the same zone, the other device lies above and stays plugged
# below   the same, below: each look for holes walks over it
# hole    below, and one of its blocks is offline
# rule    a udev rule onlines every block that appears or goes offline
. "${BENCH-$LAB/bench}/lib.sh"
. "${BENCH-$LAB/bench}/neighbours.sh"

round() { # ROUND WHO
	local case way
	way=$(way)
	for case in "${CASES[@]}"; do
		"begin_$case"
		begin_absent
		if measure "$1" "$2" "$way" "plug, $case" "${#BLOCKS[@]}" plug; then
			measure "$1" "$2" "$way" "unplug, $case" 0 unplug || true
		fi
		"end_$case"
		must_be_unplugged
		drives_whole || bind
	done
}

begin_above() { use "$LOWER"; plug_device "$UPPER"; }
begin_below() { use "$UPPER"; plug_device "$LOWER"; }
begin_hole() { begin_below; make_hole "$LOWER"; }
begin_rule() { use "$LOWER"; start_rule; }
end_above() { unplug_device "$UPPER"; }
end_below() { unplug_device "$LOWER"; }
end_hole() { end_below; }
end_rule() { stop_rule; }

CASES=("${@:2}")
((${#CASES[@]})) || CASES=(above below hole rule)
policy offline
split
alternate "${1-5}" round
