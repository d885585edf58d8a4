# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# usage: storm.sh [OPTION...]; those of tests/storm/main.c, and --seed new
#
# Random operations on the device, several at once, leave every invariant intact: blocks,
# MemTotal, zones, /proc/iomem, references and contents.
# vm: -s 1G -t 400 -- --seed 1 --minutes 1
# vm-full: -s 2G -r 3 -t 3000 -- --seed new --minutes 10
. "$LAB/tests/guest/helpers/device.sh"

STORM=$LAB/programs/storm

[[ -e $DAX/state ]] || skip_all "the kernel's own driver has no state file to write to"

# Blocks go online in ZONE_MOVABLE, unless --kernel-zone is given: the kernel seldom frees memory
# that it has allocated from a kernel zone, and most operations then fail with EBUSY.
let_kernel_choose_movable

# Checks that the storm detects a violation.
spoiled=$("$STORM" --seed 1 --transitions 100 --spoil 5) && status=0 || status=$?
is "a byte that is changed behind a process is detected" "$status" 1
ok "the output has the seed" grep -q '^# again.*: lab/storm --seed 1 ' <<< "$spoiled"

OPTIONS=("${@/#new/$SRANDOM}")
(($#)) || OPTIONS=(--seed 1 --minutes 1)
note "storm ${OPTIONS[*]}"
"$STORM" "${OPTIONS[@]}" | tee /tmp/storm
is "no invariant is violated" "${PIPESTATUS[0]}" 0

# share NAME: prints how many per cent of these operations succeeded.
share() {
	awk -v name="# $1: " 'index($0, name) == 1 {
		for (i = split($0, word, " "); word[i] !~ /:$/; i -= 2) {
			all += word[i]
			if (word[i - 1] == "done") good = word[i]
		}
		print int(100 * good / all)
	}' /tmp/storm
}

# A stuck device would not violate any invariant.
if [[ "${OPTIONS[*]}" != *--kernel-zone* ]]; then
	for word in unplugged online_movable; do
		note "state $word: $(share "state $word") of 100 done"
		ok "the operation succeeds often enough: $word" eval "(($(share "state $word") >= 30))"
	done
fi
ok "live data were moved" grep -qE '^# [1-9][0-9]* pages of live data' /tmp/storm
done_testing
