# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Describes the guest's machine to QEMU.

QEMU=(qemu-system-x86_64)
BOOT_ID=$(< /proc/sys/kernel/random/boot_id)
CLOCK=$BUILD/clock/$BOOT_ID
COUNTED=${COUNTED-} # not empty if the clock counts instructions

# accelerator: sets ACCELERATOR to kvm if a guest has started under KVM since the host was booted,
# else to emulation. QEMU counts instructions only in single-threaded emulation.
accelerator() {
	local file=$BUILD/kvm/$BOOT_ID verdict
	ACCELERATOR=tcg,thread=single
	[[ ! $COUNTED ]] || return 0
	ACCELERATOR=tcg,thread=multi
	[[ -w /dev/kvm ]] || return 0
	cached "$file" try_kvm
	verdict=$(cat "$file" 2> /dev/null || echo none) # another process may have removed it
	[[ $verdict != works ]] || ACCELERATOR=kvm
	[[ $verdict != none || ! $(find "$file" -mmin +60 2> /dev/null) ]] || rm -f "$file"
}

# try_kvm NEW: starts a small guest, because /dev/kvm may exist and not work. If the guest makes no
# progress in 10 s, the host may be busy, and accelerator() tries again after an hour.
try_kvm() {
	local new=$1 tree=$1.tree status=0
	say "checking whether KVM works"
	mkdir "$tree"
	install -m 755 "$REPO/lab/guest/probe" "$tree/init"
	{ cat "$INITRAMFS"; archive_tree "$tree"; } > "$tree.cpio"
	( # QEMU may abort: no core file, no message from bash
		ulimit -c 0
		timeout 10 "${QEMU[@]}" -accel kvm "${QEMU_BASE[@]}" -cpu max -m 512M \
			-kernel "$KERNEL_IMAGE" -initrd "$tree.cpio" -serial "file:$tree.log" \
			-append 'console=ttyS0 panic=-1' || exit
	) > /dev/null 2>&1 < /dev/null || status=$?
	if grep -q 'lab: probe guest is up' "$tree.log" 2>/dev/null; then
		echo works > "$new"
	elif ((status == 124)); then
		echo none > "$new"
		say "cannot tell whether KVM works: the probe guest has not started in 10 s; this guest is emulated"
	else
		echo broken > "$new"
		say "KVM does not work on this host: guests are emulated"
	fi
	rm -rf "$tree" "$tree.cpio" "$tree.log"
}

QEMU_BASE=(-M q35 -smp 2 -nodefaults -no-user-config -display none -no-reboot)

# qemu_arguments RUN LOG: sets ARGS for the guest described in RUN/. A socket connects QEMU's monitor
# to a port of the guest. The DAX device comes last, because it may add buses, and the other devices
# must not be on them.
qemu_arguments() {
	local run=$1 log=$2
	ARGS=(-accel "$ACCELERATOR" "${QEMU_BASE[@]}" -cpu "$(processor)$DEVICE_CPU"
		-kernel "$KERNEL_IMAGE" -initrd "$run/initramfs" -append "$(kernel_arguments)"
		-serial "file:$log")
	add_disk userland "$USERLAND_IMAGE" readonly=on # the first two are /dev/vda and vdb
	add_disk modules "$MODULES_IMAGE" readonly=on
	[[ ! $NEWER_TOOLS ]] || add_disk newer "$TOOLS_IMAGE" readonly=on
	[[ ! -e $run/scratch ]] || add_disk scratch "$run/scratch" cache=unsafe,discard=unmap
	add_ports "$run"
	[[ ! $COUNTED ]] || ARGS+=(-icount "shift=1,sleep=off")
	ARGS+=("${DEVICE_QEMU[@]}" "${QEMU_MORE[@]}")
}

# add_ports RUN: adds the guest's ports to the host: output, errors, status, monitor.
add_ports() {
	local run=$1
	ARGS+=(-device virtio-serial-pci
		-chardev "file,id=status,path=$run/status" -device virtserialport,chardev=status,name=status
		-chardev "pipe,id=err,path=$run/err" -device virtserialport,chardev=err,name=err
		-chardev "socket,id=asked,path=$run/monitor,server=on,wait=off" -mon chardev=asked,mode=control
		-chardev "socket,id=monitor,path=$run/monitor" -device virtserialport,chardev=monitor,name=monitor)
	if [[ $INTERACTIVE ]]; then
		ARGS+=(-chardev stdio,id=terminal,signal=off -device virtconsole,chardev=terminal)
	else
		ARGS+=(-chardev "pipe,id=out,path=$run/out" -device virtserialport,chardev=out,name=out)
	fi
}

# processor: prints QEMU's -cpu. An emulated processor lacks ERMS and FSRM unless ERMS is set: with
# them the kernel clears and copies pages by "rep stosb" and "rep movsb", which QEMU emulates byte by
# byte, several times slower than other instructions.
processor() {
	if [[ $ACCELERATOR == kvm || $ERMS ]]; then
		echo max
	else
		echo max,-erms,-fsrm
	fi
}

# add_disk NAME FILE OPTIONS: adds a disk that the guest knows by NAME.
add_disk() {
	ARGS+=(-drive "if=none,id=$1,file=$2,format=raw,$3" -device "virtio-blk-pci,drive=$1,serial=$1")
}

# maxcpus=1: the guest starts the second processor once the kernel is up. A starting kernel patches
# its code, and an emulated second processor may still execute a breakpoint that the first one has
# already removed ("Oops: int3").
kernel_arguments() {
	# no_timer_check: on a busy host an emulated timer can be so late that the kernel's timer check
	# fails, and the kernel panics.
	local arguments=(console=ttyS0 ignore_loglevel panic=-1 maxcpus=1 no_timer_check
		"memhp_default_state=$POLICY" "${DEVICE_KERNEL[@]}")
	[[ ! -s $CLOCK ]] || arguments+=("tsc_early_khz=$(< "$CLOCK")")
	[[ $ALLOW_SPLATS ]] || arguments+=(oops=panic)
	# A kernel that checks itself is several times slower, so it may report a stall only after a
	# longer time, and needs more memory, also as a crash kernel.
	! kernel_checks_itself "$KERNEL" || arguments+=(page_owner=on rcupdate.rcu_cpu_stall_timeout=84)
	if [[ $CRASH ]] && kernel_checks_itself "$KERNEL"; then
		arguments+=(crashkernel=768M)
	elif [[ $CRASH ]]; then
		arguments+=(crashkernel=256M)
	fi
	printf '%s' "${arguments[*]} $KERNEL_ARGUMENTS"
}

# learn_clock LOG: keeps the clock rate that a guest has measured, for the guests after it. On a busy
# host a guest may measure its clock wrongly, and then report false stalls; a refined calibration in
# LOG is reliable.
learn_clock() {
	local khz
	[[ ! -s $CLOCK ]] || return 0
	khz=$(sed -nE 's/.*Refined TSC clocksource calibration: ([0-9]+)\.([0-9]{3}) MHz.*/\1\2/p' "$1")
	[[ $khz ]] || return 0
	mkdir -p "$(dirname "$CLOCK")"
	printf '%s\n' "$khz" > "$CLOCK.$$"
	mv "$CLOCK.$$" "$CLOCK"
}
