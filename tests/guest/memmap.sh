# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# memmap_on_memory decides whether the page structs of the device's memory are kept on the device,
# and transitions do all or nothing in both cases.
# vm: -s 1G -a memory_hotplug.memmap_on_memory=1
# vm-full: -v nvdimm -s 1G -a memory_hotplug.memmap_on_memory=1
# vm-full: -v cxl -s 512M -a memory_hotplug.memmap_on_memory=1
# driver: ours
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"

[[ -e $DAX/memmap_on_memory ]] ||
	skip_all "Linux $KERNEL cannot keep the page structs of a device on the device"
load_fault

PAGE=4096 PAGE_STRUCT=64
MEMMAP=$((BLOCK * PAGE_STRUCT / PAGE)) # for each block

memory_total() { awk '/MemTotal/ { print $2 }' /proc/meminfo; }

for on in 1 0 1; do
	is "$on: unbind" "$(unbind)" "done"
	is "$on: write memmap_on_memory" "$(write_file "$DAX/memmap_on_memory" "$on")" "done"
	before=$(memory_total)
	is "$on: bind" "$(bind)" "done"
	is_all "$on: bound" offline 'offline*'
	is "$on: memmap_on_memory cannot be changed while bound" "$(write_file "$DAX/memmap_on_memory" $((1 - on)))" EBUSY
	is "$on: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$on, unplugged"

	is "$on: online_movable" "$(attempt online_movable)" "done"
	is_all "$on, plugged" online_movable 'online Movable'
	is "$on: MemTotal" "$(($(memory_total) - before))" \
		"$(((BLOCK - on * MEMMAP) * ${#BLOCKS[@]} / 1024))"

	whole=$(snapshot)
	fault what=offline "block=$MIDDLE" err=16 times=1
	is "$on: an unplug that fails" "$(attempt unplugged)" EBUSY
	no_fault
	is_unchanged "$on: an unplug that fails: every block is as before" "$whole"
	is "$on: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$on, unplugged again"
	is "$on: MemTotal is as before" "$(memory_total)" "$before"

	[[ $DRIVER == ours ]] || continue
	fault what=online "block=$MIDDLE" err=16 times=1
	is "$on: a plug that fails" "$(attempt online_movable)" EBUSY
	no_fault
	is_unplugged "$on, after a plug that failed"
	is "$on: MemTotal after a plug that failed" "$(memory_total)" "$before"
done

if [[ $DRIVER == ours ]] && ! find_injector; then
	skip "a faulty page among page structs" "the kernel cannot simulate hardware faults"
elif [[ $DRIVER == ours ]]; then
	# --- a page that holds the page structs of its block has a hardware fault ---
	is "faulty: online_movable" "$(attempt online_movable)" "done"
	faulty=$(page_of "$MIDDLE" 7)
	echo "$faulty" > "$INJECT" || true # marks the page, although the kernel uses it
	ok "faulty: marked" is_poisoned "$faulty"
	is "faulty: unplugged" "$(attempt unplugged)" "done"
	is "faulty: remembered" "$(< "$DAX/kmem/pages_poisoned")" 1
	is "faulty: online_movable again" "$(attempt online_movable)" "done"
	ok "faulty: marked again" is_poisoned "$faulty"
	is "faulty: the range has its page structs elsewhere" "$(($(memory_total) - before))" \
		"$((BLOCK * ${#BLOCKS[@]} / 1024))"
	is "faulty: unplugged again" "$(attempt unplugged)" "done"
	is_unplugged "faulty"
fi
done_testing
