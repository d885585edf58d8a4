# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A cancel is heard however early it comes: also before the worker listens for
# signals, and when it then has to wait for somebody who is in no hurry.
# vm: -s 512M
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
before=$(snapshot)

# Somebody's block is held half-way; the worker is given time before it listens, at the
# end of which it is the second hit.
fault what=offline,listen hold=1 times=2 delay_ms=$((700 * SLOW))
switch "$LAST" offline > /tmp/other &
other=$!
ok "somebody takes a block offline, which takes long" wait_until is_held
begin_write it unplugged INT
ok "the worker is there, and does not listen yet" wait_until has_matched 2
signal it INT
# Where probes are breakpoints, the delay stops a processor, for which this shell may have
# to wait. Then the signal comes when the worker listens.
hits=$(< "$FAULT/hits")
if ((SLOW > 1 && hits == 2)); then
	skip "nor when the signal has been sent" "a delay in a probe stops more than the worker on this kernel"
else
	is "nor when the signal has been sent" "$hits" 1
fi
ok "the writer comes back" wait_until has_result it
ok "while the block is held still" is_held
let_go
end_write it
is "it was cancelled" "$RESULT" EINTR
wait "$other"
is "the other one gets what it wanted" "$(< /tmp/other)" "done"
no_fault

is "back online" "$(switch "$LAST" online_movable)" "done"
is_unchanged "nothing else has changed" "$before"
is "unplugged" "$(attempt unplugged)" "done"
done_testing
