#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: zones.sh [PAIRS [CASE...]]
#
# Times plug and unplug of a device that shares its zone or is fought over. A quarter
# of the region becomes a second device:
#
# above   the second device lies above the measured one and stays plugged
# below   it lies below, so that each scan for holes walks over it
# hole    it lies below, and one of its blocks is offline
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
