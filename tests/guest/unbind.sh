# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Unbinding works in every state: offline memory goes, online memory stays and
# is taken over when the device is bound again. No reboot.
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

# unbound DESCRIPTION: what is online is not touched by it.
unbound() {
	local before
	before=$(online_blocks)
	is "$1: unbind" "$(unbind)" "done"
	ok "$1: it is unbound" eval '! is_bound'
	ok "$1: there is no state file" test ! -e "$DAX/state"
	is "$1: what was online is so still" "$(online_blocks)" "$before"
}

refcount() { cat /sys/module/kmem/refcnt; }

# From states without anything online.
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

# From those with all online.
attempt unplugged > /tmp/answer
for word in online_movable online; do
	is "$word" "$(attempt "$word")" "done"
	ok "$word: the module is in use" eval "(($(refcount) > 0))"
	unbound "$word"
	ok "$word: the module is in use still" eval "(($(refcount) > 0))"
	ok "$word: it cannot be unloaded" eval '! rmmod kmem'
	is "$word: every block is there" "$(count 'online Movable')" "${#BLOCKS[@]}"
	ok "$word: the memory stays reserved" test "$(reservations)" -gt 0
	offer_to device_dax
	ok "$word: no other driver gets at it" test ! -e "$DAX/driver"
	mark_log "$word"
	is "$word: bind again" "$(bind)" "done"
	ok "$word: bound again, it says so" eval "[[ $(state) == online?(_movable) ]]"
	is "$word: every block is there" "$(count 'online Movable')" "${#BLOCKS[@]}"
	is "$word: taking over is logged once" "$(times_since "$word" 'kmem dax0\.0: .*adopted')" 1
	is "$word: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$word, in the end"
	is "$word, in the end: the module is free" "$(refcount)" 0
done

# From a mixture, of which only a part stays.
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
is_unplugged "after all that"
is "after all that: the module is free" "$(refcount)" 0

# What was left is offlined by hand, without a driver bound.
is "online_movable" "$(attempt online_movable)" "done"
unbound "online_movable, then offline by hand"
is "offline by hand" "$(switch_all offline)" "done"
is "bind again" "$(bind)" "done"
is_all "bind again" offline 'offline*'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
