# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A signal to the writer cancels the transition, wherever it is: it is rolled
# back, and the writer gets EINTR.
# vm: -s 1G -t 240
. "$LAB/tests/guest/helpers/device.sh"
load_fault

# interrupted DESCRIPTION WORD SIGNAL RESULT POINT [HANDLED...]: the signal comes
# while the POINT-th block is being switched.
interrupted() {
	local description=$1 word=$2 name=$3 result=$4 point=$5 before
	shift 5
	before=$(snapshot)
	fault hold=1 times=1 "skip=$point"
	begin_write it "$word" "$@"
	ok "$description: under way" wait_until is_held
	signal it "$name"
	pause 0.1
	is "$description: not over before it is rolled back" "$(timeout 2 cat "$DAX/state")" mixed
	ok "$description: nor is the write" eval '! has_result it'
	let_go
	end_write it
	# shellcheck disable=SC2153 # end_write sets it
	is "$description: $result" "$RESULT" "$result"
	# A writer that was killed does not wait for the end of it.
	wait_until is_settled
	no_fault
	is_unchanged "$description: every block is as before" "$before"
	go_back_to "${before%%$'\n'*}"
}

# shellcheck disable=SC2317 # called by name
is_settled() { [[ $(state) != mixed ]]; }

# After a failure above the next one should not fail for that.
go_back_to() {
	[[ "state: $(state)" == "$1" ]] || attempt unplugged > /tmp/answer
	[[ "state: $(state)" == "$1" ]] || attempt "${1#* }" > /tmp/answer
}

# At points all over both directions.
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

# A writer that is stopped, as by a debugger, is cancelled too.
before=$(snapshot)
fault hold=1 times=1 skip=3
begin_write it unplugged
ok "SIGSTOP: under way" wait_until is_held
signal it STOP
pause 0.1
let_go
ok "SIGSTOP: it ends while the writer is stopped" wait_until is_settled
signal it CONT
end_write it
no_fault
is "SIGSTOP: EINTR" "$RESULT" EINTR
is_unchanged "SIGSTOP: every block is as before" "$before"

# A signal that the writer ignores is none.
fault hold=1 times=1 skip=3
begin_write ignoring unplugged INT=IGNORE
ok "a writer that ignores SIGINT: under way" wait_until is_held
signal ignoring INT
let_go
end_write ignoring
no_fault
is "a writer that ignores SIGINT: done" "$RESULT" "done"
is_unplugged "a writer that ignores SIGINT"

# Cancelled, the device is as good as before.
is "online_movable" "$(attempt online_movable)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing
