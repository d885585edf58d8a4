#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: refusal.sh [ROUND]
#
# Measures how long the driver takes to refuse an unplug that cannot succeed, and how
# many pages the kernel has migrated before the refusal: files use half of a device in
# a kernel zone, and its last block has an unmovable page. For kernels whose own driver
# has a state file (7.3).
#
# Measures one pair: pages in a kernel zone may never leave it, so daxplug's driver
# takes the memory over from the kernel's own. lab/bench boots a guest for each pair.
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

# must_be_for_the_page WHO: ends the measurement unless the unplug was refused because of the
# unmovable page. The kernel's own driver does not name the block.
must_be_for_the_page() {
	grep -q 'Device or resource busy$' "$ERRORS" || die "$1: the unplug did not fail with EBUSY, but with: $(< "$ERRORS")"
	[[ $1 == stock ]] || grep -qw "block=memory${BLOCKS[-1]}" "$DAX/kmem/last_failure" ||
		die "$1: refused for another block: $(< "$DAX/kmem/last_failure")"
}

refusal() { # ROUND WHO
	local begin end before
	use_half
	before=$(migrated)
	now_us begin
	! unplug 2> "$ERRORS" || die "$DEVICE was unplugged despite the unmovable page"
	now_us end
	must_be_for_the_page "$2"
	count_online
	((ONLINE == ${#BLOCKS[@]})) || die "only $ONLINE of ${#BLOCKS[@]} blocks are online afterwards"
	(($1 == 0)) || record "$1" "$2" state "refusal, half in use" \
		"{\"ms\": $(bc <<< "scale=3; ($end - $begin) / 1000" | sed 's/^\./0./'), \"migrated\": $(($(migrated) - before))}"
	umount "$STORE"
}

refusals() { # ROUND WHO: a warm-up, then the one that counts
	refusal 0 "$2"
	refusal "$1" "$2"
}

# Onlines the last block first, because the kernel allocates its own pages from the
# first block that comes online.
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
