# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# usage: storm.sh [OPTION...]; those of tests/storm/main.c, and --seed new
#
# Whatever is done to the device, at random and at once, every invariant holds: blocks,
# MemTotal, zones, /proc/iomem, references and contents.
# vm: -s 1G -t 400 -- --seed 1 --minutes 1
# vm-full: -s 2G -r 3 -t 3000 -- --seed new --minutes 10
. "$LAB/tests/guest/helpers/device.sh"

STORM=$LAB/programs/storm

[[ -e $DAX/state ]] || skip_all "the kernel's own driver has no state file to write to"

# On these a kernel zone gives its blocks back; later kernels, and those that check
# themselves, use them at once and for good.
ZONES=()
[[ $KERNEL != @(6.1|6.12|6.12-*) ]] || ZONES=(--kernel-zone)
let_kernel_choose_movable

# storm OPTION...: its status is 0 if nothing was violated.
storm() { "$STORM" "${ZONES[@]}" "$@"; }

# A storm that sees nothing would pass as well.
spoiled=$(storm --seed 1 --transitions 100 --spoil 5) && status=0 || status=$?
is "a byte that is changed behind a process is seen" "$status" 1
ok "the seed is said" grep -q '^# again: lab/storm --seed 1 ' <<< "$spoiled"

OPTIONS=("${@/#new/$SRANDOM}")
(($#)) || OPTIONS=(--seed 1 --minutes 1)
note "storm ${ZONES[*]} ${OPTIONS[*]}"
storm "${OPTIONS[@]}" | tee /tmp/storm
is "no invariant is violated" "${PIPESTATUS[0]}" 0

# did NAME OUTCOME: it was seen at least once.
did() { grep -qE "^# $1: (.* )?$2 [1-9]" /tmp/storm; }
for word in unplugged online_movable; do
	ok "it was not all in vain: $word" did "state $word" "done"
done
ok "live data were moved" grep -qE '^# [1-9][0-9]* pages of live data' /tmp/storm
done_testing
