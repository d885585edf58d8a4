# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# All that a guest needs before it can be started.

# prepare_guest KERNEL ours|stock [CRASH]
prepare_guest() {
	need_root
	kernel_root "$1"
	userland_root ${3:+"$1"}
	guest_images
	build_test_modules
	build_command
	[[ $2 == stock ]] || build_kmem
	accelerator
}

need_root() {
	((EUID == 0)) || die "please run as root: the roots that hold compilers and kernels are entered by chroot"
}
