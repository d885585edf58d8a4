# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes everything that a guest needs.

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

# Skips the run on a kernel without CONFIG_DEV_DAX, which every driver that makes DAX devices needs.
# CONFIG_DEV_DAX depends on huge pages, which PREEMPT_RT excludes. The lab builds the driver for such
# a kernel first, to show that it compiles.
need_dax_devices() {
	modprobe -d "$KERNEL_ROOT" -S "$KERNEL_RELEASE" --show-depends device_dax &> /dev/null ||
		die_with "$EXIT_SKIP" "Linux $1 has no DAX devices: it is built without CONFIG_DEV_DAX; the driver builds for it"
}

need_root() {
	((EUID == 0)) || die "please run as root: the roots that hold compilers and kernels are entered by chroot"
}
