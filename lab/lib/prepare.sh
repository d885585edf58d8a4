# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Everything that a guest needs before it can be started.

# prepare_guest KERNEL ours|stock [CRASH]
prepare_guest() {
	need_root
	kernel_root "$1"
	userland_root ${3:+"$1"}
	guest_images
	build_test_modules
	build_command
	build_programs
	KMEM_TREE=''
	[[ $2 == stock ]] || kernel_has_daxplug "$1" || build_kmem
	need_dax_devices "$1"
	accelerator
}

# A kernel with PREEMPT_RT has no huge pages, which CONFIG_DEV_DAX needs, which each driver that
# makes DAX devices needs. The driver is built for such a kernel all the same, before the lab
# finds that out.
need_dax_devices() {
	modprobe -d "$KERNEL_ROOT" -S "$KERNEL_RELEASE" --show-depends device_dax &> /dev/null ||
		die_with "$EXIT_SKIP" "Linux $1 has no DAX devices: it is built without CONFIG_DEV_DAX; the driver builds for it"
}

need_root() {
	((EUID == 0)) || die "please run as root: the roots that hold compilers and kernels are entered by chroot"
}
