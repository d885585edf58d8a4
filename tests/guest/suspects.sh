# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# With one unmovable page in the last block of a device that is half used, the unplug fails at that
# block before it has migrated any page.
# vm: -s 768M -t 240
# full
. "$LAB/tests/guest/helpers/device.sh"

failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }
migrated() { awk '$1 ~ /^pgmigrate_(success|fail)$/ { sum += $2 } END { print sum }' /proc/vmstat; }

# Newer kernels keep memory of their own in the kernel zone, in the block that goes online first. So
# this onlines the first block first: of two suspects the driver tries the upper one first.
FIRST=${BLOCKS[0]}
online() {
	local number
	for number in "${BLOCKS[@]}"; do
		switch "$number" online_kernel > /tmp/answer
	done
}
online
if [[ $(attempt unplugged) == "done" ]]; then
	unbind > /tmp/answer
	bind > /tmp/answer
	online
elif [[ $(failure reason) == @(kernel|slab|reserved|page_table) && $(failure block) != "memory$FIRST" ]]; then
	skip_all "the kernel keeps memory of its own in $(failure block), not in memory$FIRST only"
fi
is "online in a kernel zone" "$(state)" online_kernel

# A file system whose pages come from the device.
STORE=$(mktemp -d)
mount -t tmpfs -o "size=100%,mpol=bind:$NODE" store "$STORE"

# is_refused NAME KIND BLOCK: the unplug fails with an unmovable page of that kind (or one of
# those in @()) in that block, while half of the device is in use.
is_refused() {
	local before moved kind=$2 block=memory$3
	dd if=/dev/zero of="$STORE/half" bs=1M count=$((SIZE / 2 >> 20)) status=none
	before=$(snapshot)
	moved=$(migrated)
	is "$1: refused" "$(attempt unplugged)" EBUSY
	is "$1: nothing was moved" "$(migrated)" "$moved"
	ok "$1: the reason and the block" eval '[[ "$(failure reason) $(failure block)" == $kind" $block" ]]'
	is "$1: the page is in that block" "memory$(($(failure pfn) * 4096 / $(block_size)))" "$block"
	is_unchanged "$1: everything is as before" "$before"
	rm "$STORE/half"
}

# Without suspects the driver takes the first block offline last.
if insmod "$LAB/modules/unmovable.ko" block="$FIRST" kind=kernel; then
	is_refused "in the first block" "@(kernel|slab)" "$FIRST"
	rmmod unmovable
else
	skip "in the first block" "no unmovable page could be allocated there"
fi

for kind in kernel reserved page_table slab; do
	if ! insmod "$LAB/modules/unmovable.ko" block="$LAST" kind="$kind"; then
		skip "$kind" "no such page could be allocated in the last block"
		continue
	fi
	is_refused "$kind" "$kind" "$LAST"
	rmmod unmovable
done

# A page with a hardware fault in the same block is not reported, and does not hide the reason.
if ! modprobe hwpoison-inject; then
	skip "a fault as well" "the kernel cannot simulate hardware faults"
elif ! insmod "$LAB/modules/unmovable.ko" block="$LAST" kind=kernel; then
	skip "a fault as well" "no unmovable page could be allocated in the last block"
else
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	echo $((LAST * $(block_size) / 4096 + 1)) > /sys/kernel/debug/hwpoison/corrupt-pfn || true
	before=$(snapshot)
	is "a fault as well: refused" "$(attempt unplugged)" EBUSY
	ok "a fault as well: the reason is the unmovable page" eval '[[ "$(failure reason) $(failure block)" == @(kernel|slab)" memory"@($FIRST|$LAST) ]]'
	is_unchanged "a fault as well: everything is as before" "$before"
	rmmod unmovable
fi
done_testing
