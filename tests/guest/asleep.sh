# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A write while the system is going to sleep waits until the system is awake, and delays no unbind.
# vm: -s 512M
# full
. "$LAB/tests/guest/helpers/device.sh"

# A program that hibernates the system keeps /dev/snapshot open. No child may inherit it.
fall_asleep() { exec 9< /dev/snapshot; }
wake_up() { exec 9<&-; }

(fall_asleep) 2> /dev/null || skip_all "no program can hibernate this system"
is "unplugged" "$(attempt unplugged)" "done"
fall_asleep
begin_write it online_movable 9<&-
ok "asleep: a task writes to state" wait_until is_writing it
pause 0.5
ok "asleep: the write waits" eval '! has_result it'
is "asleep: no transition has begun" "$(count absent)" "${#BLOCKS[@]}"
wake_up
end_write it
is "awake: the write succeeds" "$RESULT" "done"

# Suspends the system while the program keeps /dev/snapshot open.
suspend() {
	echo freezer > /sys/power/pm_test
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	write_file /sys/power/state freeze
}

fall_asleep
if [[ -e /sys/power/pm_test ]]; then
	is "asleep: the system is suspended and resumes" "$(suspend)" "done"
else
	skip "asleep: the system is suspended and resumes" "this kernel cannot test suspending"
fi
begin_write it unplugged 9<&-
ok "asleep again: a task writes to state" wait_until is_writing it
pause 0.5
ok "asleep again: the write waits" eval '! has_result it'
is "asleep again: no transition has begun" "$(count 'online Movable')" "${#BLOCKS[@]}"
ok "unbind does not wait for the writer" timeout 20 bash -c "echo dax0.0 > $KMEM/unbind"
end_write it
is "the writer gets ENODEV" "$RESULT" ENODEV
stranded=$(echo "$KMEM"/stranded/*/)
ok "the memory is stranded" test -d "$stranded"
is "asleep again: a reclaim is refused" "$(write_file "$stranded/reclaim" 1)" ECANCELED
wake_up
is "awake: a reclaim succeeds" "$(write_file "$stranded/reclaim" 1)" "done"
is "bound again" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
done_testing
