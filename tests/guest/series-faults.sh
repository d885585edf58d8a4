# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The patches of upstream/ fix faults of the kernel's core: it forgets failed pages, it
# cannot handle two abstract distances or two drivers on one node, and readers race with
# the removal of a memory tier. Without the patches the first section fails, the second
# ends in an oops, and the third may hang for ever.
# vm: -s 1G -a memory_hotplug.memmap_on_memory=1
# driver: stock-series
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/resize.sh"
. "$LAB/tests/guest/helpers/poison.sh"
find_injector || skip_all "the kernel cannot simulate hardware faults"
load_fault

# --- failed pages ---

corrupted_kb() { awk '/^HardwareCorrupted/ { print $2 }' /proc/meminfo; }

fails() { ! "$@"; }

# EHWPOISON
REFUSED='Memory page has hardware error'

# is_out_of_use DESCRIPTION [PAGE...]: these pages, and no others, are marked and counted.
is_out_of_use() {
	local description=$1 page
	shift
	for page; do
		ok "$description: page $page is marked" is_poisoned "$page"
	done
	is "$description: HardwareCorrupted" "$(corrupted_kb)" "$(($# * 4))"
}

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
free=$(page_of "$MIDDLE" 5)
is "a free page fails" "$(write_file "$INJECT" "$free")" "done"
is_out_of_use "a free page fails" "$free"
is "its block can be put offline" "$(switch "$MIDDLE" offline)" "done"
is "its block can be put online" "$(switch "$MIDDLE" online_movable)" "done"
is_out_of_use "its block offline and online" "$free"
is "unplugged" "$(attempt unplugged)" "done"
is "unplugged: HardwareCorrupted" "$(corrupted_kb)" 0
is "online_movable" "$(attempt online_movable)" "done"
is_out_of_use "replugged" "$free"
is "unbind, bind" "$(switch_all offline) $(unbind) $(bind)" "done done done"
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
is_out_of_use "bound again" "$free"

# The notifier marks the page while its block is going offline.
going_offline=$(page_of "$FIRST" 7)
fault what=offline block="$FIRST" page="$going_offline" times=1
is "a page fails while its block goes offline: unplugged" "$(attempt unplugged)" "done"
no_fault
is "online_movable" "$(attempt online_movable)" "done"
ok "the page is marked" is_poisoned "$going_offline"
ok "the first page is marked, too" is_poisoned "$free"
is "unplugged" "$(attempt unplugged)" "done"
is "unbind" "$(unbind)" "done"

# unpoison_memory() makes the kernel forget a simulated failure in absent or offline memory.
is "bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is "a failed page is forgotten" "$(write_file "$UNPOISON" "$free")" "done"
is "a page that is not poisoned is refused" "$(write_file "$UNPOISON" "$free")" EIO
is "HardwareCorrupted" "$(corrupted_kb)" 0
is "online_movable" "$(attempt online_movable)" "done"
is_out_of_use "one page is forgotten" "$going_offline"
ok "the first page is in use again" fails is_poisoned "$free"
is "the block of the other page is put offline" "$(switch "$FIRST" offline)" "done"
is "the other page is forgotten" "$(write_file "$UNPOISON" "$going_offline")" "done"
is "the block is put online" "$(switch "$FIRST" online_movable)" "done"
is_out_of_use "both are forgotten"
ok "the other page is in use again" fails is_poisoned "$going_offline"
is "unplugged" "$(attempt unplugged)" "done"
is "unbind" "$(unbind)" "done"

