# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions that the kinds of DAX device share: on the host they describe NUMA nodes to QEMU, in the
# guest they wait for files and bind the device.

GIB=$((1 << 30))
MIB=$((1 << 20))

# --- on the host: adding to DEVICE_QEMU ---

TOTAL_RAM=0

add_node() {
	local number=$1 size=$2 more=$3
	add_backend "ram$number" "$size"
	DEVICE_QEMU+=(-numa "node,nodeid=$number,memdev=ram$number$more")
	((TOTAL_RAM += size))
}

add_backend() { DEVICE_QEMU+=(-object "memory-backend-ram,id=$1,size=$2,reserve=off"); }

# guest_ram SIZE: prints how much RAM a guest needs for a device of SIZE. The page structs take 1.6 %
# of the device; a kernel that checks itself also records the state of each byte. The result is a
# multiple of 2 GiB, so that the device begins at a boundary of the largest block.
guest_ram() {
	local wanted=$((2 * GIB + $1 / 50))
	! kernel_checks_itself "$KERNEL" || wanted=$((3 * GIB + $1 / 5))
	((wanted >= 4 * GIB)) || wanted=$((4 * GIB))
	round_up "$wanted" $((2 * GIB))
}

# processor_for END: sets DEVICE_CPU for a processor that can address memory up to END. With an AMD
# processor, the default, QEMU keeps the last 12 GiB below 1 TiB free, and if RAM would overlap
# them, moves all RAM above 4 GiB to 1 TiB.
processor_for() {
	DEVICE_CPU=
	(($1 < 1 << 39)) || DEVICE_CPU=,phys-bits=46
	(($1 < 0xfd00000000)) || DEVICE_CPU+=,vendor=GenuineIntel
}

round_up() { printf '%s\n' $((($1 + $2 - 1) / $2 * $2)); }

# need_module NAME: skips the run if the kernel lacks the module.
need_module() {
	modprobe -d "$KERNEL_ROOT" -S "$KERNEL_RELEASE" --show-depends "$1" &> /dev/null ||
		die_with "$EXIT_SKIP" "Linux $KERNEL has no module $1, which -v $DEVICE needs"
}

# only_plain KIND: refuses options that only soft-reserved memory has.
only_plain() {
	((BLOCK == 128 * MIB)) || refuse "-v $1: only -b 128M is possible"
	((RANGES == 1)) || refuse "-v $1: only -r 1 is possible"
}

# --- in the guest ---

# wait_for FILE: waits up to a minute for FILE, long enough for kernels that check themselves.
wait_for() {
	local try
	for ((try = 0; try < 1200; try++)); do
		[[ ! -e $1 ]] || return 0
		sleep 0.05
	done
	echo "$1 did not appear"
	return 1
}

# Waits for dax0.0 and binds it to kmem.
use_device() {
	DAX=/sys/bus/dax/devices/dax0.0
	wait_for "$DAX" && bind_kmem && NODE=$(< "$DAX/target_node") || return
	export DAX NODE
}

bind_kmem() {
	local options kmem=/sys/bus/dax/drivers/kmem
	read -ra options <<< "$KMEM_OPTIONS"
	modprobe kmem "${options[@]}" || return
	if [[ ! $DAX/driver -ef $kmem ]]; then
		[[ ! -e $DAX/driver ]] || echo dax0.0 > "$DAX/driver/unbind"
		echo dax0.0 > "$kmem/new_id"
		[[ -e $DAX/driver ]] || echo dax0.0 > "$kmem/bind"
	fi
	[[ $DAX/driver -ef $kmem ]] && return
	echo "dax0.0 did not bind to kmem"
	dmesg | grep -E 'kmem|dax0.0' | tail -n 4
	return 1
}
