# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A signal cancels a transition however early it arrives: even before the worker accepts signals,
# while another task is in the middle of switching a block and the worker has to wait for that task.
# vm: -s 512M
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
before=$(snapshot)

# The first hit holds another task half-way through its switch of a block. The worker is delayed
# before it accepts signals; when the delay ends, the fault counts the second hit.
fault what=offline,listen hold=1 times=2 delay_ms=$((700 * SLOW))
switch "$LAST" offline > /tmp/other &
other=$!
ok "another task's switch of a block is held" wait_until is_held
begin_write it unplugged INT
ok "the worker runs, and does not accept signals yet" wait_until has_matched 2
signal it INT
# If probes are breakpoints, the delay stops a processor, which may delay this shell, so that the
# signal arrives only after the worker has begun to accept signals.
hits=$(< "$FAULT/hits")
if ((SLOW > 1 && hits == 2)); then
	skip "the worker does not accept signals when the signal is sent" "a delay in a probe stops more than the worker on this kernel"
else
	is "the worker does not accept signals when the signal is sent" "$hits" 1
fi
ok "the writer returns" wait_until has_result it
ok "the block is still held" is_held
let_go
end_write it
is "the transition was cancelled" "$RESULT" EINTR
wait "$other"
is "the other task's switch succeeds" "$(< /tmp/other)" "done"
no_fault

is "the block goes online again" "$(switch "$LAST" online_movable)" "done"
is_unchanged "nothing else has changed" "$before"
is "unplugged" "$(attempt unplugged)" "done"
done_testing
