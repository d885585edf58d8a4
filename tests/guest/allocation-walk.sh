# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Every allocation of every operation fails, one at a time: those of the driver, of
# the core on its behalf, and of its threads. Each operation then has either succeeded
# or changed nothing. Allocations whose failure the core does not survive are spared
# (see tests/fault/allocations.c). Needs a kernel with the hook should_failslab() in its allocator.
# vm: -s 256M -t 1500
# full
. "$LAB/tests/guest/helpers/walk.sh"

ALLOCATIONS=/sys/module/allocations/parameters
ALL_POINTS=0
ALL_TRIED=0
ALL_SPARED=0
TIERLESS=0
MOST=5000 # allocations in one operation; with more, the walk counts as endless

grep -q ' should_failslab$' /proc/kallsyms ||
	skip_all "this kernel cannot make allocations fail (no should_failslab)"
insmod "$LAB/modules/allocations.ko" || exit

# Does not fork, because the module would count the allocations of the fork.
arm() { echo "$1" > "$ALLOCATIONS/fail"; }

# how_many NAME: sets COUNT to the counter NAME, summed over all reasons.
how_many() {
	local word number
	COUNT=0
	while read -r word number; do
		((COUNT += ${number:-$word}))
	done < "$DAX/kmem/$1"
} 2> /dev/null

# walk TITLE FROM OPERATION: fails the first allocation, then the second, and so on, until no
# allocation fails any more; the operation then has to succeed.
walk() {
	local title=$1 from=$2 operation=$3 number tried=0 spared=0 reports
	DONE=()
	DONE_AT=()
	for ((number = 1; number < MOST; number++)); do
		"$from" || PROBLEMS+=("$from is not possible any more: $ANSWER")
		record
		BEFORE=$RECORD
		how_many transitions_failed
		reports=$COUNT
		arm "$number"
		"$operation"
		record_outcome "$title, allocation $number" "$reports"
		[[ $OUTCOME != none ]] || break
	done
	check_done
	printf '# %s: %d points, %d tried, %d spared\n' "$title" "$((number - 1))" "$tried" "$spared"
	((ALL_POINTS += number - 1, ALL_TRIED += tried, ALL_SPARED += spared)) || true
	((number < MOST)) || PROBLEMS+=("$title: more than $MOST allocations")
	((tried > 0)) || PROBLEMS+=("$title: no allocation has failed")
	no_problems "$title: every allocation fails once"
}

# record_outcome DESCRIPTION REPORTS: records the outcome, and counts it.
record_outcome() {
	local where
	read_word "$ALLOCATIONS/outcome"
	OUTCOME=$WORD
	read_word "$ALLOCATIONS/callers"
	where="$1 ($WORD)"
	record
	case $OUTCOME in
	failed) ((tried += 1)) ;;
	spared) ((spared += 1)) ;;
	esac
	if [[ $ANSWER == "done" ]]; then
		DONE+=("$RECORD")
		DONE_AT+=("$where")
	else
		check_failure "$where" "$2"
	fi
}

# An operation that succeeded despite a failed allocation leaves the same record as the last one,
# which was undisturbed. The core does not report a failure to make a memory tier for the node.
check_done() {
	local i asked
	asked=$(without_tiers <<< "${DONE[-1]}")
	for i in "${!DONE[@]}"; do
		[[ ${DONE[i]} != "${DONE[-1]}" ]] || continue
		RECORD=$(without_tiers <<< "${DONE[i]}")
		expect_record "${DONE_AT[i]}" "$asked"
		((TIERLESS += 1))
	done
}

without_tiers() { grep -v '^memory_tier'; }

# check_failure DESCRIPTION REPORTS: nothing has changed, and a transition that failed is reported.
check_failure() {
	expect_record "$1" "$BEFORE"
	how_many transitions_failed
	((COUNT > $2)) || return 0
	read_word "$DAX/kmem/last_failure"
	expect "$1: last_failure" "$WORD" "wanted=* error=-$ANSWER reason=*"
	[[ $WORD != *incomplete* ]] || PROBLEMS+=("$1: $WORD")
}

slab() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }

# The kernel makes some allocations when the node's first block goes online, and keeps them.
walk "plug online_movable, the first" from_unplugged plug_online_movable
learn_nothing
before=$(slab)
walk "bind" from_unbound bind_it
walk "plug online_movable" from_unplugged plug_online_movable
walk "unplug from online_movable" from_online_movable unplug
walk "unplug from offline" from_offline unplug
walk "unbind from offline" from_offline unbind_it
walk "unbind from online_movable" from_online_movable unbind_it
from_unbound
expect_way_out "in the end"
no_problems "in the end: the device can be unplugged, plugged and unbound"
note "online, but in no memory tier, which the core does not report: $TIERLESS"
note "kernel objects: $before kB before, $(slab) kB after"
printf '# in all: %d points, %d tried, %d spared\n' "$ALL_POINTS" "$ALL_TRIED" "$ALL_SPARED"
ok "unload" rmmod kmem
done_testing
