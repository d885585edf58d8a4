# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Every allocation of every operation fails, one at a time: those of the driver, of
# the core on its behalf, and of its threads. Afterwards everything is as before or as
# asked. Allocations that the core cannot do without are spared (see
# tests/fault/allocations.c). For kernels with a hook in their allocator.
# vm: -s 256M -t 1500
# full
. "$LAB/tests/guest/helpers/walk.sh"

ALLOCATIONS=/sys/module/allocations/parameters
ALL_POINTS=0
ALL_TRIED=0
ALL_SPARED=0
TIERLESS=0
MOST=5000 # that one operation could have

grep -q ' should_failslab$' /proc/kallsyms ||
	skip_all "this kernel's allocator has no hook by which to fail"
insmod "$LAB/modules/allocations.ko" || exit

# Without a fork: an allocation of the shell must not be taken for the operation's.
arm() { echo "$1" > "$ALLOCATIONS/fail"; }

# how_many NAME: sets COUNT, all reasons together.
how_many() {
	local word number
	COUNT=0
	while read -r word number; do
		((COUNT += ${number:-$word}))
	done < "$DAX/kmem/$1"
} 2> /dev/null

# walk TITLE FROM OPERATION: until no allocation is left to fail; the operation then has to succeed.
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
	((tried > 0)) || PROBLEMS+=("$title: there is nothing to try")
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

# Operations that succeeded all the same end like the last, undisturbed one. If the core could make
# no memory tier for the node, it does not report that.
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

# check_failure DESCRIPTION REPORTS: all is as before; a transition that failed is reported.
check_failure() {
	expect_record "$1" "$BEFORE"
	how_many transitions_failed
	((COUNT > $2)) || return 0
	read_word "$DAX/kmem/last_failure"
	expect "$1: last_failure" "$WORD" "wanted=* error=-$ANSWER reason=*"
	[[ $WORD != *incomplete* ]] || PROBLEMS+=("$1: $WORD")
}

slab() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }

# First the allocations that the kernel makes when the node's first block goes online, and keeps.
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
no_problems "in the end: a way out"
note "online, but in no memory tier, as the core says nothing of that: $TIERLESS"
note "kernel objects: $before kB before, $(slab) kB after"
printf '# in all: %d points, %d tried, %d spared\n' "$ALL_POINTS" "$ALL_TRIED" "$ALL_SPARED"
ok "unload" rmmod kmem
done_testing
