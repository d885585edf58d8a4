# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A CXL expander is pulled out, whatever its memory is and in the middle of a
# transition; another is put in its place and used.
# full
# vm: -v cxl -s 512M -t 240 -a pcie_ports=native
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/machine.sh"
# pcie_ports=native: firmware leaves the slots to a kernel with ASPM only, and kernels built
# for guests have none.
# A slot is there if somebody looks after what comes and goes in it.
[[ $(ls /sys/bus/pci/slots) ]] || skip_all "the kernel was built without PCIe hotplug"
load_fault

# pulled_out DESCRIPTION: as by its button, and the system lets it go.
pulled_out() {
	find_expander
	is "$1: it is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
	ok "$1: it is gone" wait_until test ! -e "$CXL/$MEMORY_DEVICE"
	ok "$1: so is the device" wait_until test ! -e "$DAX"
}

BACKENDS=0

# put_in DESCRIPTION: another in its place, with a region; chooses its device. The
# old region is still there, of nothing: cxl cannot destroy it without its memory.
put_in() {
	local before
	before=$(ls "$CXL")
	BACKENDS=$((BACKENDS + 1))
	is "$1: memory for another" \
		"$(machine object_add "memory-backend-ram,id=new$BACKENDS,size=$SIZE,reserve=off")" ''
	is "$1: another is put in" "$(machine device_add "cxl-type3,id=cxl-mem$PLACE,bus=port$PLACE,volatile-memdev=new$BACKENDS,sn=$((PLACE + 1))")" ''
	ok "$1: it is there" wait_until is_new "$before"
	MEMORY_DEVICE=$(comm -13 <(echo "$before") <(ls "$CXL") | grep '^mem')
	ok "$1: it has its driver" wait_until test -e "$CXL/$MEMORY_DEVICE/driver"
	create_region "$1, another" "$MEMORY_DEVICE"
	is_all "$1, another" offline 'offline*'
	comes_and_goes "$1, another"
}

is_new() { comm -13 <(echo "$1") <(ls "$CXL") | grep -q '^mem'; }
reclaim() { for range in "$KMEM"/stranded/*/reclaim; do echo 1 > "$range"; done; }

# is_left DESCRIPTION: all of its memory is online still, which has to be reclaimed.
is_left() {
	is "$1: its memory is online still" "$(count 'online Movable')" "${#BLOCKS[@]}"
	ok "$1: the log says so" test -n "$(log_since "$1" \
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

# It goes while a block is being taken offline.
fault what=offline "block=$MIDDLE" hold=1 times=1
begin_write writer unplugged
ok "unplugging: under way" wait_until is_held
mark_log unplugging
find_expander
is "unplugging: it is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
ok "unplugging: the system takes it away" wait_until is_awaited
let_go
no_fault
end_write writer
ok "unplugging: the writer is told ($RESULT)" eval "[[ $RESULT == @(ECANCELED|ENODEV) ]]"
ok "unplugging: it is gone" wait_until test ! -e "$CXL/$MEMORY_DEVICE"
is_left unplugging
is "unplugging: nothing is left" "$(count absent) $(memory_named 'System RAM (kmem)')" "${#BLOCKS[@]} 0"
done_testing
