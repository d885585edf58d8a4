#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: memmap.sh [PAIRS]
#
# Plug and unplug of an idle device whose page structs are in ordinary memory, and of
# the same with them on the device itself, for which the kernel has to be booted with
# memory_hotplug.memmap_on_memory=1.
. "${BENCH-$LAB/bench}/lib.sh"

WHERE=("page structs in ordinary memory" "page structs on the device")

# keep_page_structs N: where WHERE says; it takes effect at bind.
keep_page_structs() {
	unbind
	echo "$1" > "$DAX/memmap_on_memory"
	[[ $WAY == daxctl ]] || { bind && begin_absent; }
}

round() { # ROUND WHO
	local where
	WAY=$(way)
	for where in 0 1; do
		begin_absent
		keep_page_structs "$where"
		measure "$1" "$2" "$WAY" "plug, ${WHERE[where]}" "${#BLOCKS[@]}" plug || return 0
		measure "$1" "$2" "$WAY" "unplug, ${WHERE[where]}" 0 unplug || return 0
	done
}

[[ $(< /sys/module/memory_hotplug/parameters/memmap_on_memory) == Y ]] ||
	die "the kernel was not booted with memory_hotplug.memmap_on_memory=1"
policy offline
alternate "${1-5}" round
