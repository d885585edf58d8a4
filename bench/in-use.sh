#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: in-use.sh [PAIRS [PERCENT...]]
#
# Times the unplug of a device that is partly in use by files in a tmpfs, which move
# to another node and are compared afterwards; and how long the unplug holds the
# kernel-wide locks.
. "${BENCH-$LAB/bench}/lib.sh"
. "${BENCH-$LAB/bench}/locks.sh"

CHUNK_MIB=16
STORE=$(mktemp -d)

fill() { # CHUNKS: the number of files
	local i
	mount -t tmpfs -o "size=100%,mpol=prefer:$(< "$DAX/target_node")" bench "$STORE"
	for ((i = 0; i < $1; i++)); do
		cp "$PATTERN" "$STORE/$i"
	done
}

is_intact() { # CHUNKS
	local i
	for ((i = 0; i < $1; i++)); do
		cmp "$PATTERN" "$STORE/$i" || return
	done
}

live_bytes() {
	awk '/ Shmem:/ { print $4 * 1024 }' "/sys/devices/system/node/node$(< "$DAX/target_node")/meminfo"
}

round() { # ROUND WHO
	local way percent chunks
	way=$(way)
	for percent in "${PERCENT[@]}"; do
		chunks=$((${#BLOCKS[@]} * BLOCK * percent / 100 / (CHUNK_MIB << 20)))
		begin_absent
		plug
		fill "$chunks"
		EXTRA="{\"live\": $(live_bytes)}"
		measure_held "$1" "$2" "$way" "unplug, $percent % in use" 0 unplug || true
		is_intact "$chunks" || die "$DEVICE: data damaged by an unplug with the driver: $2"
		umount "$STORE"
		must_be_unplugged
	done
}

PERCENT=("${@:2}")
((${#PERCENT[@]})) || PERCENT=(25 50 90)
PATTERN=$(mktemp)
head -c "${CHUNK_MIB}M" /dev/urandom > "$PATTERN"
policy offline
set_probes
alternate "${1-5}" round
