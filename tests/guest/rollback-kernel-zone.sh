# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A plug into a kernel zone that fails is rolled back except for blocks that the kernel has used. The
# log names the blocks that stay online, and state agrees with the blocks.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

WHAT='plug into a kernel zone'
is "unplugged" "$(attempt unplugged)" "done"
before=$(snapshot)
mark_log "$WHAT"
fault what=online "block=$FIRST" err=16 times=1
is "$WHAT: EBUSY" "$(attempt online_kernel)" EBUSY
is "$WHAT: the fault was hit" "$(< "$FAULT/hits")" 1
no_fault
is "$WHAT: logged once, with device and block" \
	"$(times_since "$WHAT" "kmem dax0\.0: online_kernel: .*memory$FIRST\b.*could not be")" 1

if [[ $(state) == unplugged ]]; then
	is_unchanged "$WHAT: every block is as before" "$before"
	is "$WHAT: the log has no failed rollback" "$(times_since "$WHAT" 'rollback')" 0
	is "online_kernel" "$(attempt online_kernel)" "done"
	is_all "plugged" online_kernel 'online Normal'
else
	note "the kernel has kept memory of its own there"
	is "$WHAT: state is mixed" "$(state)" mixed
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		[[ $BLOCK_IS != online* ]] || is "$WHAT: the log says that memory$number stays online" \
			"$(times_since "$WHAT" "kmem dax0\.0: rollback: .*memory$number\b.*taken offline")" 1
	done
	before=$(snapshot)
	is "unplugged" "$(attempt unplugged)" EBUSY
	is_unchanged "a refused unplug changes nothing" "$before"
	is "online_kernel from mixed: refused" "$(attempt online_kernel)" EBUSY
	is "unbind" "$(unbind)" "done"
	is "bind" "$(bind)" "done"
	is "bound again: state is mixed" "$(state)" mixed
fi
done_testing
