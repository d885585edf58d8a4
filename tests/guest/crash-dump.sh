# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# After a plug a crash dump contains all memory of the device; after an unplug the dump is readable
# and contains none of it. Tests Debian's kdump-tools, which reload the crash kernel on uevents, and
# a crash kernel whose memory list the kernel itself updates.
# vm: -c -s 256M -x 2G -t 600 -a "crash_after=online_movable crash_kernel_by=kdump-tools"
# vm: -c -s 256M -x 2G -t 600 -a "crash_after=unplugged crash_kernel_by=kdump-tools"
# vm: -c -s 256M -x 2G -t 600 -a "crash_after=online_movable crash_kernel_by=kernel"
# vm: -c -s 256M -x 2G -t 600 -a "crash_after=unplugged crash_kernel_by=kernel"
# driver-full: ours stock-series
# full
. "$LAB/tests/guest/lib.sh"
set -u
KEPT=/run/kept # on the scratch disk; every kernel has ext4, which also reads ext2
MARK='daxplug: page'
MARKED_MIB=160

asked() { sed -nE "s/.* $1=([^ ]*).*/\1/p" /proc/cmdline; }
AFTER=$(asked crash_after)
LOADED_BY=$(asked crash_kernel_by)

# --- before the crash ---

kernel_updates() { [[ $(cat "$MEMORY/crash_hotplug" 2> /dev/null) == 1 ]]; }

load_crash_kernel() {
	if [[ $LOADED_BY == kernel ]]; then
		kexec -s -p "--command-line=$(device_as_memory) $(sed 's/crashkernel=[^ ]*//' /proc/cmdline) reset_devices nr_cpus=1" \
			--initrd=/lab/crash/initramfs /lab/crash/vmlinuz
	else
		kdump-config load
	fi
}

# Prints an argument that makes the device appear in the crash kernel, too, as real hardware would.
device_as_memory() { printf 'memmap=%d@%d' "$SIZE" "$(< "$DAX/mapping0/start")"; }

# Starts udev with the packaged rule instead of the distribution's, as the comment in the rule says.
start_udev() {
	cp "$LAB/packaging/90-daxplug-kdump.rules" /etc/udev/rules.d/
	: > /etc/udev/rules.d/50-kdump-tools.rules
	count_reloads
	/lib/systemd/systemd-udevd --daemon
}

# Records udev's calls of kdump-config in /run/reloads.
count_reloads() {
	: > /run/reloads
	cp /usr/sbin/kdump-config /run/kdump-config
	# shellcheck disable=SC2016 # for the script to expand
	printf '#!/bin/sh\necho "$1" >> /run/reloads\nexec /run/kdump-config "$@"\n' > /run/counting
	chmod +x /run/counting
	mount --bind /run/counting /usr/sbin/kdump-config
}

# once_a_transition: udev has reloaded the crash kernel once for all memory blocks, or never if the
# kernel updates the memory list itself.
once_a_transition() {
	local wanted=1
	[[ $AFTER == unplugged ]] || ! kernel_updates || wanted=0
	is "the number of times that udev has reloaded the crash kernel" "$(grep -c try-reload /run/reloads)" "$wanted"
	umount /usr/sbin/kdump-config
}

is_loaded() { [[ $(< /sys/kernel/kexec_crash_loaded) == 1 ]]; }

# mark_pages NODE: fills pages of a node with a mark and the number of the page.
mark_pages() {
	mkdir -p /run/marked
	mount -t tmpfs -o "mpol=bind:$1,size=$((MARKED_MIB + 16))M" marked /run/marked
	awk -v mark="$MARK" -v pages=$((MARKED_MIB * 256)) 'BEGIN {
		for (i = 0; i < pages; i++) printf "%-4095s\n", mark " " i "\n"
	}' > /run/marked/file
}

keep() {
	mkdir -p "$KEPT"
	mount -t ext4 "$SCRATCH" "$KEPT"
	# shellcheck disable=SC2034 # the crash kernel reads them
	local start end
	start=$(< "$DAX/mapping0/start")
	end=$(< "$DAX/mapping0/end")
	declare -p POINTS FAILED start end > "$KEPT/point"
	umount "$KEPT"
}