# A page that holds the memmap of its own block. memory_failure() cannot take it out of use,
# but marks it.
is "memmap_on_memory" "$(write_file "$DAX/memmap_on_memory" 1)" "done"
is "bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
memmap=$(page_of "$MIDDLE" 1)
note "a page of a memmap fails: $(write_file "$INJECT" "$memmap")"
is_out_of_use "a page of a memmap fails" "$memmap"
is "its block can be put offline" "$(switch "$MIDDLE" offline)" "done"
is "its block cannot be put online" "$(switch "$MIDDLE" online_movable)" "$REFUSED"
is "unplugged" "$(attempt unplugged)" "done"
is "unplugged: HardwareCorrupted" "$(corrupted_kb)" 0
is "no memmap is written to the page: online_movable" "$(attempt online_movable)" "$REFUSED"
is "the device is unplugged" "$(state)" unplugged
is "HardwareCorrupted" "$(corrupted_kb)" 0
is "unbind" "$(unbind)" "done"
is "memmap elsewhere" "$(write_file "$DAX/memmap_on_memory" 0)" "done"
is "bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
is_out_of_use "memmap elsewhere" "$memmap"
is "unplugged" "$(attempt unplugged)" "done"
is "unbind" "$(unbind)" "done"

# --- readers of a memory tier ---

read_tiers() {
	while [[ ! -e /tmp/enough ]]; do
		cat /sys/devices/virtual/memory_tiering/memory_tier*/nodelist > /dev/null 2>&1 || true
	done
}
is "bind" "$(bind)" "done"
read_tiers &
read_tiers &
for ((round = 1; round <= 20; round++)); do
	attempt unplugged
	attempt online_movable
done > /tmp/answers
touch /tmp/enough
wait
is "20 rounds beside readers of the tiers" "$(sort /tmp/answers | uniq -c | xargs)" "40 done"
is "unplugged" "$(attempt unplugged)" "done"
is "unbind" "$(unbind)" "done"

# --- two abstract distances on one node ---

resize dax0.0 $((SIZE / 2))
new_device $((SIZE / 2))
ok "a module reports the distance" insmod "$LAB/modules/distance.ko" node="$NODE"
echo 1000 > /sys/module/distance/parameters/distance
is "bind the first at distance 1000" "$(bind_to_kmem dax0.0)" "done"
echo 2000 > /sys/module/distance/parameters/distance
is "bind the second at distance 2000" "$(bind_to_kmem "$DEVICE")" "done"
is "the second: unplugged" "$(write_file "$DEVICES/$DEVICE/state" unplugged)" "done"
is "the second: online_movable" "$(write_file "$DEVICES/$DEVICE/state" online_movable)" "done"
is "the node's tier is that of the first" "$(tier_of "$NODE")" memory_tier7
release dax0.0
is "the first has gone" "$(tier_of "$NODE")" memory_tier7
is "the second: unplugged" "$(write_file "$DEVICES/$DEVICE/state" unplugged)" "done"
is "no memory is left" "$(tier_of "$NODE")" ''
release "$DEVICE"
is "bind the second alone" "$(bind_to_kmem "$DEVICE")" "done"
attempt_on() { write_file "$DEVICES/$1/state" "$2"; }
is "unplugged" "$(attempt_on "$DEVICE" unplugged)" "done"
is "online_movable" "$(attempt_on "$DEVICE" online_movable)" "done"
is "the second device decides the tier" "$(tier_of "$NODE")" memory_tier15
is "unplugged" "$(attempt_on "$DEVICE" unplugged)" "done"
release "$DEVICE"

# --- memory of another driver on the node ---

block=$((($(< "$DEVICES/$DEVICE/mapping0/start") + BLOCK - 1) / BLOCK))
is "bind the first" "$(bind_to_kmem dax0.0)" "done"
is "unplugged" "$(attempt_on dax0.0 unplugged)" "done"
ok "another driver adds a block" insmod "$LAB/modules/piece.ko" node="$NODE" \
	start=$((block * BLOCK)) size="$BLOCK"
is "the block goes online" "$(switch "$block" online_movable)" "done"
is "the node's tier is that of kmem" "$(tier_of "$NODE")" memory_tier15
release dax0.0
is "kmem has gone" "$(tier_of "$NODE")" memory_tier15
is "the block goes offline" "$(switch "$block" offline)" "done"
is "no memory is left" "$(tier_of "$NODE")" ''
is "the block is removed" \
	"$(write_file /sys/module/piece/parameters/remove "$((block * BLOCK)),$BLOCK")" "done"
done_testing
