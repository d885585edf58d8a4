#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: plug.sh [PAIRS [stock|ours]]
#
# Times plug and unplug of an idle device, with both drivers or with one alone.
. "${BENCH-$LAB/bench}/lib.sh"

round() { # ROUND WHO
	local way
	way=$(way)
	begin_absent
	measure "$1" "$2" "$way" plug "${#BLOCKS[@]}" plug || return 0
	measure "$1" "$2" "$way" unplug 0 unplug || return 0
}

policy offline
alternate "${1-5}" round "${2-}"
