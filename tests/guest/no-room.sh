# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Without room for the page structs of a device it cannot be plugged. It can as soon
# as there is room: the core, which cannot undo half of that, has not been asked.
# Memory that is free, but movable only, is no room; nor is the device's own where
# only the device wishes for that, as all of CXL do.
# vm: -s 32G
# vm: -v cxl -s 16G
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/resize.sh"
NODE0=/sys/devices/system/node/node0
HUGE=$NODE0/hugepages/hugepages-2048kB/nr_hugepages

needed() { echo $((${#BLOCKS[@]} * $(block_size) / 64 / 1024)); } # kB, 64 bytes for each page

available() { awk '/ (MemFree|Active\(file\)|Inactive\(file\)):/ { kB += $4 } END { print kB }' "$NODE0/meminfo"; }

refused_for_want_of_room() { # DESCRIPTION
	local before
	# A part of ordinary memory that leaves some but not enough.
	echo $((($(available) - $(needed) / 2) / 2048)) > "$HUGE"
	note "$(available) kB are available, $(needed) needed, $(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) anywhere"
	before=$(snapshot)
	is "$1: online_movable" "$(attempt online_movable)" ENOMEM
	is_unchanged "$1: everything is as before" "$before"
	is "$1: the reason" "$(tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n 's/^reason=//p')" no_memory
	echo 0 > "$HUGE"
}

# A quarter of the memory becomes another device, whose memory is free and movable.
beside_movable_memory() {
	is "unbind" "$(unbind)" "done"
	resize dax0.0 $((SIZE - SIZE / 4))
	new_device $((SIZE / 4))
	is "a second device" "$(bind_to_kmem "$DEVICE")" "done"
	is "the second device: unplugged" "$(write_file "$DEVICES/$DEVICE/state" unplugged)" "done"
	is "the second device: online_movable" "$(write_file "$DEVICES/$DEVICE/state" online_movable)" "done"
	is "bind" "$(bind_to_kmem dax0.0)" "done"
	find_blocks
	is "unplugged" "$(attempt unplugged)" "done"
	refused_for_want_of_room "movable memory is free"
	is "the second device: unplugged" "$(write_file "$DEVICES/$DEVICE/state" unplugged)" "done"
}

is "unplugged" "$(attempt unplugged)" "done"
# Emulated CXL memory is no place for what the kernel reads from its disks.
if [[ $DEVICE == cxl ]]; then
	is "the device wishes for its own memory" "$(< "$DAX/memmap_on_memory")" 1
	is "the system does not" "$(< /sys/module/memory_hotplug/parameters/memmap_on_memory)" N
else
	beside_movable_memory
fi
refused_for_want_of_room "alone"

is "with room it is possible" "$(attempt online_movable)" "done"
is_all "with room" online_movable 'online Movable'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
