# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The next bind adopts memory that stayed online when its device was unbound, or refuses the device
# and logs the cause and the remedy, however the device has changed in between. No memory is lost or
# added twice.
# full
# vm: -s 1G -t 300 -a memory_hotplug.memmap_on_memory=1
. "$LAB/tests/guest/helpers/stranded.sh"
. "$LAB/tests/guest/helpers/resize.sh"
START=$(($(< "$DAX/mapping0/start")))
HALF=$((SIZE / 2))
ALL=$(name_of "$START" "$SIZE")
LOWER=$(name_of "$START" "$HALF")

# --- the conditions after each step ---

# leave SIZE: resizes the device to SIZE bytes, plugs it and unbinds it, so that its memory is
# stranded. Each case begins like this.
leave() {
	! is_bound || unbind > /tmp/answer
	[[ $(< "$DAX/size") == "$1" ]] || resize dax0.0 "$1"
	find_blocks
	is "bind" "$(bind_to_kmem dax0.0)" "done"
	attempt unplugged > /tmp/answer
	is "online_movable" "$(attempt online_movable)" "done"
	is "unbind" "$(unbind)" "done"
	TOTAL_BEFORE=$(memory_total)
	is "unbound while online: its memory is stranded" "$(stranded)" "$(name_of "$START" "$1")"
}

memory_total() { awk '/MemTotal/ { print $2 }' /proc/meminfo; }

is_kept() {
	is "$1: every block is as before" "$(count 'online Movable')" "${#BLOCKS[@]}"
	is "$1: no memory has been added" "$(memory_total)" "$TOTAL_BEFORE"
	is "$1: /proc/iomem has it once" "$(reservations)" 1
}

# refused DESCRIPTION DEVICE NAME WHY: binding DEVICE fails, and a line in the log names the
# stranded range NAME and the cause.
refused() {
	local what="$1: bind $2" line
	mark_log "$what"
	is "$what" "$(bind_to_kmem "$2")" EBUSY
	ok "$what: the device is not bound" test ! -e "$DEVICES/$2/driver"
	line=$(log_since "$what" "kmem $2: memory " | tail -n 1)
	is "$what: the log says why" "$(grep -cE ": memory $3 .*$4.*/stranded/" <<< "$line")" 1
	is_kept "$what"
	is "$what: the stranded ranges" "$(stranded)" "$3"
}

names_in_iomem() { sed -n 's/.*: \(dax[0-9.]*\)$/\1/p' /proc/iomem | sort -u | xargs; }

# adopted DESCRIPTION DEVICE: binding DEVICE adopts the stranded memory.
adopted() {
	local description="$1: bind $2"
	is "$description" "$(bind_to_kmem "$2")" "done"
	is "$description: state" "$(cat "$DEVICES/$2/state")" online_movable
	is "$description: /proc/iomem has this device's name and no other" "$(names_in_iomem)" "$2"
	is_kept "$description"
	is "$description: nothing is stranded" "$(stranded)" ''
	is "$description: unplugged" "$(write_file "$DEVICES/$2/state" unplugged)" "done"
	is_gone "$description, unplugged"
}

is_gone() {
	is "$1: no block is left" "$(count absent)" "${#BLOCKS[@]}"
	is "$1: no reservation is left" "$(grep -cE ': (System RAM \(kmem\)|dax[0-9.]+)$' /proc/iomem)" 0
	is "$1: the module is free" "$(refcount)" 0
}

# reclaimed DESCRIPTION NAME: the range can be reclaimed.
reclaimed() {
	is "$1: reclaim" "$(reclaim "$2")" "done"
	is "$1: reclaimed: nothing is stranded" "$(stranded)" ''
	is_gone "$1: reclaimed"
}

# --- the cases ---

same() { adopted same dax0.0; }

other_name() {
	resize dax0.0 0
	new_device "$SIZE"
	adopted "other name" "$DEVICE"
	is "other name: plugged" "$(write_file "$DEVICES/$DEVICE/state" online_movable)" "done"
	ok "other name: plugged under the new name" grep -q ": $DEVICE\$" /proc/iomem
	release "$DEVICE"
	is "other name: stranded again" "$(stranded)" "$ALL"
	delete_device "$DEVICE"
	resize dax0.0 "$SIZE"
	adopted "the first name" dax0.0
}

smaller() {
	resize dax0.0 "$HALF"
	refused smaller dax0.0 "$ALL" "other ranges"
	resize dax0.0 "$SIZE"
	adopted "smaller, then grown back" dax0.0
}

smaller_for_good() {
	resize dax0.0 "$HALF"
	refused "still smaller" dax0.0 "$ALL" "other ranges"
	reclaimed "still smaller" "$ALL"
	is "still smaller: bind" "$(bind_to_kmem dax0.0)" "done"
	is "still smaller: its blocks" "$(count 'offline*')" "$((${#BLOCKS[@]} / 2))"
	attempt unplugged > /tmp/answer
}

larger() {
	resize dax0.0 "$SIZE"
	refused larger dax0.0 "$LOWER" "other ranges"
	reclaimed larger "$LOWER"
}

