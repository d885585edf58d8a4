#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: memmap.sh [PAIRS]
#
# Times plug and unplug of an idle device with its page structs in ordinary memory and
# with its page structs on the device itself, for which the kernel has to be booted
# with memory_hotplug.memmap_on_memory=1.
. "${BENCH-$LAB/bench}/lib.sh"

WHERE=("page structs in ordinary memory" "page structs on the device")

# keep_page_structs N: has the driver keep page structs in WHERE[N]; takes effect at bind.
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

# The device keeps the setting when the driver has gone.
restore_setting() {
	rm -f "$ERRORS"
	unbind && echo "$BEFORE" > "$DAX/memmap_on_memory"
}

[[ -e $DAX/memmap_on_memory ]] || die "$DEVICE: this kernel cannot keep the page structs of a device on the device"
[[ $(< /sys/module/memory_hotplug/parameters/memmap_on_memory) == Y ]] ||
	die "the kernel was not booted with memory_hotplug.memmap_on_memory=1"
BEFORE=$(< "$DAX/memmap_on_memory")
trap restore_setting EXIT
policy offline
alternate "${1-5}" round
