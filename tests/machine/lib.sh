# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests on complete machines, besides tests/guest/lib.sh: boots, and which driver serves.

# shellcheck source=tests/guest/lib.sh
. "$LAB/tests/guest/lib.sh"

DAX=/sys/bus/dax/devices/dax0.0
RULES=/etc/modprobe.d/test.conf

# next_boot [ARGUMENT...]: ends this boot's points; the next has these kernel arguments.
next_boot() {
	mkdir -p /etc/kernel
	echo "$*" > /etc/kernel/cmdline
	printf '1..%d\n' "$POINTS"
	sync
	reboot
	exit 0
}

driver() {
	if [[ -e /sys/module/kmem/version ]]; then
		echo ours
	elif [[ -d /sys/module/kmem ]]; then
		echo stock
	else
		echo none
	fi
}

has_memory() {
	local try
	for ((try = 0; try < 100; try++)); do
		((online_blocks == device_blocks)) || sleep 0.1
		count_blocks
	done
	((device_blocks > 0 && online_blocks == device_blocks))
}

# The device's blocks, by their node: nothing else is on it.
count_blocks() {
	local block
	device_blocks=$((SIZE / (0x$(< /sys/devices/system/memory/block_size_bytes)))) online_blocks=0
	for block in "/sys/devices/system/node/node$(< "$DAX/target_node")"/memory*/; do
		[[ $(cat "$block/state" 2> /dev/null) != online ]] || online_blocks=$((online_blocks + 1))
	done
}

# serves ours|stock: this driver has the device, and all of the device's memory is online.
serves() {
	local online_blocks=0 device_blocks=1
	ok "boot $BOOT: the device is bound to kmem" test "$DAX/driver" -ef /sys/bus/dax/drivers/kmem
	is "boot $BOOT: the driver is $1" "$(driver)" "$1"
	ok "boot $BOOT: all memory of the device is online" has_memory
}

# fell_back REASON: the kernel's own driver serves, and the logs say why.
fell_back() {
	serves stock
	ok "boot $BOOT: the kernel log says why: $1" grep -qE "daxplug: its kmem driver is not in use: .*$1" <(dmesg)
	is "boot $BOOT: once" "$(dmesg | grep -c 'daxplug: its kmem driver is not in use')" 1
	ok "boot $BOOT: the journal has it as an error" grep -qE "its kmem driver is not in use: .*$1" <(journalctl -b -p err)
}

installs() { DEBIAN_FRONTEND=noninteractive apt-get install -y "$@"; }

# refuses_takeover REASON: and leaves all as it is.
refuses_takeover() {
	local said status=0
	said=$(/usr/lib/daxplug/takeover 2>&1) || status=$?
	is "boot $BOOT: takeover fails" "$status" 1
	ok "boot $BOOT: and says why: $1" grep -qE "$1" <<< "$said"
	note "$said"
	serves stock
}
