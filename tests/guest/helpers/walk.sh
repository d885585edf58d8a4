# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the walks through failures: the situations in which an operation begins, the operations,
# and the conditions after a failure.
. "$LAB/tests/guest/helpers/record.sh"

POLICY_FILE=$MEMORY/auto_online_blocks

# --- situations; each can be reached from any other ---

from_unbound() {
	! is_bound || { put "$DAX/state" unplugged && put "$KMEM/unbind" dax0.0; }
	! is_bound
}

from_unplugged() {
	is_bound || put "$KMEM/bind" dax0.0
	put "$DAX/state" unplugged
	read_state
	[[ $STATE == unplugged ]]
}

# become STATE: writes STATE, unless the device is in that state.
become() {
	read_state
	[[ $STATE != "$1" ]] || return 0
	from_unplugged && put "$DAX/state" "$1"
	[[ $ANSWER == "done" ]]
}

from_online() { become online; }
from_online_kernel() { become online_kernel; }
from_online_movable() { become online_movable; }

from_offline() {
	read_state
	[[ $STATE != offline ]] || return 0
	from_unbound && put "$KMEM/bind" dax0.0
	[[ $ANSWER == "done" ]]
}

# is_partial: some ranges of the device are present, others are not.
is_partial() {
	is_bound || return
	read_word "$DAX/kmem/blocks_present"
	((WORD > 0 && WORD < ${#BLOCKS[@]}))
}

# Mixed: the first block and the second half in ZONE_MOVABLE, the others offline.
from_mixed() {
	local i wanted
	read_state
	ANSWER="done"
	if [[ $STATE != mixed ]] || is_partial; then from_online_movable || return; fi
	for i in "${!BLOCKS[@]}"; do
		wanted=online_movable
		((i < 1 || i > ${#BLOCKS[@]} / 2)) || wanted=offline
		look_at "${BLOCKS[i]}"
		[[ $BLOCK_IS == "${wanted%_movable}"* ]] || put "$MEMORY/memory${BLOCKS[i]}/state" "$wanted"
	done
	[[ $ANSWER == "done" ]]
}

# Bound while one of its ranges could not be reserved.
from_partial() {
	! is_partial || return 0
	from_unbound || return
	fault what=add skip=1 times=1 err=5
	put "$KMEM/bind" dax0.0
	no_fault
	is_partial
}

# --- operations; each sets ANSWER ---

bind_it() { put "$KMEM/bind" dax0.0; }
unbind_it() { put "$KMEM/unbind" dax0.0; }
unplug() { put "$DAX/state" unplugged; }
plug_online() { put "$DAX/state" online; }
plug_online_kernel() { put "$DAX/state" online_kernel; }
plug_online_movable() { put "$DAX/state" online_movable; }

# --- conditions; each adds a violation to PROBLEMS ---

PROBLEMS=()

# expect DESCRIPTION GOT WANTED: GOT matches the pattern WANTED.
expect() {
	# shellcheck disable=SC2053 # a pattern
	[[ $2 == $3 ]] || PROBLEMS+=("$1: got '$2', wanted '$3'")
}

# expect_record DESCRIPTION WANTED: the record is WANTED.
expect_record() {
	[[ $RECORD != "$2" ]] || return 0
	PROBLEMS+=("$1: the record differs: $(diff <(printf '%s' "$2") <(printf '%s' "$RECORD") |
		grep "^[<>]" | head -n 6 | paste -sd ';')")
}

expect_truth() {
	tells_the_truth ||
		PROBLEMS+=("$1: state reads $STATE, the blocks say $TRUE_STATE")
}

# The device can be recovered without a reboot: it can be unplugged, plugged and unbound.
expect_way_out() {
	is_bound || put "$KMEM/bind" dax0.0
	put "$DAX/state" unplugged
	expect "$1: unplugged afterwards" "$ANSWER" "done"
	put "$DAX/state" online_movable
	expect "$1: plugged afterwards" "$ANSWER" "done"
	read_state
	expect "$1: plugged afterwards: state" "$STATE" online_movable
	put "$DAX/state" unplugged
	expect "$1: unplugged in the end" "$ANSWER" "done"
	put "$KMEM/unbind" dax0.0
	record
	expect_record "$1: in the end" "$NOTHING"
}

# Sets NOTHING to the record of the device when it is unbound and has no memory.
learn_nothing() {
	from_unbound
	record
	NOTHING=$RECORD
}

# The log names every block that is not as before.
expect_named() {
	local number lines was
	lines=$(log_since "$1" ' could not be ')
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		was=$(sed -n "s/^memory$number: //p" <<< "$BEFORE")
		[[ $BLOCK_IS == "$was" ]] || is_named "$number" "$lines" ||
			PROBLEMS+=("$1: the log does not say that memory$number is $BLOCK_IS and was $was")
	done
}

# is_named NUMBER LINES: the lines name the block alone, or in "memoryA to memoryB".
is_named() {
	local line
	while read -r line; do
		[[ ! $line =~ memory([0-9]+)\ to\ memory([0-9]+) ]] ||
			(($1 < BASH_REMATCH[1] || $1 > BASH_REMATCH[2])) || return 0
	done <<< "$2"
	return 1
}

# no_problems DESCRIPTION: a point that passes if PROBLEMS is empty; empties PROBLEMS.
no_problems() {
	is "$1" "$(printf '%s\n' "${PROBLEMS[@]:0:10}")" ''
	PROBLEMS=()
}
