# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# At bind the system's policy decides the state of the blocks, as with the kernel's own driver, which
# has to pass the same test.
# vm: -s 1G -p online_movable
# driver: ours stock-7.3
. "$LAB/tests/guest/helpers/device.sh"

policy() { echo "$1" > "$MEMORY/auto_online_blocks"; }

# bound DESCRIPTION STATE BLOCKS: checks the device after a bind.
bound() {
	is "$1: blocks" "$(count "$3")" "${#BLOCKS[@]}"
	is "$1: the reservation" "$(reservations)" 1
	is "$1: MemTotal" "$(($(memory_total) - BEFORE))" \
		"$(($(count 'online*') * $(block_size) / 1024))"
	[[ $1 != *online* ]] || stock_differs "state does not show the result of the policy"
	is "$1: state" "$(state)" "$2"
}

memory_total() { awk '/MemTotal/ { print $2 }' /proc/meminfo; }

# let_go_of DESCRIPTION: takes every block offline by its own file and unbinds the device.
let_go_of() {
	[[ $(count 'online*') == 0 ]] || switch_all offline > /tmp/answer
	is "$1: unbind" "$(unbind)" "done"
	is "$1: nothing is left" "$(count absent)" "${#BLOCKS[@]}"
}

BEFORE=$(($(memory_total) - SIZE / 1024))
bound "policy online_movable from the kernel's arguments" online_movable 'online Movable'
let_go_of "policy online_movable from the kernel's arguments"
is "MemTotal without the device" "$(memory_total)" "$BEFORE"

policy offline
is "bind" "$(bind)" "done"
bound "policy offline" offline 'offline*'
let_go_of "policy offline"

policy online_movable
is "bind" "$(bind)" "done"
bound "policy online_movable" online_movable 'online Movable'
let_go_of "policy online_movable"

policy online
let_kernel_choose_movable
is "bind" "$(bind)" "done"
bound "policy online, the kernel choosing ZONE_MOVABLE" online_movable 'online Movable'
let_go_of "policy online, the kernel choosing ZONE_MOVABLE"

# Last, because the kernel may keep memory in a kernel zone.
echo contig-zones > /sys/module/memory_hotplug/parameters/online_policy
is "bind" "$(bind)" "done"
bound "policy online, the kernel choosing a kernel zone" online_kernel 'online Normal'
if [[ $(switch_all offline) == "done" ]]; then
	let_go_of "policy online, the kernel choosing a kernel zone"
	policy online_kernel
	is "bind" "$(bind)" "done"
	bound "policy online_kernel" online_kernel 'online Normal'
else
	skip "policy online_kernel" "the kernel keeps memory of its own in the kernel zone"
fi
done_testing
