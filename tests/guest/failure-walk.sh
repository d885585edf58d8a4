# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each step of each operation fails once: the operation has then either succeeded or changed nothing,
# and reported the failure. Then each step fails, and a step of its rollback, too: the log names each
# block that is not as before, state agrees with the blocks, and a later write succeeds.
# vm: -s 512M -t 600
# vm: -s 768M -r 3 -t 900
# full
. "$LAB/tests/guest/helpers/walk.sh"

ERRNO=5 # EIO, which occurs here only if the test injects it
ALL_POINTS=0
ALL_TRIED=0

# undisturbed FROM OPERATION STEPS: runs the operation without a fault; sets BEFORE, ASKED and
# STEPS, the number of steps.
undisturbed() {
	"$1" || PROBLEMS+=("$1 is not possible: $ANSWER")
	record
	BEFORE=$RECORD
	fault "what=$3" err=$ERRNO
	"$2"
	read_word "$FAULT/matched"
	STEPS=$WORD
	no_fault
	expect "undisturbed" "$ANSWER" "done"
	record
	ASKED=$RECORD
}

# disturbed FROM OPERATION FAULT...: runs the operation with a fault; sets HITS and RECORD.
disturbed() {
	local operation=$2
	"$1" || PROBLEMS+=("$1 is not possible any more: $ANSWER")
	shift 2
	mark_log "$MARK"
	fault err=$ERRNO "$@"
	"$operation"
	read_word "$FAULT/hits"
	HITS=$WORD
	no_fault
	record
}

# walk TITLE FROM OPERATION STEPS: each step fails once.
walk() {
	local title=$1 from=$2 operation=$3 steps=$4 number tried=0
	undisturbed "$from" "$operation" "$steps"
	for ((number = 0; number < STEPS; number++)); do
		MARK="$title, step $number"
		disturbed "$from" "$operation" "what=$steps" "skip=$number" times=1
		((HITS != 1)) || ((tried += 1))
		"after_${operation%%_*}" "$MARK"
	done
	printf '# %s: %d points, %d tried\n' "$title" "$STEPS" "$tried"
	((ALL_POINTS += STEPS, ALL_TRIED += tried)) || true
	expect "$title: tried" "$tried" "$STEPS"
	no_problems "$title: every step fails once, and the failure leaves no trace"
}

# The operation fails with the injected errno, or with the driver's own for that step.
expect_failure() {
	expect "$1: answer" "$ANSWER" '@(EIO|ENODEV|EBUSY)'
	read_word "$DAX/kmem/last_failure"
	expect "$1: last_failure" "$WORD" "wanted=* error=-$ANSWER reason=*"
}

# A transition that fails changes nothing, and reports the failure.
after_transition() {
	expect_failure "$1"
	expect_record "$1" "$BEFORE"
	[[ $WORD != *incomplete* ]] || PROBLEMS+=("$1: $WORD")
}
after_plug() { after_transition "$1"; }
after_unplug() { after_transition "$1"; }

# Bind leaves out a range that it cannot add, and fails only if it can add none.
after_bind() {
	if [[ $ANSWER == "done" ]] && is_bound; then
		expect_truth "$1"
		[[ $RECORD == "$ASKED" ]] || log_since "$1" 'kmem dax0\.0: .*could not be' > /tmp/said ||
			PROBLEMS+=("$1: the message does not name the memory left out")
	else
		expect_record "$1" "$BEFORE"
	fi
	expect_way_out "$1"
}

# Unbind cannot fail; memory that it could not remove stays for the next bind.
after_unbind() {
	expect "$1: answer" "$ANSWER" "done"
	[[ $RECORD == "$ASKED" ]] || log_since "$1" 'kmem dax0\.0: .*blocks stay' > /tmp/said ||
		PROBLEMS+=("$1: the log does not name the memory that stays")
	expect_way_out "$1"
}

