# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Several devices, and devices that appear and disappear. Needs helpers/device.sh.

# choose NAME: makes helpers/device.sh act on this device from now on.
choose() {
	DAX=/sys/bus/dax/devices/$1
	find_blocks
}

bound_to() { [[ ! -e $DAX/driver ]] || basename "$(realpath "$DAX/driver")"; }

# memory_named NAME: the number of entries of /proc/iomem with that name.
memory_named() { grep -c ": $1\$" /proc/iomem; }

# to_kmem: binds the device to kmem, even from another driver. Prints the result. Before Linux 6.6 a
# driver binds only devices that were written to new_id.
to_kmem() {
	local name=${DAX##*/}
	if [[ $(bound_to) != kmem ]]; then
		[[ ! -e $DAX/driver ]] || echo "$name" > "$DAX/driver/unbind"
		{ echo "$name" > "$KMEM/new_id"; } 2> /dev/null || true
	fi
	if [[ $(bound_to) == kmem ]]; then
		printf 'done\n'
	else
		write_file "$KMEM/bind" "$name"
	fi
}

# comes_and_goes DESCRIPTION: the device can be unplugged, which leaves no block or reservation, and
# plugged.
comes_and_goes() {
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is "$1, unplugged: blocks" "$(count absent)" "${#BLOCKS[@]}"
	is "$1, unplugged: reservations" "$(memory_named "${DAX##*/}")" 0
	is "$1: online_movable" "$(attempt online_movable)" "done"
	is_all "$1, plugged" online_movable 'online Movable'
}

# --- CXL; the guest's own tools do not know its volatile memory ---

CXL=/sys/bus/cxl/devices

cxl() { chroot /newer cxl "$@"; }

# find_expander: sets MEMORY_DEVICE (mem0, mem1) and PLACE (0, 1: the root port) of the expander
# under REGION.
find_expander() {
	local serial
	MEMORY_DEVICE=$(cxl list --regions --region="$REGION" --targets | jq -r '.[0].mappings[0].memdev')
	serial=$(< "$CXL/$MEMORY_DEVICE/serial")
	PLACE=$((serial - 1))
}

# create_region DESCRIPTION MEMORY...: creates a region over all memory of these expanders,
# interleaved; sets REGION, and chooses its device, bound to kmem.
create_region() {
	local description=$1
	shift
	REGION=$(cxl create-region --memdevs --type=ram --decoder=decoder0.0 --ways=$# "$@" 2> /tmp/cxl | jq -r .region)
	ok "$description: cxl create-region" eval "[[ '$REGION' ]] || ! cat /tmp/cxl"
	ok "$description: it makes a device" wait_until test -e "/sys/bus/dax/devices/dax${REGION#region}.0/size"
	choose "dax${REGION#region}.0"
	is "$description: it binds to kmem" "$(to_kmem)" "done"
}
