#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: hold.sh [PAIRS]
#
# Measures how long the kernel-wide hotplug locks are held during a plug and an
# unplug of an idle device.
. "${BENCH-$LAB/bench}/lib.sh"
. "${BENCH-$LAB/bench}/locks.sh"

round() { # ROUND WHO
	local way
	way=$(way)
	begin_absent
	measure_held "$1" "$2" "$way" plug "${#BLOCKS[@]}" plug || return 0
	measure_held "$1" "$2" "$way" unplug 0 unplug || return 0
}

policy offline
set_probes
alternate "${1-5}" round
