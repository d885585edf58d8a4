# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# A module that is unloaded during a plug and cannot roll the plug back logs how many blocks stay
# online.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

# unload_during_plug: cancels a plug when MIDDLE is half-way online; LAST is online by then, and
# cannot go offline again.
unload_during_plug() {
	fault what=online block="$MIDDLE" hold=1 times=1
	begin_write it online_movable
	ok "a plug is under way" wait_until is_held
	rmmod kmem &
	ok "unloading waits for the plug" wait_until is_awaited
	# The held block reads err when it is released, so err is set after the hold.
	echo offline > "$FAULT/what"
	echo "$LAST" > "$FAULT/block"
	echo $((2000 * SLOW)) > "$FAULT/delay_ms"
	echo -1 > "$FAULT/times"
	let_go
	wait_until eval '! is_held'
	echo 16 > "$FAULT/err"
	end_write it
	wait $!
	no_fault
}

is "unplugged" "$(attempt unplugged)" "done"
mark_log unload
unload_during_plug
ok "the module is unloaded" test ! -e /sys/module/kmem
is "one block stays online" "$(count 'online*')" 1
is "the others are offline" "$(count 'offline*')" $((${#BLOCKS[@]} - 1))
is "the log has the number" "$(log_since unload 'left without a driver' | grep -oE '[0-9]+ online' | cut -d ' ' -f 1)" 1

ok "load" load_kmem
is "the module, loaded again, takes all blocks over" "$(count 'online*') $(cat "$DAX/kmem/blocks_present")" "1 ${#BLOCKS[@]}"
# The empty reservation of the unloaded module stays until the next boot.
is "unplugged" "$(attempt unplugged)" "done"
is "in the end: no block is left" "$(count absent)" "${#BLOCKS[@]}"
done_testing