until_the_crash() {
	. "$LAB/tests/guest/helpers/device.sh"
	busybox mke2fs "$SCRATCH" > /dev/null
	is "unplugged" "$(attempt unplugged)" "done"
	[[ $AFTER != unplugged ]] || is "online_movable" "$(attempt online_movable)" "done"
	ok "the crash kernel is loaded" load_crash_kernel
	[[ $LOADED_BY == kernel ]] || start_udev
	is "$AFTER" "$(attempt "$AFTER")" "done"
	if [[ $LOADED_BY != kernel ]]; then
		ok "all uevents are handled" udevadm settle -t 120
		once_a_transition
	elif [[ $AFTER == unplugged && $KERNEL != series-* ]]; then
		load_crash_kernel # the kernel ignores the removal of memory
	elif ! kernel_updates; then
		skip "the kernel updates the crash kernel's memory list" "Linux $KERNEL cannot; the test reloads the crash kernel"
		load_crash_kernel
	fi
	ok "the crash kernel is still loaded" is_loaded
	if [[ $AFTER == unplugged ]]; then
		is_unplugged "$AFTER"
		mark_pages 0
	else
		is_all "$AFTER" "$AFTER" 'online Movable'
		mark_pages "$NODE"
	fi
	# lab/vm judges the data races that KCSAN reports.
	is "faults in the kernel log" "$(dmesg | grep -E 'WARNING|BUG|Oops' | grep -v 'BUG: KCSAN: data-race')" ''
	echo 3 > /proc/sys/vm/drop_caches
	keep
	pause 1 # lets the output leave the guest
	echo c > /proc/sysrq-trigger
	pause 60
	ok "the system crashes" false
	done_testing
}

# --- in the crash kernel ---

dump() { perl "$LAB/tests/guest/helpers/dump.pl" "$@" 2>&1; }

# The device appears in the crash kernel, and no driver turns it into memory.
is_left_alone() {
	local said
	modprobe dax_hmem
	modprobe kmem
	ok "the device is there" test -e /sys/bus/dax/devices/dax0.0
	if [[ ! -e /sys/bus/dax/devices/dax0.0/driver ]]; then
		said=$(bash -c 'echo dax0.0 > /sys/bus/dax/drivers/kmem/bind' 2>&1)
		ok "bind fails with ENODEV" test "${said##*: }" = "No such device"
	fi
	ok "the device is not bound to kmem" test ! /sys/bus/dax/devices/dax0.0/driver -ef /sys/bus/dax/drivers/kmem
	is "memory from it" "$(grep -c 'System RAM (kmem)' /proc/iomem)" 0
}

unpack_saved() { cat "$KEPT"/*/dump.* | makedumpfile -R "$KEPT/saved"; }

after_the_crash() {
	local start end
	mkdir -p "$KEPT"
	mount -t ext4 "$SCRATCH" "$KEPT"
	. "$KEPT/point"
	[[ $AFTER != unplugged ]] ||
		is "ranges of the device in the crash kernel's view" "$(dump ranges /proc/vmcore "$start" "$end")" 0
	[[ $LOADED_BY != kernel ]] || is_left_alone
	sed -i "s|^KDUMP_COREDIR=.*|KDUMP_COREDIR=$KEPT|" /etc/default/kdump-tools
	ok "kdump-config savecore" kdump-config savecore
	ok "the saved dump is whole" unpack_saved
	ok "the kernel log can be read from it" makedumpfile --dump-dmesg "$KEPT/saved" "$KEPT/log"
	ok "the log ends with the crash" grep -q 'sysrq: Trigger a crash' "$KEPT/log"

	ok "a dump with the pages of programs" makedumpfile -E -d 17 /proc/vmcore "$KEPT/programs"
	if [[ $AFTER == unplugged ]]; then
		is "ranges of the device in that dump" "$(dump ranges "$KEPT/programs" "$start" "$end")" 0
		is "marked pages in ordinary memory" \
			"$(dump marked "$KEPT/programs" 0 "$start" "$MARK")" $((MARKED_MIB * 256))
	else
		is "marked pages in the memory of the device" \
			"$(dump marked "$KEPT/programs" "$start" "$end" "$MARK")" $((MARKED_MIB * 256))
	fi
	done_testing
}

if [[ ${CRASHED-} ]]; then
	after_the_crash
else
	until_the_crash
fi
