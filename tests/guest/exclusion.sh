# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# While a transition runs, no other task can switch a block of the device, a second writer waits,
# and a reader does not.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

# Functions that wait_until calls.
# shellcheck disable=SC2317
has_worker() { grep -qsx 'kmem/.*' /proc/[0-9]*/comm; }

is "unplugged" "$(attempt unplugged)" "done"

# --- a second writer, and readers ---
fault hold=1 times=1 skip=3
begin_write one online_movable
ok "a plug is under way" wait_until is_held
is "a read of state does not wait, and returns mixed" "$(state_at_once)" mixed
begin_write two unplugged INT
ok "a second writer waits" wait_until in_store two
pause 0.3
ok "the second writer has no answer yet" eval '! has_result two'
signal two INT
ok "a signal ends its wait" wait_until has_result two
end_write two
is "its write fails with EINTR" "$RESULT" EINTR
is "the plug under way is not affected" "$(state_at_once)" mixed
begin_write word offline
ok "a word that cannot be requested does not wait" wait_until has_result word
end_write word
is "the word is refused" "$RESULT" EINVAL
begin_write three unplugged
ok "another second writer waits" wait_until in_store three
let_go
end_write one
is "the first writer's plug is done" "$RESULT" "done"
end_write three
is "then the second writer's unplug is done" "$RESULT" "done"
is_unplugged "both, one after the other"
no_fault

# --- state, before the first block is switched ---
is "online_movable" "$(attempt online_movable)" "done"
fault hold=1 times=1
begin_write it unplugged
ok "an unplug is at its first block" wait_until is_held
is "state reads mixed already" "$(state_at_once)" mixed
let_go
end_write it
no_fault
is "the unplug is done" "$RESULT" "done"

# --- a switch that another task has begun is over before the transition begins ---
is "online_movable" "$(attempt online_movable)" "done"
before=$(snapshot)
is "a block is offline" "$(switch "$FIRST" offline)" "done"
fault what=online hold=1 times=1
switch "$FIRST" online_movable > /tmp/switched &
switcher=$!
ok "another task puts it online" wait_until is_held
begin_write it unplugged INT
ok "an unplug has begun" wait_until has_worker
pause 0.3
fault what=offline delay_ms=1000 times=100 # lets the task go
wait "$switcher"
is "the other task's switch succeeds" "$(< /tmp/switched)" "done"
signal it INT
end_write it
no_fault
is "the unplug is cancelled later" "$RESULT" EINTR
is_unchanged "the rollback keeps the other task's switch" "$before"
is "unplugged" "$(attempt unplugged)" "done"

# outsider N WORD: writes WORD to the file of a block again and again, and records the answers.
# A single process, so that one kill ends it.
outsider() {
	# shellcheck disable=SC2016 # perl's variables
	exec perl -e 'my ($file, $word) = @ARGV;
		$| = 1;
		while (1) {
			open(my $out, ">", $file) or die "$file: $!";
			print defined syswrite($out, $word) ? "done" : $!, "\n";
		}' "$MEMORY/memory$1/state" "$2" >> /tmp/answers
}

# disturbed WORD N OUTSIDER: a write of WORD to state succeeds while an outsider writes OUTSIDER to
# block N, and the driver refuses each of the outsider's writes from the time when the transition has
# begun until it switches the last block.
disturbed() {
	local description="$1, with another task writing $3 to memory$2"
	fault delay_ms=350 hold=1 times=1 "skip=$((${#BLOCKS[@]} - 1))"
	: > /tmp/answers
	begin_write it "$1"
	ok "$description: under way" wait_until has_matched 2
	outsider "$2" "$3" &
	local outsider=$!
	ok "$description: until the last block" wait_until is_held
	kill "$outsider"
	wait "$outsider"
	let_go
	end_write it
	no_fault
	is "$description: done" "$RESULT" "done"
	# The lock is free only between two blocks, so the outsider may miss it on a slow guest.
	ANSWERS=$((ANSWERS + $(grep -cx 'Device or resource busy' /tmp/answers)))
	# EINVAL: the block is in that state already, because the driver began with other blocks.
	is "$description: refused with EBUSY, always" \
		"$(sort -u /tmp/answers | grep -vxE 'Device or resource busy|Invalid argument')" ''
}
ANSWERS=0

disturbed online_movable "$LAST" offline
is_all "plugged" online_movable 'online Movable'
disturbed unplugged "${BLOCKS[1]}" online_movable
is_unplugged "unplugged"
disturbed online_movable "$FIRST" online_kernel
is_all "plugged" online_movable 'online Movable'
disturbed unplugged "$FIRST" offline
is_unplugged "unplugged"

ok "the outsiders were refused $ANSWERS times" eval '((ANSWERS > 0))'

# --- after a transition any task may switch blocks ---
is "online_movable" "$(attempt online_movable)" "done"
is "afterwards a block can be offlined" "$(switch "$MIDDLE" offline)" "done"
is "afterwards a block can be onlined" "$(switch "$MIDDLE" online_movable)" "done"
fault what=offline skip=2 err=16 times=1
is "an unplug that fails" "$(attempt unplugged)" EBUSY
no_fault
is "after a failure a block can be offlined" "$(switch "$FIRST" offline)" "done"
is "unplugged" "$(attempt unplugged)" "done"
done_testing
