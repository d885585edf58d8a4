# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A signal to the writer cancels the transition at any point: the driver rolls the transition back,
# and the writer gets EINTR.
# vm: -s 1G -t 240
. "$LAB/tests/guest/helpers/device.sh"
load_fault

# interrupted DESCRIPTION WORD SIGNAL RESULT POINT [HANDLED...]: the signal arrives while the
# POINT-th block is being switched.
interrupted() {
	local description=$1 word=$2 name=$3 result=$4 point=$5 before
	shift 5
	before=$(snapshot)
	fault hold=1 times=1 "skip=$point"
	begin_write it "$word" "$@"
	ok "$description: under way" wait_until is_held
	signal it "$name"
	ok "$description: the driver is told" wait_until is_cancelled
	is "$description: mixed until the rollback ends" "$(state_at_once)" mixed
	ok "$description: the write has not returned by then" eval '! has_result it'
	let_go
	end_write it
	# shellcheck disable=SC2153 # end_write sets it
	is "$description: $result" "$RESULT" "$result"
	# A killed writer does not wait for the rollback.
	wait_until is_settled
	no_fault
	is_unchanged "$description: every block is as before" "$before"
	go_back_to "${before%%$'\n'*}"
}

# shellcheck disable=SC2317 # called by name
is_settled() { [[ $(state) != mixed ]]; }

# Restores the state, so that one failure does not cause the next.
go_back_to() {
	[[ "state: $(state)" == "$1" ]] || attempt unplugged > /tmp/answer
	[[ "state: $(state)" == "$1" ]] || attempt "${1#* }" > /tmp/answer
}

# --- at several points of plug and unplug ---
is "unplugged" "$(attempt unplugged)" "done"
for point in 0 4 7; do
	interrupted "SIGINT at block $point of a plug" online_movable INT EINTR "$point" INT
done
interrupted "SIGTERM in a plug" online_movable TERM EINTR 3 TERM
interrupted "SIGKILL in a plug" online_movable KILL killed 3

is "online_movable" "$(attempt online_movable)" "done"
for point in 0 4 7; do
	interrupted "SIGINT at block $point of an unplug" unplugged INT EINTR "$point" INT
done
interrupted "SIGTERM in an unplug" unplugged TERM EINTR 3 TERM
interrupted "SIGKILL in an unplug" unplugged KILL killed 3
interrupted "SIGINT without a handler" unplugged INT killed 3 INT=DEFAULT

is "each is counted" "$(sed -n 's/^signal //p' "$DAX/kmem/transitions_cancelled")" 11
is "one warning for each" "$(dmesg | grep -c 'kmem dax0\.0: .*cancelled.*-EINTR')" 11

# --- stopping the writer, as a debugger does, also cancels ---
before=$(snapshot)
fault hold=1 times=1 skip=3
begin_write it unplugged
ok "SIGSTOP: under way" wait_until is_held
signal it STOP
ok "SIGSTOP: the driver is told" wait_until is_cancelled
let_go
ok "SIGSTOP: the rollback ends while the writer is stopped" wait_until is_settled
signal it CONT
end_write it
no_fault
is "SIGSTOP: EINTR" "$RESULT" EINTR
is_unchanged "SIGSTOP: every block is as before" "$before"

# --- an ignored signal does not cancel ---
fault hold=1 times=1 skip=3
begin_write ignoring unplugged INT=IGNORE
ok "a writer that ignores SIGINT: under way" wait_until is_held
signal ignoring INT
let_go
end_write ignoring
no_fault
is "a writer that ignores SIGINT: done" "$RESULT" "done"
is_unplugged "a writer that ignores SIGINT"

# --- afterwards transitions succeed ---
is "online_movable" "$(attempt online_movable)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
