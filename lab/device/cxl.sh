# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# DAX devices of CXL memory: two expanders of SIZE each with volatile memory (in QEMU cxl-mem0
# with serial number 1, cxl-mem1 with 2; Linux numbers mem0 and mem1 in the order in which it
# finds them), each behind a root port of one host bridge, whose window is twice as large as both.
# A region over mem0 makes dax0.0; mem1 is left to the script.
#
# Sourced on the host (device_on_host) and in the guest (device_in_guest).

# shellcheck source=lab/device/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

UNIT=$((256 * MIB)) # the granularity of CXL memory

# The processor lacks the "hypervisor" bit, because a kernel in a virtual machine refuses to flush
# the caches for a new region.
device_on_host() {
	local ram number
	only_plain cxl
	((SIZE % UNIT == 0)) || refuse "-v cxl: -s must be a multiple of 256M"
	need_module dax_cxl
	qemu_for_cxl
	NEWER_TOOLS=1
	ram=$(guest_ram $((2 * SIZE)))
	DEVICE_QEMU=(-M cxl=on -device pxb-cxl,id=cxl,bus=pcie.0,bus_nr=12
		-M "cxl-fmw.0.targets.0=cxl,cxl-fmw.0.size=$((4 * SIZE))")
	add_node 0 "$ram" ,cpus=0-1
	for number in 0 1; do
		add_backend "expander$number" "$SIZE"
		DEVICE_QEMU+=(-device "cxl-rp,id=port$number,bus=cxl,port=$number,chassis=0,slot=$((number + 2))"
			-device "cxl-type3,id=cxl-mem$number,bus=port$number,volatile-memdev=expander$number,sn=$((number + 1))")
	done
	DEVICE_QEMU+=(-m "$((TOTAL_RAM / MIB))M")
	DEVICE_KERNEL=()
	processor_for $((ram + 4 * SIZE + 8 * GIB))
	DEVICE_CPU+=,-hypervisor
}

# --- in the guest ---

device_in_guest() {
	local cxl=/sys/bus/cxl/devices number
	modprobe -a cxl_acpi cxl_pci cxl_port cxl_mem dax_cxl device_dax || return
	for number in 0 1; do
		wait_for "$cxl/mem$number/driver" || return
	done
	chroot /newer cxl create-region --memdevs --type=ram --decoder=decoder0.0 mem0 || return
	use_device
}
