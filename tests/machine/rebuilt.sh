# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12
# machine-full: -p -r 13
# If daxplug's driver is built for another layout of the kernel's dax types, or cannot be built, the
# next boot uses the kernel's own driver.
. "$LAB/tests/machine/lib.sh"

SOURCE=$(echo /usr/src/daxplug-*)
VERSION=${SOURCE##*-}
GEN=$(find "$SOURCE" -name gen.c)

rebuild() {
	dkms remove -m daxplug -v "$VERSION" --all
	/usr/lib/daxplug/build-driver
	[[ -e $(modinfo -F filename daxplug_kmem) ]]
}

case $BOOT in
1)
	sed -i 's/name, value);$/name, value + 8 * !strcmp(name, "ranges"));/' "$GEN"
	ok "a driver for another layout builds" rebuild
	next_boot ''
	;;
2)
	fell_back "could not insert 'daxplug_kmem'"
	ok "the kernel log names the difference" grep -q 'dev_dax.ranges is at' <(dmesg)
	dkms remove -m daxplug -v "$VERSION" --all > /dev/null
	echo '#error' >> "$GEN"
	ok "a build that fails does not fail the kernel's hook" "/etc/kernel/postinst.d/daxplug-dkms" "$(uname -r)"
	next_boot ''
	;;
3)
	fell_back 'it is not built for Linux'
	done_testing
	;;
esac
