# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What lockdep says of the core with the kernel's own driver too, which is what this is
# the proof of. It takes the removal of a memory block in whose files somebody is for a
# possible deadlock: it does not know that both have been under device_hotplug_lock. And
# it takes pciehp's own locks for one when an expander is pulled out.
# driver: stock
# vm: -w -s 512M
# vm: -w -v cxl -s 512M -a pcie_ports=native
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/machine.sh"

[[ $KERNEL == debug* ]] || skip_all "this kernel has no lockdep"

is_reported() { dmesg | grep -q 'possible circular locking dependency'; }

write_all() {
	local number
	while [[ -e $MEMORY/memory${BLOCKS[0]} ]]; do
		for number in "${BLOCKS[@]}"; do
			{ echo offline > "$MEMORY/memory$number/state"; } 2> /dev/null || true
		done
	done
}

removal_is_reported() {
	local round
	# So that lockdep knows all of it.
	is "a block goes online" "$(switch "${BLOCKS[0]}" online_movable)" "done"
	is "and offline" "$(switch "${BLOCKS[0]}" offline)" "done"
	for ((round = 0; round < 10; round++)); do
		! is_reported || break
		write_all &
		write_all &
		pause 0.3
		unbind > /tmp/answer
		wait
		bind > /tmp/answer
	done
	ok "lockdep reports the kernel's own driver" is_reported
	ok "for what it removes" eval 'dmesg | grep -q "remove_memory_block_devices"'
}

pulling_is_reported() {
	REGION=region0
	find_expander
	is "an expander is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
	ok "it is gone" wait_until test ! -e "$DAX"
	ok "lockdep reports pciehp" is_reported
	ok "for its lock" eval 'dmesg | grep -q "reset_lock.* at: pciehp_unconfigure_device"'
}

case $DEVICE in
cxl) pulling_is_reported ;;
*) removal_is_reported ;;
esac
done_testing
