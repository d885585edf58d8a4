# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two lockdep reports about the core occur with the kernel's own driver, too. lockdep reports a
# possible deadlock between the removal of a memory block and a task in one of its files, because it
# does not know that both ran under device_hotplug_lock; and it reports pciehp's own locks when an
# expander is pulled out.
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
	# Lets lockdep see all locks.
	is "a block goes online" "$(switch "${BLOCKS[0]}" online_movable)" "done"
	is "the block goes offline" "$(switch "${BLOCKS[0]}" offline)" "done"
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
	ok "the report is about the removal of memory blocks" eval 'dmesg | grep -q "remove_memory_block_devices"'
}

pulling_is_reported() {
	REGION=region0
	find_expander
	is "an expander is pulled out" "$(machine device_del "cxl-mem$PLACE")" ''
	ok "the device is gone" wait_until test ! -e "$DAX"
	ok "lockdep reports pciehp" is_reported
	ok "the report is about pciehp's lock" eval 'dmesg | grep -q "reset_lock.* at: pciehp_unconfigure_device"'
}

case $DEVICE in
cxl) pulling_is_reported ;;
*) removal_is_reported ;;
esac
done_testing
