# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Unbind, module unload and suspend cancel a transition, wait for its rollback, and proceed.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

is "unplugged" "$(attempt unplugged)" "done"

mark_log plug
caught online_movable unbind
is "unbind during a plug: the writer gets ECANCELED" "$RESULT" ECANCELED
is "unbind during a plug: done" "$ANSWER" "done"
ok "unbind during a plug: the log says why" log_since plug 'online_movable: cancelled: .*unb[io]'
ok "unbind during a plug: the device is unbound" eval '! is_bound'
is "unbind during a plug: rolled back" "$(count absent)" "${#BLOCKS[@]}"
is "unbind during a plug: no reservation is left" "$(left_over)" 0
is "bind again" "$(bind)" "done"
is_all "bind again" offline 'offline*'

# A writer that waited for a transition finds the device unbound, although its memory is as wanted.
is "unplugged" "$(attempt unplugged)" "done"
fault hold=1 times=1 skip=3
begin_write it online_movable
ok "a plug is under way" wait_until is_held
begin_write second unplugged
ok "a second writer waits" wait_until in_store second
unbind > /tmp/answer &
ok "unbind waits" wait_until is_awaited
let_go
end_write it
is "unbind beside a second writer: the first gets ECANCELED" "$RESULT" ECANCELED
end_write second
is "unbind beside a second writer: the second gets ENODEV" "$RESULT" ENODEV
wait $!
no_fault
is "bind again" "$(bind)" "done"

# Another task, not a transition, puts this block online. The driver holds the reference to the
# module for that task alone, and the interrupted unplug must not drop it.
fault hold=1 times=1 what=online
switch "$FIRST" online_movable > /tmp/switched &
switcher=$!
ok "another task puts a block online" wait_until is_held
begin_write it unplugged INT
ok "an unplug waits for that task" wait_until grep -q mixed "$DAX/state"
pause 0.3
signal it INT
end_write it
is "a signal interrupts the waiting unplug" "$RESULT" EINTR
let_go
wait "$switcher"
no_fault
is "the block is online" "$(count 'online Movable')" 1
ok "unload while the block is online: refused" eval '! rmmod kmem'
is "the block is offline again" "$(switch "$FIRST" offline)" "done"

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
caught unplugged unbind
is "unbind during an unplug: the writer gets ECANCELED" "$RESULT" ECANCELED
is "unbind during an unplug: done" "$ANSWER" "done"
ok "unbind during an unplug: the device is unbound" eval '! is_bound'
is "unbind during an unplug: rolled back" "$(count 'online Movable')" "${#BLOCKS[@]}"
is "bind again" "$(bind)" "done"
is_all "bind again" online_movable 'online Movable'

ok "unload while online: refused" eval '! rmmod kmem'
is "unplugged" "$(attempt unplugged)" "done"
caught online_movable rmmod kmem
is "unload during a plug: the writer gets ECANCELED" "$RESULT" ECANCELED
is "unload during a plug: done" "$STATUS" 0
ok "unload during a plug: the module is unloaded" test ! -e /sys/module/kmem
is "unload during a plug: rolled back" "$(count absent)" "${#BLOCKS[@]}"
is "unload during a plug: no reservation is left" "$(left_over)" 0
ok "load again" load_kmem
is_all "loaded again" offline 'offline*'

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
fault hold=1 times=1 skip=3
begin_write it unplugged
ok "an unplug is under way" wait_until is_held
ok "unload during an unplug: refused" eval '! rmmod kmem'
let_go
end_write it
no_fault
is "unload during an unplug: the unplug goes on" "$RESULT" "done"
is_unplugged "unload during an unplug"

# The kernel's suspend test freezes all processes and thaws them.
if echo freezer > /sys/power/pm_test; then
	# The test spins for pm_test_delay seconds, by default 5, which the watchdog of a slow guest
	# reports as a lockup.
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	is "online_movable" "$(attempt online_movable)" "done"
	before=$(snapshot)
	caught unplugged write_file /sys/power/state freeze
	is "suspend during an unplug: the writer gets ECANCELED" "$RESULT" ECANCELED
	is "suspend during an unplug: the system has slept" "$ANSWER" "done"
	ok "suspend during an unplug: last_failure has the reason" grep -q 'error=-ECANCELED reason=suspend ' "$DAX/kmem/last_failure"
	ok "suspend during an unplug: the cancellation is counted" grep -qx 'suspend 1' "$DAX/kmem/transitions_cancelled"
	is_unchanged "suspend during an unplug: rolled back" "$before"
	is "awake again: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "awake again"
else
	skip "suspend" "the kernel was built without tests of suspend"
fi
done_testing
