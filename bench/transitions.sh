#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: transitions.sh [PAIRS]
#
# Plug and unplug of an idle DAX device, daxplug's driver against the kernel's
# own, alternating, on the running kernel. A pair that warms up is not counted.
# One line of JSON for each measurement, times in ms.
#
# DAX         sysfs directory of the device, e.g. /sys/bus/dax/devices/dax0.0
# OUR_KMEM    daxplug's kmem.ko
# STOCK_KMEM  the kernel's own
#
# The kernel's own driver is driven by its state file where it has one (7.3),
# else as far as it goes by daxctl: bind adds the blocks and daxctl onlines
# them, daxctl offlines them and unbind removes them.
set -euo pipefail

PAIRS=${1-5}
DEVICE=$(basename "$DAX")
DRIVER=/sys/bus/dax/drivers/kmem

now_us() { echo $((${EPOCHREALTIME/./})); }

load() {
	[[ ! -e /sys/module/kmem ]] || rmmod kmem
	insmod "$1"
	[[ -e $DAX/driver ]] || echo "$DEVICE" > "$DRIVER/bind"
}

# How many memory blocks of the device's node are online.
blocks_online() {
	cat "/sys/devices/system/node/node$(cat "$DAX/target_node")"/memory*/state 2>/dev/null |
		grep -cx online || true
}

measure() { # ROUND WHO WAY WHAT COMMAND...
	local round=$1 who=$2 way=$3 what=$4 begin end
	shift 4
	begin=$(now_us)
	"$@"
	end=$(now_us)
	((round == 0)) ||
		jq -cn --arg kernel "$(uname -r)" --arg who "$who" --arg way "$way" --arg what "$what" \
			--argjson size "$(cat "$DAX/size")" --argjson block "$BLOCK" \
			--argjson round "$round" --argjson us $((end - begin)) \
			'{kernel: $kernel, who: $who, way: $way, what: $what, size: $size, block: $block, round: $round, ms: ($us / 1000)}'
}

by_state() { echo "$1" > "$DAX/state"; }

bind_and_online() { echo "$DEVICE" > "$DRIVER/bind"; daxctl online-memory "$DEVICE" > /dev/null 2>&1; }
offline_and_unbind() { daxctl offline-memory "$DEVICE" > /dev/null 2>&1; echo "$DEVICE" > "$DRIVER/unbind"; }

expect_online() { # COUNT
	local found
	found=$(blocks_online)
	[[ $found == "$1" ]] || { echo "transitions.sh: $found blocks are online, not $1" >&2; exit 1; }
}

round_by_state() { # ROUND WHO
	by_state unplugged
	measure "$1" "$2" state plug by_state online_movable
	expect_online "$TOTAL"
	measure "$1" "$2" state unplug by_state unplugged
	expect_online 0
}

round_by_daxctl() { # ROUND WHO
	echo "$DEVICE" > "$DRIVER/unbind"
	measure "$1" "$2" daxctl plug bind_and_online
	expect_online "$TOTAL"
	measure "$1" "$2" daxctl unplug offline_and_unbind
	expect_online 0
	echo "$DEVICE" > "$DRIVER/bind"
}

round() { # ROUND WHO
	if [[ -e $DAX/state ]]; then
		round_by_state "$1" "$2"
	else
		round_by_daxctl "$1" "$2"
	fi
}

BLOCK=$((16#$(cat /sys/devices/system/memory/block_size_bytes)))
TOTAL=$(($(cat "$DAX/size") / BLOCK))
for ((i = 0; i <= PAIRS; i++)); do
	load "$STOCK_KMEM"
	round "$i" stock
	load "$OUR_KMEM"
	round "$i" ours
done
