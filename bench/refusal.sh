#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: refusal.sh [ROUND]
#
# How long it takes until an unplug is refused that cannot succeed: a device in a
# kernel zone, half of it used by files, with one page in its last block that
# cannot be moved; and how many pages the kernel has moved in vain for it. For
# kernels whose own driver has a state file (7.3).
#
# One pair: pages in a kernel zone do not leave it again, so daxplug's driver
# takes the memory over from the kernel's own. lab/bench boots anew for each.
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

# must_be_for_the_page WHO: refused for the page, and for no other reason. The kernel's own driver
# does not name the block.
must_be_for_the_page() {
	grep -q 'Device or resource busy$' "$ERRORS" || die "$1: not refused, but: $(< "$ERRORS")"
	[[ $1 == stock ]] || grep -qw "block=memory${BLOCKS[-1]}" "$DAX/kmem/last_failure" ||
		die "$1: refused for another block: $(< "$DAX/kmem/last_failure")"
}

refusal() { # ROUND WHO
	local begin end before
	use_half
	before=$(migrated)
	now_us begin
	! unplug 2> "$ERRORS" || die "it was unplugged despite the page"
	now_us end
	must_be_for_the_page "$2"
	count_online
	((ONLINE == ${#BLOCKS[@]})) || die "only $ONLINE of ${#BLOCKS[@]} blocks are online afterwards"
	(($1 == 0)) || record "$1" "$2" state "refusal, half in use" \
		"{\"ms\": $(bc <<< "scale=3; ($end - $begin) / 1000" | sed 's/^\./0./'), \"migrated\": $(($(migrated) - before))}"
	umount "$STORE"
}

refusals() { # ROUND WHO: after one that warms up
	refusal 0 "$2"
	refusal "$1" "$2"
}

# The kernel's own pages come to the block that is online first, which is to be
# the last one.
online_from_the_top() {
	local i
	for ((i = ${#BLOCKS[@]} - 1; i >= 0; i--)); do
		echo online_kernel > "$MEMORY/memory${BLOCKS[i]}/state"
	done
}

policy offline
load "$STOCK_KMEM"
drives_whole || die "this kernel's own driver has no state file"
online_from_the_top
insmod "$UNMOVABLE" block="${BLOCKS[-1]}"
refusals "${1-1}" stock
load "$OUR_KMEM"
refusals "${1-1}" ours
