# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what is for eval
# One page that cannot be moved, in the last block of a device that is half used:
# the unplug is refused by that block, and nothing has been moved in vain.
# vm: -s 1G
# full
. "$LAB/tests/guest/helpers/device.sh"

failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }
migrated() { awk '$1 ~ /^pgmigrate_(success|fail)$/ { sum += $2 } END { print sum }' /proc/vmstat; }

# Newer kernels keep memory of their own in a kernel zone, in the block that was online first.
attempt unplugged > /tmp/answer
is "plugged into a kernel zone" "$(attempt online_kernel)" "done"
OWN=
if [[ $(attempt unplugged) == "done" ]]; then
	is "and again" "$(attempt online_kernel)" "done"
else
	OWN=$(failure reason)
	is "what the kernel keeps there is in the last block" "$(failure block)" "memory$LAST"
fi

# A file system whose pages, and nothing else, come from the device.
STORE=$(mktemp -d)
mount -t tmpfs -o "size=100%,mpol=bind:$NODE" store "$STORE"

for kind in kernel reserved page_table slab; do
	if ! insmod "$LAB/modules/unmovable.ko" block="$LAST" kind="$kind"; then
		skip "$kind" "none could be had in the last block"
		continue
	fi
	dd if=/dev/zero of="$STORE/half" bs=1M count=$((SIZE / 2 >> 20)) status=none
	before=$(snapshot)
	moved=$(migrated)
	is "$kind: refused" "$(attempt unplugged)" EBUSY
	is "$kind: nothing was moved" "$(migrated)" "$moved"
	ok "$kind: the reason and the block" eval '[[ "$(failure reason) $(failure block)" == @($kind|$OWN)" memory$LAST" ]]'
	is "$kind: the page is in that block" "$(($(failure pfn) * 4096 / $(block_size)))" "$LAST"
	is_unchanged "$kind: everything is as before" "$before"
	rm "$STORE/half"
	rmmod unmovable
done

# A page with a hardware fault in the same block is no reason.
if modprobe hwpoison-inject && insmod "$LAB/modules/unmovable.ko" block="$LAST" kind=kernel; then
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	echo $((LAST * $(block_size) / 4096 + 1)) > /sys/kernel/debug/hwpoison/corrupt-pfn || true
	before=$(snapshot)
	is "a fault as well: refused" "$(attempt unplugged)" EBUSY
	ok "a fault as well: it is not blamed" eval '[[ "$(failure reason) $(failure block)" == @(kernel|slab)" memory$LAST" ]]'
	is_unchanged "a fault as well: everything is as before" "$before"
else
	skip "a fault as well" "the kernel cannot simulate hardware faults"
fi
done_testing
