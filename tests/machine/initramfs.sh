# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12
# machine-full: -p -r 13 -i dracut
# An initramfs with kmem contains daxplug's driver and the rule too: it loads the driver, or the
# kernel's own if that fails.
. "$LAB/tests/machine/lib.sh"

# With the modules of this machine only, and hardly compressed: an emulated processor would need
# a quarter of an hour for the rest.
add_kmem() {
	if [[ $INITRAMFS_TOOL == dracut ]]; then
		echo 'add_drivers+=" kmem dax_hmem "' > /etc/dracut.conf.d/kmem.conf
		echo 'force_drivers+=" dax_hmem "' >> /etc/dracut.conf.d/kmem.conf
		dracut --force --hostonly --gzip "/boot/initrd.img-$(uname -r)" "$(uname -r)"
	else
		printf 'dax_hmem\nkmem\n' >> /etc/initramfs-tools/modules
		printf 'MODULES=dep\nCOMPRESS=gzip\n' > /etc/initramfs-tools/conf.d/small
		update-initramfs -u -k "$(uname -r)"
	fi
}

# A line of the log from before the root was mounted, so from the initramfs.
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
	done_testing
	;;
esac
