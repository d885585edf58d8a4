# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Prepares the next boot of a complete Debian machine, and QEMU's arguments.

# boot_files RUN: sets BOOT_VERSION to the kernel that the disk of RUN would boot next, KERNEL_IMAGE
# and INITRD to its files, and BOOT_ARGUMENTS to the content of /etc/kernel/cmdline on the disk.
boot_files() {
	local run=$1 version
	version=$(disk_link "$run/disk" /vmlinuz)
	version=${version##*/vmlinuz-}
	[[ $version ]] || die "the disk has no /vmlinuz"
	BOOT_VERSION=$version KERNEL_IMAGE=$run/vmlinuz INITRD=$run/initrd
	disk_file "$run/disk" "/boot/vmlinuz-$version" "$KERNEL_IMAGE"
	disk_file "$run/disk" "/boot/initrd.img-$version" "$INITRD"
	[[ -s $KERNEL_IMAGE && -s $INITRD ]] || die "the disk has no kernel or no initramfs for $version"
	disk_file "$run/disk" /etc/kernel/cmdline "$run/cmdline"
	BOOT_ARGUMENTS=$(cat "$run/cmdline" 2> /dev/null || true)
}

disk_link() { debugfs -R "stat $2" "$1" 2> /dev/null | sed -nE 's/^Fast link dest: "(.*)"$/\1/p'; }

disk_file() {
	rm -f "$3"
	debugfs -R "dump $2 $3" "$1" > /dev/null 2>&1
}

# machine_arguments RUN LOG: sets ARGS.
machine_arguments() {
	local run=$1 log=$2
	ARGS=(-accel "$ACCELERATOR" "${QEMU_BASE[@]}" -cpu "max,-erms,-fsrm$DEVICE_CPU"
		-chardev "file,id=console,path=$log,append=on" -serial chardev:console)
	add_disk root "$run/disk" cache=unsafe,discard=unmap # /dev/vda
	add_disk lab "$run/lab" readonly=on
	add_ports "$run"
	ARGS+=(-netdev user,id=net -device virtio-net-pci,netdev=net,romfile=
		"${DEVICE_QEMU[@]}")
	if [[ $SECURE_BOOT ]]; then
		make_boot_disk "$run" "$(machine_kernel_arguments)"
		add_firmware "$run"
	else
		ARGS+=(-kernel "$KERNEL_IMAGE" -initrd "$INITRD" -append "$(machine_kernel_arguments)")
	fi
}

machine_kernel_arguments() {
	# no_timer_check: as for a guest, see kernel_arguments(). On a busy host an emulated processor
	# can stop for longer than the 21 s after which the kernel reports a stall or a lockup.
	local arguments=(root=LABEL=root rw console=ttyS0 ignore_loglevel panic=-1 maxcpus=1
		no_timer_check rcupdate.rcu_cpu_stall_timeout=84 watchdog_thresh=42 "${DEVICE_KERNEL[@]}")
	[[ ! -s $CLOCK ]] || arguments+=("tsc_early_khz=$(< "$CLOCK")")
	printf '%s' "${arguments[*]} $KERNEL_ARGUMENTS $BOOT_ARGUMENTS"
}

# boots_again RUN LOG: succeeds if the kernel restarted, rather than powered off.
boots_again() {
	[[ ! -s $1/status ]] && tail -n 5 "$2" | grep -aqF 'reboot: Restarting system'
}
