# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Puts other memory into the zone of the measured device. Sourced by zones.sh.

RULE=/run/udev/rules.d/40-bench.rules

# split: leaves three quarters of the region to the first device and gives the rest
# to a second one. Sets LOWER and UPPER to their names.
split() {
	local region before size
	region=$(realpath "$DAX/../dax_region")
	size=$(((${#BLOCKS[@]} - ${#BLOCKS[@]} / 4) * BLOCK))
	[[ -e /sys/bus/dax/drivers/device_dax ]] || modprobe device_dax
	begin_absent
	unbind
	echo "$size" > "$DAX/size"
	before=$(ls /sys/bus/dax/devices)
	echo 1 > "$region/create"
	LOWER=$DEVICE
	UPPER=$(comm -13 <(echo "$before") <(ls /sys/bus/dax/devices))
	cat "$region/available_size" > "/sys/bus/dax/devices/$UPPER/size"
}

# use NAME: measures device NAME from now on.
use() {
	DEVICE=$1 DAX=/sys/bus/dax/devices/$1
	bind
	find_blocks
}

# as NAME COMMAND...: runs COMMAND for device NAME instead of the measured one.
as() {
	local DEVICE=$1 DAX=/sys/bus/dax/devices/$1 BLOCKS ONLINE
	find_blocks
	"${@:2}"
}

plug_other() { bind_any; begin_absent; plug; }
plug_device() { as "$1" plug_other; }
unplug_device() { as "$1" unplug; }

# bind_any: binds the device to kmem, even if it is bound to another driver.
bind_any() {
	[[ $DAX/driver -ef $KMEM ]] && return
	unbind
	echo "$DEVICE" > "$KMEM/bind" 2> /dev/null || echo "$DEVICE" > "$KMEM/new_id"
}

# make_hole NAME: offlines the second block of NAME, so that the hole is inside the zone.
make_hole() { as "$1" offline_second; }
offline_second() { echo offline > "$MEMORY/memory${BLOCKS[1]}/state"; }

start_rule() {
	mkdir -p "$(dirname "$RULE")"
	cat > "$RULE" <<- 'EOF'
		SUBSYSTEM=="memory", ACTION=="add|offline", ATTR{state}=="offline", ATTR{state}="online"
	EOF
	/lib/systemd/systemd-udevd --daemon
}

stop_rule() {
	udevadm control --exit
	rm -f "$RULE"
}
