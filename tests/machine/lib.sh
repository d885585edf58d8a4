# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions for tests on complete machines, in addition to tests/guest/lib.sh.

# shellcheck source=tests/guest/lib.sh
. "$LAB/tests/guest/lib.sh"

DAX=/sys/bus/dax/devices/dax0.0
RULES=/etc/modprobe.d/test.conf

# A package that triggers update-initramfs would otherwise keep the emulated processor busy for a
# quarter of an hour, with all modules and the distribution's compression.
small_initramfs() {
	[[ ! -d /etc/initramfs-tools/conf.d ]] ||
		printf 'MODULES=dep\nCOMPRESS=gzip\n' > /etc/initramfs-tools/conf.d/small
}
small_initramfs

# next_boot [ARGUMENT...]: ends this boot's points and reboots with these kernel arguments.
next_boot() {
	mkdir -p /etc/kernel
	echo "$*" > /etc/kernel/cmdline
	printf '1..%d\n' "$POINTS"
	sync
	reboot || exit 1
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
	local try wanted=$((SIZE / (0x$(< /sys/devices/system/memory/block_size_bytes))))
	for ((try = 0; try < 60; try++)); do
		[[ $(online_blocks) != "$wanted" ]] || return 0
		sleep 1
	done
	echo "$(online_blocks) of $wanted memory blocks are online"
	return 1
}

# Only the device's memory is on its node.
online_blocks() {
	cat "/sys/devices/system/node/node$(< "$DAX/target_node")"/memory*/state 2> /dev/null | grep -cx online
}

# Before Linux 6.6 kmem binds no device itself; daxctl does, as a unit of the operator would.
bind_to_kmem() {
	[[ $DAX/driver -ef /sys/bus/dax/drivers/kmem ]] ||
		daxctl reconfigure-device --mode=system-ram --force dax0.0
}

# serves ours|stock: the device is bound to this driver, and all its memory is online.
serves() {
	[[ $RELEASE != 12 ]] || ok "boot $BOOT: daxctl binds the device" bind_to_kmem
	ok "boot $BOOT: the device is bound to kmem" test "$DAX/driver" -ef /sys/bus/dax/drivers/kmem
	is "boot $BOOT: the driver is $1" "$(driver)" "$1"
	ok "boot $BOOT: all memory of the device is online" has_memory
}

# fell_back REASON: the kernel's own driver is in use, and the logs say why.
fell_back() {
	serves stock
	ok "boot $BOOT: the kernel log says why: $1" grep -qE "daxplug: its kmem driver is not in use: .*$1" <(dmesg)
	is "boot $BOOT: the kernel log says so once" "$(dmesg | grep -c 'daxplug: its kmem driver is not in use')" 1
	ok "boot $BOOT: the journal has it as an error" grep -qE "its kmem driver is not in use: .*$1" <(journalctl -b -p err)
	ok "boot $BOOT: check has the reason and the remedy" check_says_why "$1"
}

check_says_why() { daxplug check | grep -A 1 -E "^warning: .*$1.*\[driver-fell-back\]$" | grep '^    '; }

# refuses_takeover REASON: takeover fails with REASON and changes nothing.
refuses_takeover() {
	local said status=0
	said=$(/usr/lib/daxplug/takeover 2>&1) || status=$?
	is "boot $BOOT: takeover fails" "$status" 1
	ok "boot $BOOT: takeover says why: $1" grep -qE "$1" <<< "$said"
	note "$said"
	serves stock
}

# eventually COMMAND...: waits until COMMAND succeeds, for at most a minute.
eventually() {
	local try
	for ((try = 0; try < 60; try++)); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 1
	done
	echo "timed out after a minute: $*"
	return 1
}

device_is() { [[ $(< "$DAX/state") == "$1" ]]; }

# make_namespace [OPTION...]: creates a namespace in devdax mode, dax0.0, over an NVDIMM that was
# never used.
make_namespace() {
	ndctl disable-region all && ndctl init-labels --force all && ndctl enable-region all &&
		ndctl create-namespace --mode=devdax --map=mem "$@"
}

# boot_waits_for_nothing: no unit of daxplug's is in the critical chain of the boot. Prints how long
# the boot took, for comparison.
boot_waits_for_nothing() {
	local chain status
	chain=$(systemd-analyze critical-chain multi-user.target) && status=0 || status=$?
	note "boot $BOOT, driver $(driver): $(systemd-analyze time | head -n 1)"
	is "boot $BOOT: systemd-analyze prints the critical chain" "$status" 0
	is "boot $BOOT: daxplug is not in the critical chain" "$(grep -c daxplug <<< "$chain")" 0
}
