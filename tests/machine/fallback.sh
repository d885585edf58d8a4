# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -r 12
# machine-full: -r 13
# machine-full: -r 13 -i dracut
# Whatever goes wrong with daxplug's driver, the boot has its memory by the kernel's own,
# and the logs say why. Each boot prepares what goes wrong in the next.
. "$LAB/tests/machine/lib.sh"

SOURCE=$(echo /usr/src/daxplug-*)
VERSION=${SOURCE##*-}

rebuild() {
	dkms remove -m daxplug -v "$VERSION" --all
	/usr/lib/daxplug/build-driver
	[[ -e $(modinfo -F filename daxplug_kmem) ]]
}

case $BOOT in
1)
	ok "apt installs the packages" installs /packages/*.deb
	next_boot daxplug=off
	;;
2)
	fell_back 'daxplug=off is on the kernel command line'
	refuses_takeover 'daxplug=off is on the kernel command line'
	next_boot module.sig_enforce=1
	;;
3)
	fell_back "could not insert 'daxplug_kmem': (Key was rejected by service|Required key not available|Operation not permitted)"
	refuses_takeover 'the kernel refuses the signature'
	echo 'options kmem default_state=nonsense' > "$RULES"
	next_boot ''
	;;
4)
	fell_back "could not insert 'daxplug_kmem': Invalid argument"
	echo 'options kmem no_such_option=1' > "$RULES"
	refuses_takeover 'no_such_option=1: the driver has no such option'
	echo 'install daxplug_kmem /bin/true' > "$RULES"
	next_boot ''
	;;
5)
	fell_back 'loaded nothing'
	rm "$RULES"
	# A module for a kernel whose dax types are laid out otherwise.
	gen=$(find "$SOURCE" -name gen.c)
	cp "$gen" /root/gen.c
	sed -i 's/name, value);$/name, value + 8 * !strcmp(name, "ranges"));/' "$gen"
	ok "a driver for another layout builds" rebuild
	cp /root/gen.c "$gen"
	next_boot ''
	;;
6)
	fell_back "could not insert 'daxplug_kmem'"
	ok "the kernel log says what differs" grep -q 'dev_dax.ranges is at' <(dmesg)
	# A module that cannot be built, as after an upgrade to a kernel it does not know.
	dkms remove -m daxplug -v "$VERSION" --all > /dev/null
	echo '#error' >> "$(find "$SOURCE" -name gen.c)"
	ok "a build that fails does not fail the kernel's hook" "/etc/kernel/postinst.d/daxplug-dkms" "$(uname -r)"
	next_boot ''
	;;
7)
	fell_back 'it is not built for Linux'
	refuses_takeover 'not built for Linux'
	cp /root/gen.c "$(find "$SOURCE" -name gen.c)"
	ok "the driver builds again" rebuild
	# A kmem in the initramfs, which has to have the same rule.
	if [[ $INITRAMFS_TOOL == dracut ]]; then
		echo 'add_drivers+=" kmem dax_hmem "' > /etc/dracut.conf.d/kmem.conf
		ok "an initramfs with kmem" dracut --force "/boot/initrd.img-$(uname -r)" "$(uname -r)"
	else
		printf 'dax_hmem\nkmem\n' >> /etc/initramfs-tools/modules
		ok "an initramfs with kmem" update-initramfs -u -k "$(uname -r)"
	fi
	next_boot ''
	;;
8)
	serves ours
	next_boot module.sig_enforce=1
	;;
9)
	fell_back "could not insert 'daxplug_kmem'"
	next_boot ''
	;;
10)
	serves ours
	is "no fallback is noted" "$(cat /run/daxplug/fallback 2> /dev/null)" ''
	done_testing
	;;
esac
