#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: refusal.sh [PAIRS]
#
# How long it takes until an unplug is refused that cannot succeed: a device in a
# kernel zone, half of it used by files, with one page in its last block that
# cannot be moved; and how many pages the kernel has moved in vain for it. For
# kernels whose own driver has a state file (7.3).
#
# UNMOVABLE   the test module unmovable.ko
. "${BENCH-$LAB/bench}/lib.sh"

UNMOVABLE=${UNMOVABLE-$LAB/modules/unmovable.ko}
STORE=$(mktemp -d)

migrated() { awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat; }

use_half() {
	mount -t tmpfs -o "size=100%,mpol=bind:$(< "$DAX/target_node")" bench "$STORE"
	dd if=/dev/zero of="$STORE/half" bs=1M count=$((${#BLOCKS[@]} * BLOCK / 2 >> 20)) status=none
}

refusal() { # ROUND WHO
	local begin end before
	before=$(migrated)
	now_us begin
	! unplug 2> /dev/null || die "it was unplugged, page and all"
	now_us end
	count_online
	((ONLINE == ${#BLOCKS[@]})) || die "only $ONLINE of ${#BLOCKS[@]} blocks are online afterwards"
	(($1 == 0)) || record "$1" "$2" state "refusal, half in use" \
		"{\"ms\": $(bc <<< "scale=3; ($end - $begin) / 1000" | sed 's/^\./0./'), \"migrated\": $(($(migrated) - before))}"
}

round() { # ROUND WHO
	drives_whole || die "this kernel's own driver has no state file"
	begin_absent
	echo online_kernel > "$DAX/state"
	insmod "$UNMOVABLE" block="${BLOCKS[-1]}"
	use_half
	refusal "$1" "$2"
	umount "$STORE"
	rmmod unmovable
	unplug || die "the kernel keeps memory of the device for itself"
}

policy offline
alternate "${1-5}" round
