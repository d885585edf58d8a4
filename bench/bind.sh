#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: bind.sh [PAIRS]
#
# Times the bind of a device while the system's policy onlines new memory as movable.
. "${BENCH-$LAB/bench}/lib.sh"

round() { # ROUND WHO
	unbind
	policy online_movable
	measure "$1" "$2" policy bind "${#BLOCKS[@]}" bind || true
	policy offline
}

policy offline
alternate "${1-5}" round
