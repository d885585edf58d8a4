# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -B -r 13
# With Secure Boot the kernel loads a driver that DKMS has signed with an enrolled key, but refuses a
# driver without a trusted signature; the boot then uses the kernel's own driver.
. "$LAB/tests/machine/lib.sh"

# Strips the module's signature, as if the module were built by hand.
strip_signature() {
	local file
	file=$(modinfo -F filename daxplug_kmem)
	[[ $file != *.xz ]] || xz -d "$file"
	strip --strip-debug "${file%.xz}"
	depmod
}

case $BOOT in
1)
	ok "Secure Boot is on" grep -q 'Secure boot enabled' <(dmesg)
	ok "the kernel is locked down" grep -q '\[integrity\]' /sys/kernel/security/lockdown
	serves ours
	ok "the key is trusted" /usr/lib/daxplug/sign-driver status
	ok "a trusted key need not be enrolled" /usr/lib/daxplug/sign-driver enrol
	ok "the module is left without a signature" strip_signature
	next_boot ''
	;;
2)
	fell_back "could not insert 'daxplug_kmem'"
	refuses_takeover 'the kernel refuses the signature'
	done_testing
	;;
esac
