# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Without room for the page structs of a device, the driver refuses a plug before it calls the core,
# because the core cannot undo a half-finished add; with room the plug succeeds. Free memory in
# ZONE_MOVABLE, in a CMA area, or in the lowmem_reserve of ZONE_DMA32 does not count as room. Nor does
# the device's own memory if the device requests memmap_on_memory, as CXL devices do, but the system
# does not allow it.
# vm: -s 32G
# vm: -s 32G -a cma=1G
# vm: -v cxl -s 16G
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/resize.sh"
RATIO=/proc/sys/vm/lowmem_reserve_ratio
NODE0=/sys/devices/system/node/node0
HUGE=$NODE0/hugepages/hugepages-2048kB/nr_hugepages

needed() { echo $((${#BLOCKS[@]} * $(block_size) / 64 / 1024)); } # kB, 64 bytes for each page

# meminfo KEY: in kB; 0 if the kernel has no such line.
meminfo() { awk -v key="$1:" '$1 == key { kB = $2 } END { print kB + 0 }' /proc/meminfo; }

# available: prints the kB of node 0 that can hold page structs.
available() {
	local kB
	kB=$(awk '/ (MemFree|Active\(file\)|Inactive\(file\)):/ { kB += $4 } END { print kB }' "$NODE0/meminfo")
	echo $((kB - $(meminfo CmaFree)))
}

# available_in_normal: the same for ZONE_NORMAL alone.
available_in_normal() {
	awk '/^Node/ { inside = $2 == "0," && $4 == "Normal" }
		inside && $1 == "pages" { pages += $3 }
		inside && /^ *nr_zone_(in)?active_file / { pages += $2 }
		END { print pages * 4 }' /proc/zoneinfo
}

# leave KB [FUNCTION]: allocates huge pages until FUNCTION, by default available, prints at most KB.
# Some of the huge pages come from CMA areas, so one step may not suffice.
leave() {
	local excess before function=${2-available}
	for ((excess = $($function) - $1; excess > 0; excess = $($function) - $1)); do
		before=$(< "$HUGE")
		echo $((before + excess / 2048 + 1)) > "$HUGE"
		(($(< "$HUGE") > before)) || break
	done
}

# refused_without_room DESCRIPTION [KB]: a plug is refused with KB available, by default half of
# the need.
refused_without_room() {
	local before
	leave "${2-$(($(needed) / 2))}"
	note "$(available) kB are available, $(needed) needed, $(meminfo CmaFree) free for CMA, $(meminfo MemAvailable) anywhere"
	before=$(snapshot)
	is "$1: online_movable" "$(attempt online_movable)" ENOMEM
	is_unchanged "$1: everything is as before" "$before"
	is "$1: the reason" "$(tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n 's/^reason=//p')" no_memory
	echo 0 > "$HUGE"
}

# Makes a quarter of the memory another device, whose memory is then free and movable.
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
	refused_without_room "movable memory is free"
	is "the second device: unplugged" "$(write_file "$DEVICES/$DEVICE/state" unplugged)" "done"
}

# The kernel allocates huge pages from CMA areas while they have more free memory than the rest.
beside_cma_memory() {
	local kB=$(($(needed) * 3 / 4))
	leave "$kB"
	ok "with CMA memory there would be room" test $(($(available) + $(meminfo CmaFree))) -gt "$(needed)"
	refused_without_room "CMA memory is free" "$kB"
}

# The kernel keeps all of ZONE_DMA32 from allocations that ZONE_NORMAL can serve.
beside_reserved_memory() {
	local before
	before=$(< "$RATIO")
	sed -E 's/[0-9]+/1/g' <<< "$before" > "$RATIO"
	leave $(($(needed) / 2)) available_in_normal
	ok "with the reserved memory there would be room" test "$(available)" -gt "$(needed)"
	refused_without_room "reserved memory is free" "$(available)"
	echo "$before" > "$RATIO"
}

in_cma() { grep -qw cma /proc/cmdline; }
! in_cma || (($(meminfo CmaTotal))) || skip_all "Linux $KERNEL has no CMA"

is "unplugged" "$(attempt unplugged)" "done"
if in_cma; then
	beside_cma_memory
# Emulated CXL memory is too slow for the page cache.
elif [[ $DEVICE == cxl ]]; then
	is "the device asks for memmap_on_memory" "$(< "$DAX/memmap_on_memory")" 1
	is "the system does not allow it" "$(< /sys/module/memory_hotplug/parameters/memmap_on_memory)" N
else
	beside_movable_memory
	beside_reserved_memory
fi
refused_without_room "alone"

is "with room: online_movable" "$(attempt online_movable)" "done"
is_all "with room" online_movable 'online Movable'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
