# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A task that switches blocks as they appear cannot preempt the policy or a default state at bind; a
# udev rule works if both leave the device offline.
# vm: -s 512M -r 2
. "$LAB/tests/guest/helpers/device.sh"
load_fault

DEFAULTS=/sys/module/kmem/parameters/default_state
POLICY=$MEMORY/auto_online_blocks
RULE=/run/udev/rules.d/40-online.rules
FIRST=${BLOCKS[0]} SECOND_RANGE=${BLOCKS[${#BLOCKS[@]} / 2]}

gone() {
	attempt unplugged > /tmp/answer
	is "$1: unbind" "$(unbind)" "done"
}

# meet: another task writes to a block of the first range before bind adds the second range. Sets
# FOUND to the state in which that task finds the block, and ANSWER to the answer to its write.
meet() {
	attempt unplugged > /tmp/answer
	unbind > /tmp/answer
	fault what=add "block=$SECOND_RANGE" delay_ms=500
	bind > /tmp/bound &
	wait_until has_matched 1
	FOUND=$(< "$MEMORY/memory$FIRST/state")
	ANSWER=$(switch "$FIRST" online_kernel)
	wait $!
	no_fault
}

# On a slow guest the other task may be late: the block is online, the answer is EINVAL, and the test
# tries again. A task that preempts the policy would get "done".
is_slower() { # DESCRIPTION STATE
	local try
	for ((try = 0; try < 10; try++)); do
		meet
		[[ $ANSWER == EINVAL ]] || break
	done
	is "$1: the first range is present" "$FOUND" offline
	is "$1: the other task is refused" "$ANSWER" EBUSY
	is "$1: bind" "$(< /tmp/bound)" "done"
	is_all "$1" "$2" 'online Movable'
	is "$1: after bind the task can switch the block" "$(switch "$FIRST" offline)" "done"
}

all_online() { [[ $(count 'online Movable') == "${#BLOCKS[@]}" ]]; }

is_heard() { # DESCRIPTION
	gone "$1"
	fault what=add "block=$SECOND_RANGE" delay_ms=500
	is "$1: bind" "$(bind)" "done"
	no_fault
	ok "$1: a udev rule puts all blocks online" wait_until all_online
}

mkdir -p "${RULE%/*}"
echo 'SUBSYSTEM=="memory", ACTION=="add", ATTR{state}="online_movable"' > "$RULE"
/lib/systemd/systemd-udevd --daemon
is_heard "policy offline"
echo any=offline > "$DEFAULTS"
is_heard "default offline"
echo online_kernel > "$POLICY"
is_heard "default offline, whatever the policy"
echo offline > "$POLICY"
udevadm control --exit
rm "$RULE"

let_kernel_choose_movable
echo any=online_movable > "$DEFAULTS"
is_slower "default online_movable" online_movable
echo any=online > "$DEFAULTS"
is_slower "default online" online
echo "" > "$DEFAULTS"
echo online_movable > "$POLICY"
is_slower "policy online_movable" online_movable
echo offline > "$POLICY"
is "unplugged" "$(attempt unplugged)" "done"
done_testing