# The memory now belongs to two devices, one half each.
split() {
	resize dax0.0 "$HALF"
	new_device "$HALF"
	refused "split, lower" dax0.0 "$ALL" "other ranges"
	refused "split, upper" "$DEVICE" "$ALL" "other ranges"
	reclaimed split "$ALL"
	is "split: bind the upper" "$(bind_to_kmem "$DEVICE")" "done"
	is "split: its blocks" "$(count 'offline*')" "$((${#BLOCKS[@]} / 2))"
	delete_device "$DEVICE"
}

# A neighbouring device binds although the memory next to it is stranded.
neighbour() {
	new_device "$HALF"
	is "neighbour: bind" "$(bind_to_kmem "$DEVICE")" "done"
	is "neighbour: every block is as before" "$(count 'online Movable')" "${#BLOCKS[@]}"
	is "neighbour: no memory is present twice" "$(reservations)" 2
	is "neighbour: the stranded ranges" "$(stranded)" "$LOWER"
	delete_device "$DEVICE"
	adopted "beside a neighbour" dax0.0
}

# The device has shrunk to size 0; another device has a part of the memory that dax0.0 left.
partial() {
	resize dax0.0 0
	new_device "$HALF"
	refused partial "$DEVICE" "$ALL" "other ranges"
	delete_device "$DEVICE"
	resize dax0.0 "$SIZE"
	adopted "partial, then grown back" dax0.0
}

by_hand() {
	is "by hand: offline" "$(switch_all offline)" "done"
	ok "by hand: the range is removed" wait_until test ! -e "$STRANDED/$ALL"
	is_gone "by hand"
	is "by hand: bind" "$(bind_to_kmem dax0.0)" "done"
	is_all "by hand" offline 'offline*'
	attempt unplugged > /tmp/answer
}

# The range stays while one block is online.
by_hand_but_one() {
	local number
	for number in "${BLOCKS[@]}"; do
		((number == MIDDLE)) || switch "$number" offline
	done > /tmp/answer
	pause 0.5
	is "all but one by hand: blocks_online" "$(cat "$STRANDED/$ALL/blocks_online")" 1
	is "all but one by hand: bind" "$(bind_to_kmem dax0.0)" "done"
	is "all but one by hand: adopted" "$(count 'online Movable') $(count 'offline*')" "1 $((${#BLOCKS[@]} - 1))"
	is "all but one by hand: unplugged" "$(attempt unplugged)" "done"
	is_gone "all but one by hand"
}

memmap() {
	local was
	if [[ ! -e $DAX/memmap_on_memory ]]; then
		skip "memmap_on_memory" "Linux $KERNEL cannot keep the page structs of a device on the device"
		adopted "memmap_on_memory" dax0.0
		return
	fi
	was=$(< "$DAX/memmap_on_memory")
	if [[ $(write_file "$DAX/memmap_on_memory" $((1 - was))) != "done" ]]; then
		skip "memmap_on_memory" "memmap_on_memory of this device cannot be changed"
	else
		refused "memmap_on_memory" dax0.0 "$ALL" memmap_on_memory
		write_file "$DAX/memmap_on_memory" "$was" > /tmp/answer
	fi
	adopted "memmap_on_memory restored" dax0.0
}

# The device behind the DAX region is removed and comes back. On Linux 6.1 the platform device
# stays, so the memory is not quarantined.
came_back() {
	local quarantined
	rmmod dax_hmem
	quarantined=$(cat "$STRANDED/$ALL/quarantined")
	is_kept "region gone"
	modprobe dax_hmem
	wait_until test -e "$DAX"
	if [[ $KERNEL == 6.1 ]]; then
		is "region gone and back: not quarantined" "$quarantined" 0
		adopted "region gone and back" dax0.0
		return
	fi
	is "region gone and back: quarantined" "$quarantined" 1
	refused "region gone and back" dax0.0 "$ALL" quarantined
	is "region gone and back: still quarantined" "$(cat "$STRANDED/$ALL/quarantined")" 1
	reclaimed "region gone and back" "$ALL"
	is "region gone and back: bind" "$(bind_to_kmem dax0.0)" "done"
	attempt unplugged > /tmp/answer
	is "region gone and back: plugged" "$(attempt online_movable)" "done"
	is "region gone and back: unplugged" "$(attempt unplugged)" "done"
}

gone_for_good() {
	rmmod dax_hmem
	is_kept "region gone"
	reclaimed "region gone for good" "$ALL"
	modprobe dax_hmem
	wait_until test -e "$DAX"
}

while read -r size name; do
	leave "$size"
	"$name"
done <<- EOF
	$SIZE same
	$SIZE other_name
	$SIZE smaller
	$SIZE smaller_for_good
	$HALF larger
	$SIZE split
	$HALF neighbour
	$SIZE partial
	$SIZE by_hand
	$SIZE by_hand_but_one
	$SIZE memmap
	$SIZE came_back
	$SIZE gone_for_good
EOF
leave "$SIZE"
adopted "after all cases" dax0.0
is "unbind" "$(unbind)" "done"
ok "the module can be unloaded" rmmod kmem
done_testing
