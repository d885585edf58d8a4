# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A device can be unbound in every state: offline memory is removed, online memory stays and is
# adopted when the device is bound again, without a reboot.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
let_kernel_choose_movable
modprobe device_dax

online_blocks() {
	local number
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		[[ $BLOCK_IS != online* ]] || printf '%d %s\n' "$number" "$BLOCK_IS"
	done
}

# unbound DESCRIPTION: unbinds the device, which switches no block.
unbound() {
	local before
	before=$(online_blocks)
	is "$1: unbind" "$(unbind)" "done"
	ok "$1: the device is unbound" eval '! is_bound'
	ok "$1: there is no state file" test ! -e "$DAX/state"
	is "$1: the same blocks are online" "$(online_blocks)" "$before"
}

refcount() { cat /sys/module/kmem/refcnt; }

# --- states without online memory ---
for word in offline unplugged; do
	[[ $word == offline ]] || attempt unplugged > /tmp/answer
	is "$word" "$(state)" "$word"
	unbound "$word"
	is "$word: nothing is left" "$(count absent)" "${#BLOCKS[@]}"
	is "$word: no reservation is left" "$(left_over)" 0
	is "$word: the module is free" "$(refcount)" 0
	is "$word: bind again" "$(bind)" "done"
	is_all "$word: bound again" offline 'offline*'
done

# --- states with all memory online ---
attempt unplugged > /tmp/answer
for word in online_movable online; do
	is "$word" "$(attempt "$word")" "done"
	ok "$word: the module is in use" eval "(($(refcount) > 0))"
	unbound "$word"
	ok "$word: the module is still in use" eval "(($(refcount) > 0))"
	ok "$word: the module cannot be unloaded" eval '! rmmod kmem'
	is "$word: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"
	ok "$word: the memory stays reserved" test "$(reservations)" -gt 0
	offer_to device_dax
	ok "$word: no other driver gets the device" test ! -e "$DAX/driver"
	mark_log "$word"
	is "$word: bind again" "$(bind)" "done"
	ok "$word: bound again: state" eval "[[ $(state) == online?(_movable) ]]"
	is "$word: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"
	is "$word: taking over is logged once" "$(times_since "$word" 'kmem dax0\.0: .*adopted')" 1
	is "$word: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$word, in the end"
	is "$word, in the end: the module is free" "$(refcount)" 0
done

# --- mixed: one block stays online ---
for stays in "$FIRST" "$MIDDLE" "$LAST"; do
	description="mixed, memory$stays online"
	is "online_movable" "$(attempt online_movable)" "done"
	for number in "${BLOCKS[@]}"; do
		((number == stays)) || switch "$number" offline
	done > /tmp/answer
	is "$description" "$(state)" mixed
	unbound "$description"
	is "$description: bind again" "$(bind)" "done"
	is "$description: bound again" "$(state)" mixed
	is "$description: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$description, in the end"
done
is "online_movable" "$(attempt online_movable)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "after all states"
is "after all states: the module is free" "$(refcount)" 0

# --- stranded memory is taken offline by hand ---
is "online_movable" "$(attempt online_movable)" "done"
unbound "online_movable, then offline by hand"
is "offline by hand" "$(switch_all offline)" "done"
is "bind again" "$(bind)" "done"
is_all "bind again" offline 'offline*'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
