# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what is for eval
# A notifier may refuse with any errno, also with one that means something else
# to the driver: the write fails with it, everything is as before.
# vm: -s 1G
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault

is "unplugged" "$(attempt unplugged)" "done"
for number in 4 11 512; do
	for word in online_movable unplugged; do
		before=$(snapshot)
		fault block="$MIDDLE" err=$number times=-1
		begin_write it "$word"
		ok "$word refused with errno $number comes back" wait_until has_result it
		kill "${WRITERS[it]}" 2> /dev/null
		end_write it
		ok "$word refused with errno $number fails" eval '[[ $RESULT != "done" ]]'
		note "$RESULT"
		no_fault
		is_unchanged "$word refused with errno $number changes nothing" "$before"
		is "$word is possible after that" "$(attempt "$word")" "done"
	done
done
done_testing
