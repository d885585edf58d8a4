# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A long rollback triggers no hung-task report, neither for the cancelled writer nor for a task that
# waits to suspend the system.
# vm: -s 512M
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault
DETECTOR=/proc/sys/kernel/hung_task_timeout_secs
PATIENCE=$((2 * SLOW)) # seconds
LONG=$((4 * PATIENCE))

REPORTS_LEFT=/proc/sys/kernel/hung_task_warnings
[[ -w $DETECTOR ]] || skip_all "the kernel has no detector of hung tasks"
PATIENCE_BEFORE=$(< "$DETECTOR")
echo "$PATIENCE" > "$DETECTOR"

# held WORD: begins a transition to WORD and holds it in the middle of a block.
held() {
	fault hold=1 times=1 skip=1
	begin_write it "$1" INT
	ok "$1 under way" wait_until is_held
}

# no_task_hangs DESCRIPTION: waits longer than the detector's timeout; no task is reported.
no_task_hangs() {
	pause "$LONG"
	ok "$1: the detector still reports" test "$(< $REPORTS_LEFT)" -ne 0
	is "$1" "$(dmesg | grep 'blocked for more')" ''
}

is "unplugged" "$(attempt unplugged)" "done"
held online_movable
signal it INT
no_task_hangs "the cancelled writer is not reported as hung"
let_go
end_write it
no_fault
is "the writer" "$RESULT" EINTR

if echo freezer > /sys/power/pm_test; then
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	is "online_movable" "$(attempt online_movable)" "done"
	held unplugged
	write_file /sys/power/state freeze > /tmp/answer &
	sleeper=$!
	no_task_hangs "a task that waits to suspend is not reported as hung"
	let_go
	end_write it
	no_fault
	wait "$sleeper"
	is "the writer" "$RESULT" ECANCELED
	is "the system has slept" "$(< /tmp/answer)" "done"
else
	skip "suspend" "the kernel was built without tests of suspend"
fi
echo "$PATIENCE_BEFORE" > "$DETECTOR"
done_testing
