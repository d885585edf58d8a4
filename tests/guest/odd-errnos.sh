# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A notifier may refuse with any errno, even one that has a meaning for the driver: the write fails
# with that errno, and everything is as before.
# vm: -s 1G
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault

is "unplugged" "$(attempt unplugged)" "done"
# 512 is ERESTARTSYS and 513 ERESTARTNOINTR, which the kernel must not return to programs. The core
# returns 513 itself if device_hotplug_lock is taken, and the driver then tries again.
declare -A NAMES=([4]=EINTR [11]=EAGAIN [512]=EIO [513]=EIO)
for number in "${!NAMES[@]}"; do
	for word in online_movable unplugged; do
		before=$(snapshot)
		fault block="$MIDDLE" "err=$number" times=-1
		begin_write it "$word"
		ok "$word refused with errno $number returns" wait_until has_result it
		kill "${WRITERS[it]}" 2> /dev/null
		end_write it
		is "$word refused with errno $number fails" "$RESULT" "${NAMES[$number]}"
		no_fault
		is_unchanged "$word refused with errno $number changes nothing" "$before"
		is "$word is possible after that" "$(attempt "$word")" "done"
	done
done
done_testing
