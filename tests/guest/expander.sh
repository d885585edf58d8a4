# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A CXL expander can be pulled out in each state of its memory and during a transition; another one
# can be put in its place and used.
# full
# vm: -v cxl -s 512M -t 240 -a pcie_ports=native
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/machine.sh"
# pcie_ports=native: firmware grants control of the slots only to a kernel with ASPM, which kernels
# built for guests lack. sysfs shows a slot only if a driver handles hotplug in it.
[[ $(ls /sys/bus/pci/slots) ]] || skip_all "the kernel was built without PCIe hotplug"
load_fault

# pulled_out DESCRIPTION: removes the expander, as its attention button would.
pulled_out() {
	find_expander
	is "$1: the expander is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
	ok "$1: the memory device is gone" wait_until test ! -e "$CXL/$MEMORY_DEVICE"
	ok "$1: the DAX device is gone" wait_until test ! -e "$DAX"
}

BACKENDS=0

# put_in DESCRIPTION: puts another expander in its place, with a region, and chooses its device.
# The old region stays, without memory, and cxl cannot destroy it.
put_in() {
	local before
	before=$(ls "$CXL")
	BACKENDS=$((BACKENDS + 1))
	is "$1: memory for another" \
		"$(machine object_add "memory-backend-ram,id=new$BACKENDS,size=$SIZE,reserve=off")" ''
	is "$1: another is put in" "$(machine device_add "cxl-type3,id=cxl-mem$PLACE,bus=port$PLACE,volatile-memdev=new$BACKENDS,sn=$((PLACE + 1))")" ''
	ok "$1: the memory device appears" wait_until is_new "$before"
	MEMORY_DEVICE=$(comm -13 <(echo "$before") <(ls "$CXL") | grep '^mem')
	ok "$1: the memory device has its driver" wait_until test -e "$CXL/$MEMORY_DEVICE/driver"
	create_region "$1, another" "$MEMORY_DEVICE"
	is_all "$1, another" offline 'offline*'
	comes_and_goes "$1, another"
}

is_new() { comm -13 <(echo "$1") <(ls "$CXL") | grep -q '^mem'; }
reclaim() { for range in "$KMEM"/stranded/*/reclaim; do echo 1 > "$range"; done; }

# is_left DESCRIPTION: all memory of the device is still online, and can be reclaimed.
is_left() {
	is "$1: its memory is still online" "$(count 'online Movable')" "${#BLOCKS[@]}"
	ok "$1: the log says how many blocks stay" test -n "$(log_since "$1" \
		"kmem ${DAX##*/}: ${#BLOCKS[@]} of ${#BLOCKS[@]} memory blocks stay, ${#BLOCKS[@]} of them online")"
	ok "$1: its memory is reclaimed" reclaim
}

REGION=region0
for word in unplugged offline online_movable; do
	is "$word: unplugged" "$(attempt unplugged)" "done"
	[[ $word != offline ]] || is "$word" "$(write_file "$KMEM/unbind" "${DAX##*/}") $(to_kmem)" "done done"
	[[ $word != online_movable ]] || is "$word" "$(attempt "$word")" "done"
	is "$word" "$(state)" "$word"
	mark_log "$word"
	pulled_out "$word"
	[[ $word != online_movable ]] || is_left "$word"
	is "$word: nothing is left" "$(count absent) $(memory_named 'System RAM (kmem)')" "${#BLOCKS[@]} 0"
	put_in "$word"
done

# --- pulled out while a block goes offline ---
fault what=offline "block=$MIDDLE" hold=1 times=1
begin_write writer unplugged
ok "unplugging: under way" wait_until is_held
mark_log unplugging
find_expander
is "unplugging: the expander is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
ok "unplugging: the kernel removes the device" wait_until is_awaited
let_go
no_fault
end_write writer
ok "unplugging: the writer gets $RESULT" eval "[[ $RESULT == @(ECANCELED|ENODEV) ]]"
ok "unplugging: the memory device is gone" wait_until test ! -e "$CXL/$MEMORY_DEVICE"
is_left unplugging
is "unplugging: nothing is left" "$(count absent) $(memory_named 'System RAM (kmem)')" "${#BLOCKS[@]} 0"
done_testing
