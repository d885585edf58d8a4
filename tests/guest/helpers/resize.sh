# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Creates devices in one DAX region, and changes their sizes while they are not bound.
modprobe device_dax
DEVICES=/sys/bus/dax/devices
REGION=$(realpath "$DAX/../dax_region")

has_driver() { [[ -e $DEVICES/$1/driver ]]; }

# bind_to_kmem DEVICE: binds DEVICE; prints "done" or the errno's name. Before Linux 6.6 a driver binds
# the devices that were written to new_id, all of them, and no others.
bind_to_kmem() {
	local device
	if [[ $KERNEL == 6.1 ]]; then
		for device in "$DEVICES"/*; do
			{ basename "$device" > "$KMEM/remove_id"; } 2> /dev/null || true
		done
		{ echo "$1" > "$KMEM/new_id"; } 2> /dev/null || true
	fi
	if has_driver "$1"; then echo "done"; else write_file "$KMEM/bind" "$1"; fi
}

release() { ! has_driver "$1" || echo "$1" > "$DEVICES/$1/driver/unbind"; }
resize() { is "$1: $2 bytes" "$(write_file "$DEVICES/$1/size" "$2")" "done"; }

# new_device SIZE: creates a device; sets DEVICE.
new_device() {
	local before
	before=$(ls "$DEVICES")
	echo 1 > "$REGION/create"
	DEVICE=$(comm -13 <(echo "$before") <(ls "$DEVICES"))
	release "$DEVICE"
	resize "$DEVICE" "$1"
}

delete_device() {
	release "$1"
	echo 0 > "$DEVICES/$1/size"
	is "delete $1" "$(write_file "$REGION/delete" "$1")" "done"
}
