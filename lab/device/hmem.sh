# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A DAX device of soft-reserved memory, like the high-bandwidth memory of real firmware: RAM on a
# NUMA node of its own, which a kernel argument marks "specific purpose" and the module dax_hmem
# turns into dax0.0.
#
# Sourced on the host (device_on_host) and in the guest (device_in_guest).

# shellcheck source=lab/device/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Sets DEVICE_QEMU, DEVICE_CPU and DEVICE_KERNEL (arguments) from SIZE and BLOCK
# (bytes) and RANGES. A block lies between two ranges.
device_on_host() {
	local whole ram start end
	whole=$(round_up $((SIZE + (RANGES - 1) * BLOCK)) "$BLOCK")
	ram=$(guest_ram "$whole")
	start=$((ram + 2 * GIB)) # q35 leaves a hole of 2 GiB below 4 GiB
	end=$((start + whole))
	DEVICE_QEMU=()
	add_node 0 "$ram" ,cpus=0-1
	add_node 1 "$whole" ''
	DEVICE_KERNEL=(nokaslr "memmap=$whole%$start-1+0xefffffff")
	((BLOCK == 128 * MIB)) || large_blocks "$end"
	DEVICE_QEMU+=(-m "$((TOTAL_RAM / MIB))M")
	processor_for "$end"
}

# x86 uses memory blocks of 2 GiB if ordinary RAM ends above 64 GiB at a boundary of 2 GiB. So this
# adds such RAM above the device. All but its last 2 GiB are reserved and never touched.
large_blocks() {
	local from=$1 size
	from=$(round_up "$from" $((2 * GIB)))
	size=$((66 * GIB - from))
	((size >= 2 * GIB)) || size=$((2 * GIB))
	add_node 2 "$size" ''
	((size == 2 * GIB)) || DEVICE_KERNEL+=("memmap=$((size - 2 * GIB))\$$from")
}

# --- in the guest ---

device_in_guest() {
	DAX=/sys/bus/dax/devices/dax0.0
	modprobe dax_hmem && wait_for "$DAX" || return
	((RANGES == 1)) || split_ranges || return
	use_device
}

# Divides the region between dax0.0 and a device for each gap: temporary devices occupy the ranges
# of dax0.0 until the gaps are in place.
split_ranges() {
	local region piece child number=0 pieces=() gaps=()
	region=$(realpath "$DAX/../dax_region")
	# shellcheck disable=SC2017 # rounding to whole blocks is the purpose
	piece=$((SIZE / BLOCK / RANGES * BLOCK))
	modprobe device_dax || return
	[[ ! -e $DAX/driver ]] || echo dax0.0 > "$DAX/driver/unbind" || return
	echo 0 > "$DAX/size" || return
	while ((++number < RANGES)); do
		new_child "$region" "$piece" && pieces+=("$child") || return
		new_child "$region" "$BLOCK" && gaps+=("$child") || return
	done
	for child in "${pieces[@]}"; do
		delete_child "$region" "$child" || return
	done
	echo "$SIZE" > "$DAX/size" || return
	for child in "${gaps[@]}"; do
		keep_from_kmem "$child" || return
	done
}

# new_child REGION SIZE: creates a device; sets child to its name.
new_child() {
	local region=$1 size=$2 before
	before=$(ls /sys/bus/dax/devices)
	echo 1 > "$region/create" || return
	child=$(comm -13 <(echo "$before") <(ls /sys/bus/dax/devices))
	echo "$size" > "/sys/bus/dax/devices/$child/size"
}

delete_child() {
	local region=$1 child=$2
	[[ ! -e /sys/bus/dax/devices/$child/driver ]] ||
		echo "$child" > "/sys/bus/dax/devices/$child/driver/unbind" || return
	echo 0 > "/sys/bus/dax/devices/$child/size" && echo "$child" > "$region/delete"
}

# Puts the device NAME, which lies between two ranges, into devdax mode.
keep_from_kmem() {
	[[ -e /sys/bus/dax/devices/$1/driver ]] ||
		echo "$1" > /sys/bus/dax/drivers/device_dax/new_id
}