# walk_twice TITLE FROM OPERATION STEPS: each step fails, and each step of the rollback too.
walk_twice() {
	local title=$1 from=$2 operation=$3 steps=$4 number again tried=0
	undisturbed "$from" "$operation" "$steps"
	for ((number = 0; number < STEPS; number++)); do
		for ((again = 0; ; again++)); do
			MARK="$title, steps $number and $again on"
			disturbed "$from" "$operation" "what=$steps" "skip=$number" times=1 "again=$again"
			((HITS == 2)) || break
			((tried += 1))
			after_double "$MARK"
		done
	done
	printf '# %s: %d points, %d pairs tried\n' "$title" "$STEPS" "$tried"
	((ALL_POINTS += tried, ALL_TRIED += tried)) || true
	((tried > 0)) || PROBLEMS+=("$title: no step of a rollback has failed")
	no_problems "$title: a step of the rollback fails as well, the log says so and the device can be recovered"
}

# walk_broken TITLE FROM OPERATION STEPS: all steps fail from each step on.
walk_broken() {
	local title=$1 from=$2 operation=$3 steps=$4 number
	undisturbed "$from" "$operation" "$steps"
	ok "$title: there are steps" test "$STEPS" -gt 0
	for ((number = 0; number < STEPS; number++)); do
		MARK="$title, from step $number on"
		disturbed "$from" "$operation" "what=$steps" "skip=$number" times=-1
		after_double "$MARK"
	done
	printf '# %s: %d points, %d tried\n' "$title" "$STEPS" "$number"
	((ALL_POINTS += STEPS, ALL_TRIED += number)) || true
	no_problems "$title: all later steps fail, the log says so and the device can be recovered"
}

after_double() {
	local failure
	expect_failure "$1"
	failure=$WORD
	expect_truth "$1"
	if [[ $RECORD == "$BEFORE" ]]; then
		return
	elif [[ $failure != *rollback=incomplete* ]]; then
		PROBLEMS+=("$1: last_failure does not say that the rollback is incomplete: $failure")
	fi
	expect_named "$1"
	expect_way_out "$1"
}

reason() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n 's/^reason=//p'; }

load_fault
let_kernel_choose_movable
MOVING=thread,find,offline,remove,reserve,add,online
BINDING=type,group,find,offline,remove,reserve,add,online
learn_nothing

# Checks that each kind of step occurs; the walk would miss one that does not.
for step in ${BINDING//,/ } thread; do
	seen=0
	for operation in "from_unbound bind_it" "from_unplugged plug_online_movable" "from_online_movable unplug"; do
		# shellcheck disable=SC2086 # two words
		undisturbed $operation "$step"
		((seen += STEPS)) || true
	done
	ok "$step: a step that can fail" test "$seen" -gt 0
done

walk "bind" from_unbound bind_it $BINDING
echo online_movable > "$POLICY_FILE"
walk "bind, policy online_movable" from_unbound bind_it $BINDING
echo offline > "$POLICY_FILE"

walk "plug online_movable" from_unplugged plug_online_movable $MOVING
walk "plug online" from_unplugged plug_online $MOVING
for situation in online_movable online offline mixed; do
	walk "unplug from $situation" "from_$situation" unplug $MOVING
done
((RANGES == 1)) || walk "unplug from partial" from_partial unplug $MOVING
walk "unbind from offline" from_offline unbind_it $BINDING
walk "unbind from mixed" from_mixed unbind_it $BINDING

walk_twice "plug online_movable" from_unplugged plug_online_movable $MOVING
walk_twice "unplug from online_movable" from_online_movable unplug $MOVING
walk_twice "unplug from mixed" from_mixed unplug $MOVING
walk_broken "plug online_movable" from_unplugged plug_online_movable $MOVING
walk_broken "unplug from online_movable" from_online_movable unplug $MOVING

# Last, because the kernel keeps the memory that it has used.
if from_unplugged && plug_online_kernel && from_unplugged; then
	walk "plug online_kernel" from_unplugged plug_online_kernel $MOVING
	walk "unplug from online_kernel" from_online_kernel unplug $MOVING
else
	expect "plugged in a kernel zone" "$(reason)" '@(slab|kernel|reserved|page_table)'
	no_problems "the kernel uses a page of a block in a kernel zone"
	skip "plug online_kernel, and unplug from it" "the kernel keeps memory of its own in the kernel zone"
fi

printf '# in all: %d points, %d tried\n' "$ALL_POINTS" "$ALL_TRIED"
done_testing
