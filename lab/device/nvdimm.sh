# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A DAX device of persistent memory: an NVDIMM of SIZE on a NUMA node of its own, with one
# namespace in devdax mode, dax0.0. The data of dax0.0 begin 2 MiB into the NVDIMM, so kmem leaves
# out the first memory block.
#
# Sourced on the host (device_on_host) and in the guest (device_in_guest).

# shellcheck source=lab/device/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

LABELS=$((2 * MIB)) # the labels, which describe the namespaces

device_on_host() {
	local ram
	only_plain nvdimm
	need_module nfit
	ram=$(guest_ram "$SIZE")
	DEVICE_QEMU=(-M nvdimm=on)
	add_node 0 "$ram" ,cpus=0-1
	add_backend pmem0 $((SIZE + LABELS))
	DEVICE_QEMU+=(-numa node,nodeid=1
		-m "$((TOTAL_RAM / MIB))M,slots=1,maxmem=$(((ram + SIZE) / MIB + 4096))M"
		-device "nvdimm,id=nvdimm0,memdev=pmem0,node=1,label-size=$LABELS")
	DEVICE_KERNEL=()
	processor_for $((ram + SIZE + 4 * GIB))
}

# --- in the guest ---

device_in_guest() {
	modprobe -a nfit nd_pmem dax_pmem device_dax || return
	wait_for /sys/bus/nd/devices/region0 || return
	ndctl disable-region all && ndctl init-labels --force all && ndctl enable-region all || return
	ndctl create-namespace --mode=devdax --map=mem || return
	use_device
}
