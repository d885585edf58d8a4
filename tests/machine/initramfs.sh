# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12
# machine-full: -p -r 13 -i dracut
# An initramfs with kmem also contains daxplug's driver and its modprobe rule, and loads the driver,
# or the kernel's own if that fails. After the driver's package is removed, the initramfs has the
# kernel's own driver only.
. "$LAB/tests/machine/lib.sh"

# Adds kmem to the initramfs, with the modules of this machine only.
add_kmem() {
	if [[ $INITRAMFS_TOOL == dracut ]]; then
		echo 'add_drivers+=" kmem dax_hmem "' > /etc/dracut.conf.d/kmem.conf
		echo 'force_drivers+=" dax_hmem "' >> /etc/dracut.conf.d/kmem.conf
		dracut --force --hostonly --gzip "/boot/initrd.img-$(uname -r)" "$(uname -r)"
	else
		printf 'dax_hmem\nkmem\n' >> /etc/initramfs-tools/modules
		update-initramfs -u -k "$(uname -r)"
	fi
}

list_initramfs() {
	if [[ $INITRAMFS_TOOL == dracut ]]; then
		lsinitrd "/boot/initrd.img-$(uname -r)"
	else
		lsinitramfs "/boot/initrd.img-$(uname -r)"
	fi
}

# loaded_early PATTERN: the log has the line before the root is mounted, so it is from the initramfs.
loaded_early() {
	dmesg | grep -nE "$1|EXT4-fs .*: mounted filesystem" | head -n 1 | grep -qE "$1"
}

case $BOOT in
1)
	serves ours
	ok "an initramfs with kmem" add_kmem
	next_boot ''
	;;
2)
	serves ours
	ok "the driver came with the initramfs" loaded_early 'kmem: loading out-of-tree module'
	next_boot module.sig_enforce=1
	;;
3)
	fell_back "could not insert 'daxplug_kmem'"
	ok "the initramfs fell back" loaded_early 'its kmem driver is not in use'
	ok "apt removes the driver" apt-get remove -y daxplug-dkms
	is "the initramfs has the kernel's own driver only" "$(list_initramfs | grep -oE '[^/]*kmem\.ko')" kmem.ko
	done_testing
	;;
esac
